import { chmod, copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { OwnPlace } from "../policy/sandbox/sandbox.ts";
import { type AcpFolder, acpRows } from "../providers/acpRows.ts";

/**
 * What agents find inside a sandbox in the place of their folders in the home folder. Each thread has its own, so that its
 * sessions are there when its program is started again, and nothing that an agent writes there reaches another thread, or
 * the programs that a person starts. Settings are the person's anew each time a program starts.
 */
export interface OwnFolders {
	/** Made where they are missing, also the person's, as the agent would make them. */
	make(threadId: string, agent: string, environment: Environment): Promise<AgentGrounds>;
	/** Threads that have some. */
	threads(): Promise<readonly string[]>;
	forget(threadIds: readonly string[]): Promise<void>;
}

export interface AgentGrounds {
	readonly own: readonly OwnPlace[];
	/** It says where the agent's folders are. */
	readonly environment: Environment;
}

type Environment = Readonly<Record<string, string>>;

/** A file of settings that is larger is none. */
const maxBytes = 4 * 1024 * 1024;
const shared = "shared";

export function openOwnFolders(folder: string): OwnFolders {
	const ofThread = (threadId: string) => path.join(folder, encodeURIComponent(threadId));

	async function make(
		threadId: string,
		row: AcpFolder,
		agent: string,
		environment: Environment,
	): Promise<AgentGrounds> {
		const theirs = theirFolder(row, environment);
		const place = row.isCache ? path.join(folder, shared, agent) : ofThread(threadId);
		const mine = path.join(place, row.folder.replaceAll("/", "+"));
		for (const one of [theirs.at, mine]) await mkdir(one, { recursive: true, mode: 0o700 });
		for (const name of row.settings ?? []) await copy(path.join(theirs.at, name), path.join(mine, name));
		if (!theirs.isNamed)
			for (const name of row.atHome ?? []) await copy(path.join(environment.HOME ?? "", name), path.join(mine, name));
		const kept = (names: readonly string[] | undefined, as: OwnPlace["as"]) =>
			(names ?? []).map((name): OwnPlace => ({ path: path.join(theirs.at, name), as }));
		return {
			own: [
				{ path: theirs.at, as: "writable", from: mine },
				...kept(row.login, "writable"),
				...kept(row.read, "readOnly"),
			],
			environment: theirs.variable,
		};
	}

	return {
		async make(threadId, agent, environment) {
			const rows = acpRows.find(({ id }) => id === agent)?.own ?? [];
			const made = await Promise.all(rows.map((row) => make(threadId, row, agent, environment)));
			return {
				own: made.flatMap(({ own }) => own),
				environment: Object.assign({}, environment, ...made.map((one) => one.environment)),
			};
		},
		async threads() {
			const names = await readdir(folder).catch(() => []);
			return names.filter((name) => name !== shared).map(decodeURIComponent);
		},
		async forget(threadIds) {
			for (const threadId of threadIds) await rm(ofThread(threadId), { recursive: true, force: true });
		},
	};
}

interface TheirFolder {
	readonly at: string;
	/** By a variable. */
	readonly isNamed: boolean;
	readonly variable: Environment;
}

function theirFolder({ folder, variable }: AcpFolder, environment: Environment): TheirFolder {
	const [name, below = ""] = variable ?? [];
	const named = name === undefined ? undefined : environment[name];
	if (named) return { at: path.resolve(named, below), isNamed: true, variable: {} };
	const at = path.resolve(environment.HOME ?? "", folder);
	const value = below === "" ? at : path.dirname(at);
	return { at, isNamed: false, variable: name === undefined ? {} : { [name]: value } };
}

/** What the person does not have any more is not there either. */
async function copy(from: string, to: string): Promise<void> {
	await rm(to, { force: true });
	const found = await stat(from).catch(() => undefined);
	if (!found?.isFile() || found.size > maxBytes) return;
	await copyFile(from, to);
	await chmod(to, 0o600);
}
