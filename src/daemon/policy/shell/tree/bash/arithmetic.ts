import type { Syntax } from "../grammars.ts";

/**
 * Where bash counts, it evaluates: a variable that holds `a[$(id)]` runs `id`. So whatever is counted with has to be a
 * number, or a variable that this text gives nothing but numbers.
 */
export function countingIn(text: string, root: Syntax): (node: Syntax) => boolean {
	const answers = new Map<string, boolean>();
	const spans: Syntax[] = [];
	collect(root);
	return (node) => isPlain(node);

	function isPlain({ type, isNamed, start, end, children }: Syntax): boolean {
		if (type === "command_substitution" || type === "process_substitution" || type === "ERROR") return false;
		if (type === "expansion" && text[start + 2] === "#") return true;
		if (type === "special_variable_name") return /^[#?$!]$/.test(text.slice(start, end));
		if (children.length > 0) return children.every(isPlain);
		const source = text.slice(start, end);
		if (!isNamed || type === "test_operator" || /^\s*(\d+|\d+#\w+|0x[\da-fA-F]+)?\s*$/.test(source)) return true;
		return /^[A-Za-z_]\w*$/.test(source) && isNumber(source);
	}

	function isNumber(name: string): boolean {
		let answer = answers.get(name);
		if (answer === undefined) {
			const mentions = [...text.matchAll(new RegExp(`(?<!\\w)${name}(?!\\w)`, "g"))];
			answer = mentions.every(({ index }) => isAsked(name, index) || isSet(name, index) || isCounted(index));
			answers.set(name, answer);
		}
		return answer;
	}

	function isAsked(name: string, at: number): boolean {
		return (
			/\$\{?#?$/.test(text.slice(Math.max(0, at - 3), at)) &&
			!/^:?=/.test(text.slice(at + name.length, at + name.length + 2))
		);
	}

	function isSet(name: string, at: number): boolean {
		const rest = text.slice(at + name.length, at + name.length + 80);
		if (/^\+?=(-?\d+(?![^\s;&|)}])|\$\(\()/.test(rest)) return true;
		return (
			/\bfor\s+$/.test(text.slice(Math.max(0, at - 10), at)) &&
			/^\s+in\s+(\d+\s*|\{\d+\.\.\d+\}\s*|\$\(seq [\d ]+\)\s*)+[;\n]/.test(rest)
		);
	}

	function isCounted(at: number): boolean {
		return spans.some(({ start, end }) => start <= at && at < end);
	}

	function collect(node: Syntax): void {
		if (node.type === "arithmetic_expansion") spans.push(node);
		else if (node.type === "c_style_for_statement") {
			const close = node.children.find(({ type }) => type === "))");
			if (close) spans.push({ ...node, end: close.start });
		}
		for (const child of node.children) collect(child);
	}
}
