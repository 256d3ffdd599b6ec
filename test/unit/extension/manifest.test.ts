import assert from "node:assert/strict";
import fs from "node:fs";

const read = (file: string) => fs.readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("package.json"));
const texts: Record<string, string> = JSON.parse(read("package.nls.json"));

describe("what the extension declares", () => {
	const declared = new Set<string>(manifest.contributes.commands.map((row: { command: string }) => row.command));

	it("shows in menus, keybindings and welcome texts only commands that exist", () => {
		const menus = Object.values(manifest.contributes.menus).flat() as { command: string }[];
		const used = [...menus, ...manifest.contributes.keybindings].map((row: { command: string }) => row.command);
		const linked = Object.values(texts).flatMap((text) =>
			[...text.matchAll(/command:(missionControl\.\w+)/g)].map((match) => match[1]!),
		);
		for (const command of [...used, ...linked]) assert.ok(declared.has(command), command);
	});

	it("has a text for every key, and a use for every text", () => {
		const keys = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!);
		assert.deepEqual(
			keys.filter((key) => !(key in texts)),
			[],
		);
		assert.deepEqual(
			Object.keys(texts).filter((key) => !keys.includes(key)),
			[],
		);
	});

	it("runs nothing in Restricted Mode, runs where the code is, and needs files on a disk", () => {
		assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
		assert.equal(manifest.capabilities.virtualWorkspaces.supported, false);
		assert.deepEqual(manifest.extensionKind, ["workspace"]);
		assert.equal(manifest.contributes.configuration.properties["missionControl.dataFolder"].scope, "machine");
	});

	it("names only pictures and pages that are there", () => {
		const files = [...JSON.stringify(manifest.contributes).matchAll(/"(media\/[^"]+)"/g)].map((match) => match[1]!);
		for (const file of [...files, manifest.icon]) assert.ok(read(file).length > 0, file);
	});

	it("offers Approve in a row of the tree only where all of the command stands there", () => {
		const inline = manifest.contributes.menus["view/item/context"].filter(
			(row: { command: string; group: string }) =>
				row.group.startsWith("inline") && /approve|deny/.test(row.command.toLowerCase()),
		);
		assert.equal(inline.length, 2);
		for (const row of inline) assert.match(row.when, /approval\\\.tool\\\.short/);
	});
});
