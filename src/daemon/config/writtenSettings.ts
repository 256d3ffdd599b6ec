import * as v from "valibot";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { parseModelRef } from "../../core/modelRef.ts";
import { PartialLaunchSettings } from "../../core/settings.ts";
import { nearName } from "../../core/words/nearName.ts";

/**
 * Launch settings as people write them: one `name: value` a line, in the head of a playbook and in a preset's file. Every
 * key that is no setting is a problem.
 */
export interface WrittenSettings {
	/** Without `checks`: they are commands of their own. */
	readonly settings: PartialLaunchSettings;
	readonly checks: readonly string[];
	/** The values of the names that may stand there besides. */
	readonly others: Readonly<Record<string, unknown>>;
	readonly problems: readonly SettingsProblem[];
}

export interface SettingsProblem {
	/** From 1, in the text. */
	readonly line: number;
	readonly message: string;
	readonly fix: string;
}

/** A person does not write so many settings at the head of a playbook. */
const maxHeadChars = 20_000;

/**
 * What would nest deeper than settings ever do. The YAML parser calls itself for each level, and a text made to end its
 * stack can end the whole process: the engine does not always survive it as an exception.
 */
export function isTooDeep(text: string): boolean {
	const opened = text.match(/[[{]/g)?.length ?? 0;
	return opened > 200 || /^[ \t]{100}|^(?:[ \t]*[-?:](?=[ \t])){8}/m.test(text);
}

const nothing: WrittenSettings = { settings: {}, checks: [], others: {}, problems: [] };
type Schemas = Readonly<Record<string, v.GenericSchema>>;

/** Where a value stands that is read node by node, and whom to tell what is wrong. Lines are from 1, in the text. */
export interface NodeContext {
	/** Of its name. */
	readonly line: number;
	lineOf(node: unknown): number;
	complain(line: number, message: string, fix: string): void;
}
type Readers = Readonly<Record<string, (node: unknown, context: NodeContext) => unknown>>;

/** `also` are names that may stand beside the settings, by a schema or by what reads their node. */
export function readSettings(
	text: string,
	maxChars = maxHeadChars,
	also: Schemas = {},
	readers: Readers = {},
): WrittenSettings {
	if (text.length > maxChars) {
		const message = `the settings have ${text.length} characters, more than ${maxChars}`;
		return { ...nothing, problems: [{ line: 1, message, fix: "Make them shorter." }] };
	}
	if (isTooDeep(text)) {
		const message = "the settings have too many nested lists and brackets";
		return { ...nothing, problems: [{ line: 1, message, fix: "Use fewer levels." }] };
	}
	return parseSettings(text, also, readers);
}

const { checks: _, ...entries } = PartialLaunchSettings.entries;
/** What each setting is written as, beside `checks`. */
export const settingSchemas: Readonly<Record<string, v.GenericSchema>> = {
	...entries,
	agent: v.optional(
		v.pipe(
			v.string("write it as provider/model, or provider/model:effort"),
			v.rawTransform(({ dataset, addIssue, NEVER }) => {
				const choice = parseModelRef(dataset.value);
				if (choice) return choice;
				addIssue({ message: "write it as provider/model, or provider/model:effort" });
				return NEVER;
			}),
		),
	),
};
export const Checks = v.union(
	[v.array(v.pipe(v.string(), v.trim(), v.nonEmpty())), v.pipe(v.string(), v.trim(), v.nonEmpty())],
	"write one command, or a list of commands",
);

function parseSettings(text: string, also: Schemas, readers: Readers): WrittenSettings {
	const schemas: Schemas = { ...settingSchemas, checks: Checks, ...also };
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
	const lineAt = (offset: number | undefined) => counter.linePos(offset ?? 0).line;
	const problems: SettingsProblem[] = document.errors.map((error) => ({
		line: lineAt(error.pos[0]),
		message: `the settings are not valid YAML: ${error.message.split("\n", 1)[0]}`,
		fix: "Write one “name: value” a line.",
	}));
	if (problems.length > 0 || document.contents === null) return { ...nothing, problems };
	if (!isMap(document.contents)) {
		const fix = "Write one “name: value” a line, such as “autonomy: aware”.";
		return { ...nothing, problems: [{ line: 1, message: "the settings are not a list of names and values", fix }] };
	}
	const settings: Record<string, unknown> = {};
	const checks: string[] = [];
	const others: Record<string, unknown> = {};
	for (const pair of document.contents.items) {
		const name = isScalar(pair.key) ? String(pair.key.value) : "";
		const line = lineAt(isScalar(pair.key) ? pair.key.range?.[0] : undefined);
		if (Object.hasOwn(readers, name)) {
			const lineOf = (node: unknown) => lineAt((node as Node | null)?.range?.[0]);
			const complain = (at: number, message: string, fix: string) => void problems.push({ line: at, message, fix });
			others[name] = readers[name]!(pair.value, { line, lineOf, complain });
			continue;
		}
		const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
		if (!schema) {
			const names = [...Object.keys(schemas), ...Object.keys(readers)];
			const near = nearName(name, names);
			const fix = `Use one of: ${names.join(", ")}${near ? ` (did you mean “${near}”?)` : ""}.`;
			problems.push({ line, message: `unknown setting “${name}”`, fix });
			continue;
		}
		const value = v.safeParse(schema, plainValue(pair.value));
		if (!value.success) {
			const issue = value.issues[0];
			const where = [name, v.getDotPath(issue as v.BaseIssue<unknown>)].filter(Boolean).join(".");
			problems.push({ line, message: `“${where}” cannot be read`, fix: `${sentence(issue.message)}` });
		} else if (name === "checks") checks.push(...[value.output as string | string[]].flat());
		else if (Object.hasOwn(also, name)) others[name] = value.output;
		else settings[name] = value.output;
	}
	return { settings: settings as PartialLaunchSettings, checks, others, problems };

	function plainValue(node: unknown): unknown {
		try {
			return (node as { toJS(document: unknown): unknown } | null)?.toJS(document) ?? undefined;
		} catch {
			// Aliases that multiply themselves, or name nothing.
			return Symbol("unreadable");
		}
	}
}

function sentence(text: string): string {
	return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}.`;
}
