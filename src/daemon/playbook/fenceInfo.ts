/**
 * What stands behind the marks of a fence: its word, and attributes as different tools write them: `bash {cwd=app}`,
 * `bash title="x"`, `{.bash .numberLines}`, `{bash, eval=FALSE}`.
 */
export interface FenceInfo {
	/** Empty where there is none. */
	readonly word: string;
	/** What stands behind the word, as written. */
	readonly rest: string;
	readonly attributes: readonly Attribute[];
}

export interface Attribute {
	readonly name: string;
	/** Undefined for a word that stands alone. */
	readonly value?: string;
}

export function parseInfo(info: string): FenceInfo {
	const text = info.trim();
	if (!text.startsWith("{")) {
		const [word] = /^[^\s{]*/.exec(text) ?? [""];
		const rest = text.slice(word.length).trim();
		return { word, rest, attributes: attributesIn(rest) };
	}
	const all = attributesIn(text);
	const byClass = all.find(({ name, value }) => name.startsWith(".") && value === undefined);
	const first = all.find(({ name, value }) => value === undefined && !/^[.#]/.test(name));
	const word = byClass ?? first;
	const attributes = all.filter((one) => one !== word);
	return { word: word?.name.replace(/^\./, "") ?? "", rest: text, attributes };
}

function attributesIn(text: string): readonly Attribute[] {
	const found: Attribute[] = [];
	const pattern = /([^\s={},"'`]+)(?:[ \t]*=[ \t]*("[^"]*"|'[^']*'|[^\s{},]*))?/g;
	for (const [, name, value] of text.matchAll(pattern))
		found.push({ name: name!, value: value?.replace(/^(["'])(.*)\1$/, "$2") });
	return found;
}

/** What attributes ask for that bears on how a command runs. All others are for those who show the text. */
export interface Asked {
	/** Run it in this folder. */
	readonly folder?: string;
	/** It says that it is not to be run, as it is written. */
	readonly notRun?: string;
	/** It asks for something that is not carried out, as it is written. */
	readonly other?: string;
}

export function askedBy(attributes: readonly Attribute[]): Asked {
	let asked: Asked = {};
	for (const { name, value } of attributes) {
		const plain = name.toLowerCase().replace(/[^a-z]/g, "");
		const written = value === undefined ? name : `${name}=${value}`;
		const isNo = value !== undefined && /^(false|f|no|0|off|never)$/i.test(value);
		if (folders.has(plain) && value !== undefined) asked = { ...asked, folder: value };
		else if (runs.has(plain) && isNo) asked = { ...asked, notRun: written };
		else if (runsNot.has(plain) && !isNo) asked = { ...asked, notRun: written };
		else if (changes.has(plain) || (value !== undefined && (changesIfSet.has(plain) || isVariable(name))))
			asked = isNo ? asked : { ...asked, other: written };
	}
	return asked;
}

const folders = new Set(["cwd", "dir", "directory", "workdir", "workingdirectory", "workingdir", "folder", "chdir"]);
const runs = new Set(["eval", "run", "exec", "execute", "executable", "runnable"]);
const runsNot = new Set(["norun", "noexec", "noeval", "noexecute", "ignore", "ignored", "skip", "skipped", "disabled"]);
/** Also as a word alone. */
const changes = new Set(["sudo", "background", "bg", "async", "detach", "detached", "parallel", "env", "environment"]);
/** English words that may stand in a title; only with a value do they ask for something. */
const changesIfSet = new Set(
	`envs timeout user as host on container image shell interpreter engine stdin input if when unless only platform os
	retry retries repeat times expect exit exitcode expectedexitcode allowfailure allowerror continueonerror
	ignoreerror ignoreerrors`.split(/\s+/),
);

/** `FOO=bar` behind a fence is what people write for a variable. */
function isVariable(name: string): boolean {
	return /^(?:env[.:])?[A-Z][A-Z0-9_]*$/.test(name);
}
