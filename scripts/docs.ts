/*
 * Writes the documents that derive from code, and looks whether what other documents say of files is true. With --check
 * nothing is written; the exit code is 1 when a document is not what the code says now.
 */
import fs from "node:fs";
import path from "node:path";
import { importGraphs } from "./importGraph.ts";
import { readImports } from "./imports.ts";
import { manifestDocuments } from "./manifestDocument.ts";
import { namedProblems } from "./namedFiles.ts";
import { root } from "./paths.mjs";
import { protocolDocument } from "./protocolDocument.ts";
import { housesOf, roomProblems } from "./rooms.ts";
import { withSection } from "./section.ts";
import { textProblems, textsDocument } from "./textsDocument.ts";

void writeDocuments(process.argv.includes("--check"));

async function writeDocuments(check: boolean): Promise<void> {
	const imports = readImports();
	const documents = {
		"PROTOCOL.md": protocolDocument(),
		"ARCHITECTURE.md": withSection(read("ARCHITECTURE.md"), "import graph", importGraphs(imports)),
		...(await manifestDocuments()),
		...textsDocument(),
	};
	for (const [name, text] of Object.entries(documents)) {
		if (!check) write(name, text);
		else if (read(name) !== text) fail(`${name} is not what the code says. Run "npm run docs" and commit it.`);
		else console.log(`${name} says what the code says.`);
	}
	for (const problem of textProblems()) fail(problem);
	for (const house of housesOf(imports)) for (const problem of roomProblems(house, imports)) fail(problem);
	const decisions = fs.readdirSync(path.join(root, "docs/decisions")).map((name) => `docs/decisions/${name}`);
	for (const name of ["ARCHITECTURE.md", "CONTRIBUTING.md", ...decisions])
		for (const problem of namedProblems(name, read(name), root)) fail(problem);
}

function write(name: string, text: string): void {
	const file = path.join(root, name);
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, text);
}

function read(name: string): string {
	const file = path.join(root, name);
	return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

function fail(sentence: string): void {
	console.error(sentence);
	process.exitCode = 1;
}
