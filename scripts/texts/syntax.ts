import { type Node, parseSync, visitorKeys } from "oxc-parser";

/** A source as its syntax; parentheses are no nodes. */
export function parse(name: string, source: string): Node {
	const { program, errors } = parseSync(name, source, { preserveParens: false });
	if (errors[0]) throw new Error(`${name} cannot be parsed: ${errors[0].message}`);
	return program;
}

/** Each node before those below it, with those above it, nearest first. */
export function walkNodes(
	node: Node,
	visit: (node: Node, above: readonly Node[]) => void,
	above: readonly Node[] = [],
): void {
	visit(node, above);
	const fields = node as unknown as Readonly<Record<string, unknown>>;
	for (const key of visitorKeys[node.type] ?? [])
		for (const child of [fields[key]].flat()) if (child) walkNodes(child as Node, visit, [node, ...above]);
}
