import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { type InputSpec, inputTypes, maxInputs, readInput } from "../../core/inputs.ts";
import { nearName } from "../../core/words/nearName.ts";
import type { NodeContext } from "../config/writtenSettings.ts";

/**
 * `inputs:` at the head of a playbook, a list of them with `name`, or a map by their names. What is wrong is said with
 * its line; whatever else is right is read.
 */
export function readInputs(value: unknown, context: NodeContext): readonly InputSpec[] {
	const specs: InputSpec[] = [];
	const add = (spec: InputSpec | undefined) => {
		if (!spec) return;
		const other = specs.find((one) => one.variable === spec.variable);
		if (other) {
			const message = `the inputs “${other.name}” and “${spec.name}” would both be ${spec.variable}`;
			context.complain(spec.line, message, "Give one of them another name.");
		} else specs.push(spec);
	};
	const items = itemsOf(value, context);
	if (items.length > maxInputs)
		context.complain(context.line, `there are ${items.length} inputs, more than ${maxInputs}`, "Ask for fewer.");
	for (const item of items.slice(0, maxInputs)) add(readSpec(item, context));
	return specs;
}

interface Item {
	readonly name: string;
	readonly line: number;
	readonly map?: YAMLMap;
}

function itemsOf(value: unknown, { line, lineOf, complain }: NodeContext): readonly Item[] {
	const shape = "Write “- name: target” under it, with type, description, default as needed.";
	if (isMap(value))
		return value.items.flatMap(({ key, value: node }): Item[] => {
			const at = lineOf(key);
			const name = isScalar(key) ? String(key.value) : "";
			if (isMap(node)) return [{ name, line: at, map: node }];
			if (node === null || (isScalar(node) && node.value === null)) return [{ name, line: at }];
			complain(
				at,
				`the input “${shown(name)}” has a value instead of what it is`,
				`Write “${shown(name)}: { default: … }”.`,
			);
			return [];
		});
	if (isSeq(value))
		return value.items.flatMap((node): Item[] => {
			const at = lineOf(node);
			if (isScalar(node) && typeof node.value === "string") return [{ name: node.value, line: at }];
			if (!isMap(node)) {
				complain(at, "this input has no name", shape);
				return [];
			}
			const named = node.items.find(({ key }) => isScalar(key) && key.value === "name");
			if (named && isScalar(named.value))
				return [{ name: String(named.value.value), line: lineOf(named.key), map: node }];
			complain(at, "this input has no name", shape);
			return [];
		});
	if (value !== null && !(isScalar(value) && value.value === null))
		complain(line, "“inputs” is neither a list nor a map", shape);
	return [];
}

const keys = ["name", "type", "description", "default", "required", "options"] as const;

