import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { parse, walkNodes } from "../../../scripts/texts/syntax.ts";
import { commands } from "../../../src/cli/commands.ts";
import { bothWays, eitherWay, type Way, ways } from "../../../src/core/ways.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

/** What a sentence of the daemon tells a person to do can be done where it is read: in the terminal and in VS Code. */
describe("a sentence that says what to do", () => {
	const nls = JSON.parse(read("package.nls.json")) as Record<string, string>;
	const titles: readonly string[] = JSON.parse(read("package.json")).contributes.commands.map(
		({ title }: { title: string | { value: string } }) => (typeof title === "string" ? title : title.value),
	);
	const labels = new Set([...Object.keys(JSON.parse(read("l10n/bundle.l10n.json"))), ...Object.values(nls)]);
	const shownTitles = new Set(titles.map((title) => nls[title.replaceAll("%", "")] ?? title));
	const names = new Set(commands.map(({ name }) => name));
	const flags = new Set(
		commands.flatMap(({ options = [] }) => options.map((option) => option.flags.split(" ")[0] ?? "")),
	);

	for (const [name, way] of Object.entries<Way>(ways)) {
		it(`names what there is: ${name}`, () => {
			const words = way.terminal.replace(/^mission /, "").split(" ");
			for (const flag of words.filter((word) => word.startsWith("--"))) assert.ok(flags.has(flag), flag);
			const command = words.filter((word) => !word.startsWith("--"));
			const known = command.map((_, at) => command.slice(0, at + 1).join(" "));
			if (command.length > 0)
				assert.ok(
					known.some((one) => names.has(one)),
					way.terminal,
				);
			assert.ok(way.where ? labels.has(way.editor) : shownTitles.has(way.editor), way.editor);
		});
	}

	it("names both ways", () => {
		assert.equal(bothWays(ways.goals), "`mission list` and “Goals” in the side bar of VS Code");
		assert.equal(eitherWay(ways.providerKey, "groq"), "`mission providers key groq` or “Set Provider Key…” in VS Code");
	});

	/** The table itself; a document that is opened beside a terminal; a style; and what nothing but the terminal asks for. */
	const ownFiles = [
		"src/core/ways.ts",
		"src/daemon/dossier/markdown.ts",
		"src/daemon/dossier/htmlStyle.ts",
		"src/daemon/wire/grants.ts",
	];
	const inSentence = new RegExp(`mission (${[...names].join("|")})\\b|\\s\`?(${[...flags].join("|")})(?![\\w-])`);

	it("takes them from the table of ways, wherever it stands", () => {
		const found: string[] = [];
		for (const folder of ["src/core", "src/daemon", "src/client"])
			for (const entry of fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })) {
				const file = `${folder}/${entry}`;
				if (!file.endsWith(".ts") || ownFiles.includes(file)) continue;
				for (const text of textsOf(file)) if (inSentence.test(text)) found.push(`${file}: ${text}`);
			}
		assert.deepEqual(found, []);
	});

	/** Texts of its literals that are sentences: with a capital and several words. */
	function textsOf(file: string): string[] {
		const texts: string[] = [];
		walkNodes(parse(file, read(file)), (node) => {
			if (node.type === "Literal" && typeof node.value === "string") texts.push(node.value);
			if (node.type === "TemplateLiteral") texts.push(node.quasis.map(({ value }) => value.cooked).join("…"));
		});
		return texts.filter((text) => /[a-z] [a-z]+ [a-z]/.test(text));
	}
});
