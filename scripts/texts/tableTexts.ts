import fs from "node:fs";
import path from "node:path";
import type { Node } from "oxc-parser";
import { parse, walkNodes } from "./syntax.ts";

/**
 * Texts that core keeps in tables for every user interface, and that are handed to `tLabel`. They are read from the tables
 * themselves: a new row needs nothing here. Sentences that core makes of values are not among them and stay English.
 */
const tables: readonly Table[] = [
	{ file: "src/core/words/marks.ts", fields: ["word"] },
	{ file: "src/core/words/answerValues.ts", fields: ["label", "problem"] },
	{ file: "src/core/words/receipt.ts", constants: ["receiptWords"] },
	{ file: "src/core/words/roleOff.ts", constants: ["meanings"] },
	{ file: "src/core/questions/questions.ts", constants: ["pastWords"] },
	{ file: "src/core/questions/question.ts", constants: ["readByPlanner"] },
	{ file: "src/core/questions", fields: ["label", "effect", "reason"] },
];

interface Table {
	/** A file, or a folder of them. */
	readonly file: string;
	/** Fields of rows that are texts. */
	readonly fields?: readonly string[];
	/** Constants that are a text, or an object of texts. */
	readonly constants?: readonly string[];
}

export function readTables(root: string): ReadonlySet<string> {
	return new Set(
		tables.flatMap((table) => {
			const texts = filesOf(root, table).flatMap((file) => readTable(file, table));
			if (texts.length === 0) throw new Error(`${table.file} holds no such texts. Name its fields or constants anew.`);
			return texts;
		}),
	);
}

function readTable(file: string, { fields = [], constants = [] }: Table): readonly string[] {
	const texts: string[] = [];
	walkNodes(parse(file, fs.readFileSync(file, "utf8")), (node) => {
		if (node.type === "Property" && node.key.type === "Identifier" && fields.includes(node.key.name))
			texts.push(...outcomes(node.value));
		if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && constants.includes(node.id.name))
			texts.push(...(node.init ? outcomes(node.init) : []));
	});
	return texts;
}

/** What an expression can come to, where that is a text as it stands; what is made of values is left out. */
function outcomes(node: Node): readonly string[] {
	switch (node.type) {
		case "Literal":
			return typeof node.value === "string" ? [node.value] : [];
		case "ConditionalExpression":
			return [...outcomes(node.consequent), ...outcomes(node.alternate)];
		case "ArrowFunctionExpression":
			return node.expression ? outcomes(node.body) : [];
		case "ObjectExpression":
			return node.properties.flatMap((property) => (property.type === "Property" ? outcomes(property.value) : []));
		default:
			return [];
	}
}

function filesOf(root: string, { file }: Table): readonly string[] {
	const whole = path.join(root, file);
	if (!fs.statSync(whole).isDirectory()) return [whole];
	return fs.readdirSync(whole).map((name) => path.join(whole, name));
}
