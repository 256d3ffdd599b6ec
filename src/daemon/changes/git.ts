import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { ChangesError } from "./changesError.ts";

/**
 * Git, shut off from everything but our own repository: no configuration, attributes or home of the user, no variable
 * that points it elsewhere, and a bare repository, so that there is no work tree it could look into.
 */
export interface Git {
	/** Runs to the end and returns standard output. More than `maxBytes` of it are cut off. */
	run(args: readonly string[], options?: RunOptions): Promise<Buffer>;
	/** Starts a process that the caller talks to and ends. */
	start(args: readonly string[]): ChildProcessWithoutNullStreams;
}

export interface RunOptions {
	readonly input?: string;
	readonly signal?: AbortSignal;
	readonly maxBytes?: number;
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Lets everything else on the machine go first. */
	readonly background?: boolean;
}

export function openGit(command: string, folder: string): Git {
	const env = { ...withoutGit(process.env), ...isolation(folder) };

	function start(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
		return spawn(command, ["--no-pager", ...args], {
			cwd: options.cwd ?? folder,
			env: { ...env, ...options.env },
			signal: options.signal,
			windowsHide: true,
		});
	}

	return {
		start,
		run(args, options = {}) {
			return new Promise((resolve, reject) => {
				const child = start(args, options);
				const output: Buffer[] = [];
				let bytes = 0;
				let said = "";
				if (options.background) yieldToOthers(child.pid);
				child.on("error", reject);
				child.stdin.on("error", () => {});
				child.stdin.end(options.input ?? "", "latin1");
				child.stderr.on("data", (data: Buffer) => {
					said = (said + data.toString()).slice(-2_000);
				});
				child.stdout.on("data", (data: Buffer) => {
					output.push(data);
					bytes += data.length;
					if (options.maxBytes !== undefined && bytes > options.maxBytes) child.kill();
				});
				child.on("close", (code) => {
					const whole = Buffer.concat(output);
					if (options.maxBytes !== undefined && bytes > options.maxBytes) resolve(whole.subarray(0, options.maxBytes));
					else if (code === 0) resolve(whole);
					else reject(failure(args, said));
				});
			});
		},
	};
}

function failure(args: readonly string[], said: string): ChangesError {
	if (/bad object|unable to read tree|not a tree object|could not (get|read)|Not a valid object/i.test(said)) {
		return new ChangesError(
			"unknownObject",
			`The record of changes does not hold what was asked for (${said.trim()}).`,
		);
	}
	return new ChangesError("git", `git ${args[0]} failed: ${said.trim() || "it gave no reason"}.`);
}

function yieldToOthers(pid: number | undefined): void {
	try {
		if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
	} catch {
		// It has ended already, or the system does not allow it: then it runs like everything else.
	}
}

/** Git's variables are many (GIT_DIR, GIT_INDEX_FILE, GIT_OBJECT_DIRECTORY…) and may be set where we were started. */
export function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_/i.test(name)));
}

function isolation(folder: string): Record<string, string> {
	return {
		GIT_DIR: folder,
		GIT_CONFIG_NOSYSTEM: "1",
		// Git before 2.32 does not know this one and looks into the home, which is why there is another home too.
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_OPTIONAL_LOCKS: "0",
		GIT_LITERAL_PATHSPECS: "1",
		GIT_TERMINAL_PROMPT: "0",
		HOME: folder,
		XDG_CONFIG_HOME: folder,
		LC_ALL: "C",
	};
}
