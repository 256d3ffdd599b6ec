import { type Node, type ParseError, printParseErrorCode } from "jsonc-parser";
import * as v from "valibot";
import { nearName } from "../../core/words/nearName.ts";
import type { ConfigProblem } from "../../protocol/config.ts";

/** Reading a settings file in JSON node by node, so that what is wrong is said with its place and costs only itself. */
export type Complain = (node: Node, sentence: string, blocks?: boolean) => void;

/** Names that an object has and its schema does not, at any depth. */
export function unknownNames(schema: v.GenericSchema, node: Node, where: string, complain: Complain): void {
	const plain = bare(schema);
	if (plain.type === "array")
		for (const child of node.type === "array" ? (node.children ?? []) : [])
			unknownNames(plain.item!, child, where, complain);
	for (const [name, key, value] of properties(node)) {
		const inner =
			plain.type === "record"
				? plain.value
				: plain.entries && (Object.hasOwn(plain.entries, name) ? plain.entries[name] : null);
		if (inner === null) unknown(key, `setting “${name}” of ${where}`, name, Object.keys(plain.entries!), complain);
		else if (inner) unknownNames(inner, value, `“${name}”`, complain);
	}
}

interface Bare {
	readonly type: string;
	readonly wrapped?: v.GenericSchema;
	readonly entries?: Readonly<Record<string, v.GenericSchema>>;
	readonly value?: v.GenericSchema;
	readonly item?: v.GenericSchema;
}

function bare(schema: v.GenericSchema): Bare {
	const known = schema as unknown as Bare;
	return known.wrapped ? bare(known.wrapped) : known;
}

export function unknown(
	key: Node,
	what: string,
	name: string,
	names: readonly string[],
	complain: Complain,
	mayBlock = false,
): void {
	const near = nearName(name, names);
	const meant = near ? `did you mean “${near}”?` : `Use one of: ${names.join(", ")}.`;
	// A limit under a wrong name is a limit that does not hold.
	complain(
		key,
		`unknown ${what}${near ? "; " : ". "}${meant}`,
		mayBlock && (near === "limits" || what.startsWith("limit ")),
	);
}

export function read<T>(
	schema: v.GenericSchema<unknown, T>,
	name: string,
	node: Node,
	complain: Complain,
): T | undefined {
	const result = v.safeParse(schema, plainValue(node));
	if (result.success) return result.output;
	const issue = result.issues[0];
	const dotted = v.getDotPath(issue as v.BaseIssue<unknown>);
	const where = dotted ? deepest(node, dotted.split(".")) : node;
	// The value itself stays out of the sentence: it might be a key that was written into the wrong place.
	complain(where, `“${[name, dotted].filter(Boolean).join(".")}” ${hint(issue)}`);
	return undefined;
}

function hint(issue: v.BaseIssue<unknown>): string {
	if (issue.received === "undefined") return "is missing.";
	// Words of our own say more than what was expected.
	if (!issue.message.startsWith("Invalid ")) return `cannot be read: ${issue.message}.`;
	return `cannot be read: expected ${issue.expected ?? "another value"}.`;
}

function deepest(node: Node, names: readonly string[]): Node {
	let at = node;
	for (const name of names) {
		const child = at.type === "array" ? at.children?.[Number(name)] : properties(at).find(([key]) => key === name)?.[2];
		if (!child) break;
		at = child;
	}
	return at;
}

/** The value of that name, else the object itself, as the place of a sentence. */
export function placeOf(node: Node, name: string): Node {
	return properties(node).find(([key]) => key === name)?.[2] ?? node;
}

export function properties(node: Node | undefined): readonly (readonly [name: string, key: Node, value: Node])[] {
	if (node?.type !== "object") return [];
	return (node.children ?? []).flatMap((property) => {
		const [key, value] = property.children ?? [];
		return key && value ? [[String(key.value), key, value] as const] : [];
	});
}

/** Like jsonc-parser's own, but safe against a key named `__proto__`. */
export function plainValue(node: Node): unknown {
	if (node.type === "array") return (node.children ?? []).map(plainValue);
	if (node.type !== "object") return node.value;
	return Object.fromEntries(properties(node).map(([name, , value]) => [name, plainValue(value)]));
}

export function syntaxError({ error }: ParseError): string {
	const words = printParseErrorCode(error).replace(/([a-z])([A-Z])/g, "$1 $2");
	return `this is not valid JSON (${words.toLowerCase()}): correct it here or just before.`;
}

/** Where something stands, for people and editors; what goes over several lines is marked to the end of the first. */
export function placesIn(
	text: string,
): (offset: number, length: number) => Pick<ConfigProblem, "line" | "column" | "endColumn"> {
	return (offset, length) => {
		const before = text.slice(0, offset).split("\n");
		const [first = ""] = text.slice(offset, offset + length).split(/\r?\n/, 1);
		const column = before.at(-1)!.length + 1;
		return { line: before.length, column, endColumn: column + Math.max(first.length, 1) };
	};
}
