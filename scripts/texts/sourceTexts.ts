import fs from "node:fs";
import path from "node:path";
import type { Node } from "oxc-parser";
import { isBare } from "./bareText.ts";
import { parse, walkNodes } from "./syntax.ts";

/**
 * The texts that sources hand to `t`, read from their syntax: a translator gets these and no others. What people would
 * read and no translator would see is a fault.
 */
export interface SourceTexts {
	readonly texts: ReadonlySet<string>;
	readonly faults: readonly Fault[];
}

export interface Fault {
	/** `src/extension/links.ts:12` */
	readonly place: string;
	readonly code: string;
	readonly why: string;
}

/** Which arguments of a function are texts to translate. */
const translators: Readonly<Record<string, readonly number[]>> = { t: [0], tNodes: [0], plural: [1, 2] };

/** Translates a text that stands in a table of core; `tableTexts.ts` reads the tables. */
const ofTables = "tLabel";

export function readSources(root: string, folders: readonly string[]): SourceTexts {
	const found = folders
		.flatMap((folder) => sourcesIn(path.join(root, folder)))
		.map((file) => readSource(path.relative(root, file).replaceAll("\\", "/"), fs.readFileSync(file, "utf8")));
	return { texts: new Set(found.flatMap(({ texts }) => [...texts])), faults: found.flatMap(({ faults }) => faults) };
}

export function readSource(name: string, source: string): SourceTexts {
	const texts = new Set<string>();
	const faults: Fault[] = [];
	const translated = new Set<Node>();
	walkNodes(parse(name, source), (node, above) => {
		if (node.type === "CallExpression" && node.callee.type === "Identifier") {
			const called = node.callee.name;
			const positions = translators[called];
			if ((positions || called === ofTables) && !above.some(isFunction))
				fault(node, "The translation is not there yet when this runs. Call it in a function.");
			// A translator that stands on another hands on what it was given.
			if (positions && !above.some(isTranslator)) for (const at of positions) readText(node.arguments[at], node);
		} else if (!translated.has(node) && !above.some((one) => translated.has(one)) && isBare(name, node, above))
			fault(node, "People read this and no translator sees it. Hand it to t().");
	});
	return { texts, faults };

	function readText(argument: Node | undefined, call: Node): void {
		const literals = argument && literalsOf(argument);
		if (!literals) fault(call, "A translator sees literals only. Hand a text of a table in core to tLabel().");
		for (const { text, node } of literals ?? []) {
			if (text !== "") texts.add(text);
			translated.add(node);
		}
	}

	function fault(node: Node, why: string): void {
		const line = source.slice(0, node.start).split("\n").length;
		const code = source.slice(node.start, node.end).replace(/\s+/g, " ").trim();
		faults.push({ place: `${name}:${line}`, code: code.slice(0, 100), why });
	}
}

interface TextLiteral {
	readonly text: string;
	readonly node: Node;
}

/** Every text that an expression can come to; undefined where one is made otherwise. */
function literalsOf(node: Node): readonly TextLiteral[] | undefined {
	if (node.type === "Literal" && typeof node.value === "string") return [{ text: node.value, node }];
	if (node.type !== "ConditionalExpression") return undefined;
	const [yes, no] = [literalsOf(node.consequent), literalsOf(node.alternate)];
	return yes && no && [...yes, ...no];
}

function isFunction({ type }: Node): boolean {
	return type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";
}

function isTranslator(node: Node): boolean {
	return node.type === "FunctionDeclaration" && node.id != null && node.id.name in translators;
}

function sourcesIn(folder: string): readonly string[] {
	return fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
		.map((entry) => path.join(entry.parentPath, entry.name))
		.sort();
}
