import type { Node } from "oxc-parser";

/** Whether a piece of syntax is words for people that stand there untranslated. */
export function isBare(file: string, node: Node, above: readonly Node[]): boolean {
	const text = textOf(node);
	if (text === undefined || !/[a-z]{2}/i.test(text) || names.has(text)) return false;
	if (node.type === "JSXText" || isShown(above)) return true;
	if (!isProse(text) || isForMachines(above)) return false;
	return !notForPeople.some(({ in: place, begins }) => file.startsWith(place) && text.startsWith(begins));
}

/** Looks like words for people, and is none, or is not read in their language. */
const notForPeople: readonly Exception[] = [
	{ in: "src/extension/extension.ts", begins: "Activated in", because: "a line of the log" },
	{ in: "src/extension/keys/providerKeys.ts", begins: "The key of", because: "a line of the log" },
	{ in: "src/extension/webviewHosts/webviewHost.ts", begins: "A message of a page", because: "a line of the log" },
	{ in: "src/extension/webviewHosts/page.ts", begins: "", because: "HTML and script" },
	{ in: "src/extension/launch/selectionText.ts", begins: "\n\nThe passage", because: "a prompt that a model reads" },
	{ in: "src/extension/config/openConfig.ts", begins: "// ", because: "written once into a file that windows share" },
];

interface Exception {
	readonly in: string;
	readonly begins: string;
	readonly because: string;
}

/** The same in every language. */
const names = new Set(["Mission Control", "VS Code"]);

/** Several words, or one with a capital letter, as on a button. */
function isProse(text: string): boolean {
	return /[A-Za-z]{2,}[,.;:]? [A-Za-z“(]/.test(text) || /^\s*[A-Z][a-z]+[.…]?\s*$/.test(text);
}

function textOf(node: Node): string | undefined {
	if (node.type === "JSXText") return node.value;
	if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
	if (node.type !== "TemplateLiteral") return undefined;
	return node.quasis.map(({ value }) => value.cooked ?? "").join("…");
}

/** It is what an element contains, or an attribute of one that is read, whichever way a condition goes. */
function isShown([parent, ...more]: readonly Node[]): boolean {
	switch (parent?.type) {
		case "JSXElement":
		case "JSXFragment":
			return true;
		case "JSXAttribute":
			return isReadAttribute(parent);
		case "ConditionalExpression":
		case "TemplateLiteral":
		case "LogicalExpression":
		case "JSXExpressionContainer":
			return isShown(more);
		default:
			return false;
	}
}

function isReadAttribute(node: Node | undefined): boolean {
	const name = node?.type === "JSXAttribute" && node.name.type === "JSXIdentifier" ? node.name.name : "";
	return /^(label|title|placeholder|alt|aria-(label|description|roledescription|valuetext))$/.test(name);
}

/** Compared, imported, a type, an attribute that is not read, a bug's message: no person's text. */
function isForMachines([parent, ...more]: readonly Node[]): boolean {
	switch (parent?.type) {
		case "ImportDeclaration":
		case "ImportExpression":
		case "ExportNamedDeclaration":
		case "TSLiteralType":
		case "SwitchCase":
		case "BinaryExpression":
		case "MemberExpression":
			return true;
		case "JSXAttribute":
			return !isReadAttribute(parent);
		case "NewExpression":
			return parent.callee.type === "Identifier" && parent.callee.name === "Error";
		case "Property":
			return parent.key.type === "Identifier" && parent.key.name === "title" && isCommandRow(more[0]);
		case "ConditionalExpression":
		case "TemplateLiteral":
		case "LogicalExpression":
		case "JSXExpressionContainer":
			return isForMachines(more);
		default:
			return false;
	}
}

/** Its title is translated in package.nls.json. */
function isCommandRow(node: Node | undefined): boolean {
	const has = (name: string) =>
		node?.type === "ObjectExpression" &&
		node.properties.some(
			(property) => property.type === "Property" && property.key.type === "Identifier" && property.key.name === name,
		);
	return has("title") && has("run");
}
