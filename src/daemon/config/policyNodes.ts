import { realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import type * as v from "valibot";
import { Policy, PolicyRule, ruleProblem } from "../../core/policy/rule.ts";
import type { ConfigProblem } from "../../protocol/config.ts";
import { isTooDeep } from "./jsonDepth.ts";
import { type Complain, placeOf, placesIn, properties, read, syntaxError, unknown, unknownNames } from "./jsonNodes.ts";

/** The text of a policy, and whatever is wrong in it with its place. A rule that cannot be meant is left out. */
export function parsePolicy(text: string): { readonly policy?: Policy; readonly problems: readonly ConfigProblem[] } {
	const problems: ConfigProblem[] = [];
	const place = placesIn(text);
	const say = (offset: number, length: number, message: string) =>
		void problems.push({ ...place(offset, length), message, blocks: true });
	if (isTooDeep(text)) {
		say(0, 1, "the file has too many nested brackets: write fewer.");
		return { problems };
	}
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true });
	const [first] = errors;
	if (first || !tree) {
		if (first) say(first.offset, first.length, syntaxError(first));
		else say(0, 1, 'the file is empty: write { "rules": [] }.');
		return { problems };
	}
	const complain: Complain = ({ offset, length }, message) => say(offset, length, message);
	const own = policyIn(tree);
	return { policy: own ? readPolicy(own, "policy", complain) : readPolicy(tree, "", complain), problems };
}

/** Where the text is that of config.jsonc: its policy. */
function policyIn(tree: Node): Node | undefined {
	if (tree.type !== "object") return undefined;
	const all = properties(tree);
	if (all.some(([key]) => Object.hasOwn(Policy.entries, key))) return undefined;
	return all.find(([key]) => key === "policy")?.[2];
}

/** Each rule is read by itself, so that a mistake is said where it stands. */
export function readPolicy(node: Node, name: string, complain: Complain): Policy | undefined {
	if (node.type !== "object") {
		complain(node, 'a policy must be an object: write { "rules": [ … ] }.');
		return undefined;
	}
	const policy: v.InferOutput<typeof Policy> = { rules: [], workspaces: {} };
	const dotted = (key: string) => [name, key].filter(Boolean).join(".");
	for (const [key, keyNode, value] of properties(node)) {
		if (key === "rules") policy.rules = readRules(value, dotted("rules"), complain);
		else if (key === "workspaces") readWorkspaces(value, dotted("workspaces"), policy, complain);
		else if (key !== "$schema")
			unknown(keyNode, `setting “${key}” of a policy`, key, Object.keys(Policy.entries), complain);
	}
	return policy;
}

function readRules(list: Node, name: string, complain: Complain): PolicyRule[] {
	if (list.type !== "array") {
		complain(list, `“${name}” must be a list: write [ … ].`);
		return [];
	}
	return (list.children ?? []).flatMap((node) => {
		if (node.type !== "object") {
			complain(node, 'a rule must be an object: write { "effect": "allow", "command": "npm test" }.');
			return [];
		}
		unknownNames(PolicyRule, node, "a rule", complain);
		const known = properties(node).filter(([key]) => Object.hasOwn(PolicyRule.entries, key));
		const rule = read(PolicyRule, name, { ...node, children: known.map(([, key]) => key.parent!) }, complain);
		const problem = rule && ruleProblem(rule);
		if (problem) complain(placeOf(node, "effect"), problem);
		return rule && !problem ? [rule] : [];
	});
}

function readWorkspaces(node: Node, name: string, policy: v.InferOutput<typeof Policy>, complain: Complain): void {
	if (node.type !== "object") {
		complain(node, `“${name}” must be an object: write { "/path/of/the/folder": { "rules": [ … ] } }.`);
		return;
	}
	for (const [key, keyNode, value] of properties(node)) {
		const folder = folderNamed(key);
		if (folder === undefined) {
			complain(keyNode, `“${key.slice(0, 200)}” is no path of a folder: begin it with / or ~/.`);
			continue;
		}
		if (value.type !== "object") {
			complain(value, 'a folder has rules: write { "rules": [ … ] }.');
			continue;
		}
		for (const [inner, innerNode] of properties(value))
			if (inner !== "rules") unknown(innerNode, `setting “${inner}” of a folder`, inner, ["rules"], complain);
		policy.workspaces[folder] = { rules: readRules(placeOf(value, "rules"), `${name}.rules`, complain) };
	}
}

/** The folder that is meant, as goals know it: with links followed. Undefined where it is no path. */
export function folderNamed(key: string): string | undefined {
	const folder = key.replace(/^~(?=$|[/\\])/, os.homedir());
	if (!path.isAbsolute(folder)) return undefined;
	try {
		return realpathSync(folder);
	} catch {
		return path.resolve(folder);
	}
}
