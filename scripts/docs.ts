/*
 * Writes the documents that derive from code. With --check nothing is written; the exit code is 1 when a document is not
 * what the code says now.
 */
import fs from "node:fs";
import path from "node:path";
import { manifestDocuments } from "./manifestDocument.ts";
import { root } from "./paths.mjs";
import { protocolDocument } from "./protocolDocument.ts";

void writeDocuments(process.argv.includes("--check"));

async function writeDocuments(check: boolean): Promise<void> {
	const documents = { "PROTOCOL.md": protocolDocument(), ...(await manifestDocuments()) };
	for (const [name, text] of Object.entries(documents)) {
		const file = path.join(root, name);
		if (!check) fs.writeFileSync(file, text);
		else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
			console.error(`${name} is not what the code says. Run "npm run docs" and commit it.`);
			process.exitCode = 1;
		} else console.log(`${name} says what the code says.`);
	}
}
