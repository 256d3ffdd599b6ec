import assert from "node:assert/strict";
import fs from "node:fs";
import { isBuiltin } from "node:module";
import { packagedExtension } from "../host/vsix.ts";
import { readZip } from "./zip.ts";

const maxBytes = 5 * 1024 * 1024;

describe("the packaged extension", () => {
	let vsix = "";
	let files: ReadonlyMap<string, Buffer> = new Map();

	before(function () {
		this.timeout(180_000);
		vsix = packagedExtension();
		const packaged = [...readZip(fs.readFileSync(vsix))].filter(([name]) => name.startsWith("extension/"));
		files = new Map(packaged.map(([name, bytes]) => [name.slice("extension/".length), bytes]));
	});

	it("holds what runs, what it shows and what a person reads, and nothing else", () => {
		const allowed = [
			/^dist\/.+/,
			/^media\/.+/,
			/^l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
			/^(package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|license(\.txt)?)$/i,
		];
		const others = [...files.keys()].filter((file) => !allowed.some((pattern) => pattern.test(file)));
		assert.deepEqual(others, []);
		for (const name of ["extension", "daemon", "storeWorker", "agentRelay", "cli"])
			assert.ok(files.has(`dist/${name}.js`), `dist/${name}.js is missing`);
		for (const name of ["package.json", "readme.md", "changelog.md", "license.txt"])
			assert.ok(
				[...files.keys()].some((file) => file.toLowerCase() === name),
				`${name} is missing`,
			);
	});

	it("carries the texts to translate, where VS Code and the Marketplace look for them", () => {
		const manifest = JSON.parse(files.get("package.json")!.toString());
		const texts = JSON.parse(files.get("package.nls.json")!.toString());
		assert.equal(manifest.description, "%description%");
		assert.match(texts.description, /\w+ \w+/);
		const bundle = JSON.parse(files.get(`${manifest.l10n.replace("./", "")}/bundle.l10n.json`)!.toString());
		assert.ok("Launch Goal" in bundle);
		const shown = readZip(fs.readFileSync(vsix)).get("extension.vsixmanifest")!.toString();
		assert.ok(shown.includes(texts.description), "what the Marketplace shows is a text, not its key");
	});

	it("carries no native module and no source map", () => {
		const foreign = [...files.keys()].filter((file) => /\.(node|so|dll|dylib|exe|map)$/.test(file));
		assert.deepEqual(foreign, []);
	});

	it("loads nothing at run time that it does not carry", () => {
		// The WebSocket library tries two speed-ups, the HTTP client looks for a database, and both go on without them.
		// The checker of schemas has the names of its parts in text that it would write for others to run.
		const given = ["vscode", "bufferutil", "utf-8-validate", "node:sqlite"];
		for (const [name, bytes] of files) {
			if (!/^dist\/[^/]+\.js$/.test(name)) continue;
			const required = [...bytes.toString("utf8").matchAll(/\brequire\("([^".][^"]*)"\)/g)].map((match) => match[1]!);
			const missing = required.filter(
				(module) => !isBuiltin(module) && !given.includes(module) && !/^ajv(-formats)?\/dist\//.test(module),
			);
			assert.deepEqual(missing, [], `${name} requires what is not in the package`);
		}
	});

	it("lets the daemon begin before its parts are read, and reads the largest of them only when they are needed", () => {
		const text = (name: string) => files.get(`dist/${name}.js`)!.toString("utf8");
		assert.ok(text("daemon").length < 50_000, `daemon.js has ${text("daemon").length} bytes`);
		const models = ["chatModels", "responsesModels", "messagesModels", "geminiModels"];
		const leads: Record<string, string[]> = {
			daemon: ["daemonParts"],
			daemonParts: [
				...models,
				"modelFetch",
				"encodingDetector",
				"htmlText",
				"mcpConnection",
				"agentProtocol",
				"syntaxTrees",
			],
		};
		// What all of them need is there once.
		for (const name of models) leads[name] = ["modelKit"];
		for (const [name, parts] of Object.entries(leads))
			for (const part of parts) assert.ok(text(name).includes(`require("./${part}.js")`), `${name} carries ${part}`);
	});

	it(`is smaller than ${maxBytes / 1024 / 1024} MiB`, () => {
		assert.ok(fs.statSync(vsix).size < maxBytes, `${fs.statSync(vsix).size} bytes`);
	});
});
