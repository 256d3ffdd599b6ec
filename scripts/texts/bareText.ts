import type { Node } from "oxc-parser";

/** Whether a piece of syntax is words for people that stand there untranslated. */
export function isBare(file: string, node: Node, above: readonly Node[]): boolean {
	const text = textOf(node);
	if (text === undefined || !/[a-z]{2}/i.test(text.replace(/\$\([\w~-]+\)/g, "")) || names.has(text)) return false;
	if (isForMachines(above) || !(node.type === "JSXText" || isProse(text) || isShown(node, above))) return false;
	return !notForPeople.some(({ in: place, begins }) => file.startsWith(place) && text.startsWith(begins));
}

/** Looks like words for people, and is none, or is not read in their language. */
const notForPeople: readonly Exception[] = [
	{ in: "src/extension/extension.ts", begins: "Activated in", because: "a line of the log" },
	{ in: "src/extension/keys/providerKeys.ts", begins: "The key of", because: "a line of the log" },
	{ in: "src/extension/keys/mcpInputs.ts", begins: "The input", because: "a line of the log" },
	{ in: "src/extension/webviewHosts/webviewHost.ts", begins: "A message of a page", because: "a line of the log" },
	{ in: "src/extension/webviewHosts/page.ts", begins: "", because: "HTML and script" },
	{ in: "src/extension/launch/selectionText.ts", begins: "\n\nThe passage", because: "a prompt that a model reads" },
	{ in: "src/webviews/shared/images/transfer.ts", begins: "Files", because: "a type of what is dragged" },
	{ in: "src/webviews/preflight/launchForm.tsx", begins: "vscode-", because: "a selector" },
	{ in: "src/extension/config/openConfig.ts", begins: "// ", because: "written once into a file that windows share" },
];

interface Exception {
	readonly in: string;
	readonly begins: string;
	readonly because: string;
}

/** The same in every language: products, commands, and units after a number. */
export const names: ReadonlySet<string> = new Set([
	"Mission Control",
	"VS Code",
	"Git",
	"npm test",
	"… KB",
	"… MB",
	"… ms",
	"… USD",
]);

/** Several words, or one with a capital letter, as on a button. */
function isProse(text: string): boolean {
	return /[A-Za-z]{2,}[,.;:]? [A-Za-z“(…]|… [A-Za-z]{2,}/.test(text) || /^\s*[A-Z][a-z]+[.…]?\s*$/.test(text);
}

function textOf(node: Node): string | undefined {
	if (node.type === "JSXText") return node.value;
	if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
	if (node.type !== "TemplateLiteral") return undefined;
	return node.quasis.map(({ value }) => value.cooked ?? "").join("…");
}

/** Also a single word is read as what an element contains, or in a field that is shown, whichever way a condition goes. */
function isShown(node: Node, [parent, ...more]: readonly Node[]): boolean {
	switch (parent?.type) {
		case "JSXElement":
		case "JSXFragment":
			return true;
		case "JSXAttribute":
			return isReadAttribute(parent);
		case "Property":
			return parent.value === node && parent.key.type === "Identifier" && shownFields.has(parent.key.name);
		case "CallExpression": {
			const shown = parent.callee.type === "Identifier" ? shownArguments[parent.callee.name] : undefined;
			return shown !== undefined && parent.arguments[shown] === node;
		}
		case "ConditionalExpression":
			return parent.test !== node && isShown(parent, more);
		case "TemplateLiteral":
		case "LogicalExpression":
		case "JSXExpressionContainer":
			return isShown(parent, more);
		default:
			return false;
	}
}

/** Of rows and choices. */
const shownFields = new Set([
	"text",
	"note",
	"word",
	"code",
	"result",
	"title",
	"label",
	"placeholder",
	"detail",
	"description",
]);

/** Functions that make a row of the feed, and which argument is the row's word. */
const shownArguments: Readonly<Record<string, number>> = { shown: 3, marked: 2, failure: 0 };

function isReadAttribute(node: Node | undefined): boolean {
	const name = node?.type === "JSXAttribute" && node.name.type === "JSXIdentifier" ? node.name.name : "";
	return /^(label|name|title|placeholder|hint|of|note|detail|value|open|alt|aria-(label|description|roledescription|valuetext))$/.test(
		name,
	);
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