function readSpec({ name, line, map }: Item, context: NodeContext): InputSpec | undefined {
	let isRight = true;
	const complain = (at: number, message: string, fix: string) => {
		isRight = false;
		context.complain(at, message, fix);
	};
	const who = `the input “${shown(name)}”`;
	if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
		const fix =
			"Name it with letters, digits and _, such as TARGET or node_version: commands get it as INPUT_ and the name.";
		complain(line, `${who} cannot be the name of a variable`, fix);
		return undefined;
	}
	const values = new Map<string, { readonly node: Node | null; readonly line: number }>();
	for (const { key, value } of map?.items ?? []) {
		const word = isScalar(key) ? String(key.value) : "";
		if ((keys as readonly string[]).includes(word))
			values.set(word, { node: value as Node | null, line: context.lineOf(key) });
		else {
			const near = nearName(word, keys);
			const fix = near ? `Write “${near}” if that is what is meant.` : `It may have: ${keys.slice(1).join(", ")}.`;
			complain(context.lineOf(key), `${who} has an unknown “${shown(word)}”`, fix);
		}
	}
	const scalar = (key: string): string | undefined => {
		const found = values.get(key);
		if (!found || found.node === null) return undefined;
		// As written: 1.10 stays 1.10.
		if (isScalar(found.node) && found.node.value !== null)
			return typeof found.node.value === "string" ? found.node.value : (found.node.source ?? String(found.node.value));
		if (!isScalar(found.node)) complain(found.line, `“${key}” of ${who} cannot be read`, "Write one value.");
		return undefined;
	};
	const options = optionsOf(values.get("options")?.node, who, values.get("options")?.line ?? line, complain);
	const type = typeOf(
		scalar("type") ?? (options ? "choice" : "string"),
		who,
		values.get("type")?.line ?? line,
		complain,
	);
	if (type === "choice" && !options)
		complain(line, `${who} is a choice without options`, "Write “options: [staging, production]”.");
	if (type !== undefined && type !== "choice" && options)
		complain(
			values.get("options")!.line,
			`${who} has options and is no choice`,
			"Write “type: choice”, or take them away.",
		);
	const required = scalar("required");
	const wants = required === undefined ? undefined : readInput({ type: "boolean" }, required);
	if (wants && "problem" in wants)
		complain(values.get("required")!.line, `“required” of ${who} ${wants.problem}`, wants.fix);
	const written = scalar("default");
	const read = written === undefined || !type ? undefined : readInput({ type, options }, written);
	if (read && "problem" in read)
		complain(values.get("default")!.line, `the default of ${who} ${read.problem}`, read.fix);
	const description = scalar("description")?.replace(/\s+/g, " ").trim().slice(0, 500);
	if (!isRight || !type) return undefined;
	const value = read && "value" in read ? read.value : undefined;
	return {
		name,
		variable: `INPUT_${name.toUpperCase()}`,
		type,
		...(description && { description }),
		...(value !== undefined && { default: value }),
		...(options && { options: [...options] }),
		required: wants && "value" in wants ? wants.value === "true" : value === undefined,
		line,
	};
}

type Complain = NodeContext["complain"];

function optionsOf(node: unknown, who: string, line: number, complain: Complain): readonly string[] | undefined {
	if (node === undefined) return undefined;
	const items = isSeq(node) ? node.items : [];
	const texts = items.flatMap((item) =>
		isScalar(item) && item.value !== null
			? [typeof item.value === "string" ? item.value : (item.source ?? String(item.value))]
			: [],
	);
	const isRight = texts.length > 0 && texts.length === items.length && new Set(texts).size === texts.length;
	if (isRight && texts.length <= 100 && texts.every((text) => text !== "" && text.length <= 200)) return texts;
	complain(
		line,
		`the options of ${who} cannot be read`,
		"Write a list of different values, such as [staging, production].",
	);
	return texts.length > 0 ? texts : [""];
}

const otherTypes: Readonly<Record<string, InputSpec["type"]>> = {
	text: "string",
	str: "string",
	int: "number",
	integer: "number",
	float: "number",
	bool: "boolean",
	enum: "choice",
	select: "choice",
	options: "choice",
};
const secretTypes: ReadonlySet<string> = new Set(["secret", "password", "token", "credential"]);

function typeOf(word: string, who: string, line: number, complain: Complain): InputSpec["type"] | undefined {
	const plain = word.toLowerCase();
	const type = inputTypes.find((one) => one === plain);
	if (type) return type;
	if (secretTypes.has(plain)) {
		const fix = "Let the command read it where it is kept, such as a password manager or a file outside the workspace.";
		complain(line, `${who} is to be a ${plain}, and inputs are kept with the goal for everybody to read`, fix);
		return undefined;
	}
	const near = otherTypes[plain] ?? nearName(plain, inputTypes);
	const fix = near ? `Write “type: ${near}” if that is what is meant.` : `Use one of: ${inputTypes.join(", ")}.`;
	complain(line, `${who} has the unknown type “${shown(word)}”`, fix);
	return undefined;
}

function shown(text: string): string {
	return text.slice(0, 60);
}
