import type { Node } from "jsonc-parser";
import type { ConfigProblem } from "../../protocol/config.ts";

/** The innermost node of the path that is there. */
export function deepest(node: Node, names: readonly string[]): Node {
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
