import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * A daemon that dies at one of its own calls: from the nth call on that would change a file, none has any effect, as after
 * a SIGKILL. What awaits such a call waits for ever; what calls it at once gets an error, which leads nowhere, since
 * nothing that it does then has an effect either. Only calls of this process die: the workspace lives on.
 */
export interface Death {
	/** Resolves when it died. */
	readonly died: Promise<void>;
	isDead(): boolean;
	/** Calls work again, for the next daemon. Promises of the dead one stay open. */
	end(): void;
}

// Node takes the calls that it removes folders with when it first does so; later ones would stay dead.
fs.rmSync("./no such folder", { recursive: true, force: true });

export function dieAt(call: number): Death {
	let left = call;
	let isDead = false;
	let settle = () => {};
	const died = new Promise<void>((resolve) => {
		settle = resolve;
	});
	const dies = () => {
		if (isDead || --left > 0) return isDead;
		isDead = true;
		settle();
		return true;
	};
	const [now, later] = [fs as unknown as Calls, fs.promises as unknown as Calls];
	const real = { now: { ...now }, later: { ...later } };
	for (const name of changingNow) {
		now[name] = (...args) => {
			if (dies()) throw new Error("killed");
			return real.now[name]!(...args);
		};
	}
	now.openSync = (...args) => {
		if (writes(args[1]) && dies()) throw new Error("killed");
		return real.now.openSync!(...args);
	};
	now.fsync = (handle, done) => {
		const alive = (cause: unknown) => {
			if (!isDead) (done as (cause: unknown) => void)(cause);
		};
		return isDead ? undefined : real.now.fsync!(handle, alive);
	};
	for (const name of changingLater) {
		later[name] = (...args) => (dies() ? forEver() : real.later[name]!(...args));
	}
	later.open = (...args) => (writes(args[1]) && dies() ? forEver() : real.later.open!(...args));
	syncBuiltinESMExports();
	return {
		died,
		isDead: () => isDead,
		end() {
			for (const name of [...changingNow, "openSync", "fsync"]) now[name] = real.now[name]!;
			for (const name of [...changingLater, "open"]) later[name] = real.later[name]!;
			syncBuiltinESMExports();
		},
	};
}

type Calls = Record<string, (...args: unknown[]) => unknown>;

const changingNow = ["writeSync", "writeFileSync", "renameSync", "unlinkSync", "linkSync", "symlinkSync", "mkdirSync"];
changingNow.push("rmdirSync", "rmSync", "fchmodSync", "fchownSync", "futimesSync");
const changingLater = ["writeFile", "rename", "unlink", "link", "mkdir", "rmdir", "rm"];

function writes(flags: unknown): boolean {
	return typeof flags === "number"
		? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0
		: typeof flags === "string" && flags !== "r";
}

function forEver(): Promise<never> {
	return new Promise(() => {});
}
