import fs from "node:fs";
import path from "node:path";

/**
 * What a document names has to be there: each link to a file, each path in backticks that begins with a folder of the
 * repository, and, where it says “`name` in `path`”, the name in that file.
 */
export function namedProblems(document: string, text: string, root: string): readonly string[] {
	const links = Array.from(text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, link]) =>
		path.posix.join(path.posix.dirname(document), link!),
	);
	const paths = Array.from(
		text.matchAll(/`((?:src|test|scripts|docs|examples|media|bench)\/[\w./-]+)`/g),
		([, one]) => one!,
	);
	const missing = [...new Set([...links, ...paths])]
		.filter((file) => !fs.existsSync(path.join(root, file)))
		.map((file) => `${document} names ${file}, which is not there.`);
	const unknown = Array.from(text.matchAll(/`([A-Za-z]\w*)`\s+in\s+`((?:src|test|scripts)\/[\w./-]+\.\w+)`/g)).flatMap(
		([, name, file]) =>
			holds(path.join(root, file!), name!) ? [] : `${document} looks for \`${name}\` in ${file}, where it is not.`,
	);
	return [...missing, ...unknown];
}

function holds(file: string, name: string): boolean {
	return !fs.existsSync(file) || new RegExp(`\\b${name}\\b`).test(fs.readFileSync(file, "utf8"));
}
