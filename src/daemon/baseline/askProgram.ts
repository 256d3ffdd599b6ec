import { spawn } from "node:child_process";

/** What a program printed, up to a bound; undefined when it is not there. Nothing of it outlives the time it was given. */
export interface ProgramAnswer {
	/** Absent when it was ended. */
	readonly exitCode?: number;
	readonly output: string;
	readonly errors: string;
	readonly isCut: boolean;
	readonly timedOut: boolean;
}

export interface ProgramQuestion {
	readonly program: string;
	readonly args: readonly string[];
	readonly folder: string;
	readonly env: Readonly<Record<string, string>>;
	readonly timeoutMs: number;
	readonly maxBytes: number;
}

export function askProgram(question: ProgramQuestion): Promise<ProgramAnswer | undefined> {
	const { program, args, folder, env, timeoutMs, maxBytes } = question;
	return new Promise((resolve) => {
		const child = spawn(program, [...args], {
			cwd: folder,
			env,
			stdio: ["ignore", "pipe", "pipe"],
			windowsHide: true,
			// A group of its own, so that what it started ends with it.
			detached: process.platform !== "win32",
		});
		const chunks: Buffer[] = [];
		let bytes = 0;
		let errors = "";
		let isCut = false;
		let timedOut = false;
		const end = () => {
			try {
				if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL");
				else process.kill(-child.pid, "SIGKILL");
			} catch {
				// It has ended already.
			}
		};
		const timer = setTimeout(() => {
			timedOut = true;
			end();
		}, timeoutMs);
		child.stdout.on("data", (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes <= maxBytes) chunks.push(chunk);
			else if (!isCut) {
				isCut = true;
				end();
			}
		});
		child.stderr.on("data", (chunk: Buffer) => {
			if (errors.length < 2000) errors += chunk.toString("utf8");
		});
		child.on("error", () => {
			clearTimeout(timer);
			resolve(undefined);
		});
		child.on("close", (code) => {
			clearTimeout(timer);
			const output = Buffer.concat(chunks).toString("utf8");
			resolve({ exitCode: code ?? undefined, output, errors: errors.slice(0, 2000), isCut, timedOut });
		});
	});
}
