import { randomBytes } from "node:crypto";
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * One daemon a data folder. The holder listens on a socket in the folder: the system closes it with the process, so a
 * kill -9 frees the folder at once, and two containers that share the folder see each other. A socket file that no process
 * answers is taken over. Against the rest (a holder that was frozen while another took over) the new holder writes its
 * nonce, and the store reads it before every commit.
 */
export interface Lock {
	/** The file that names the owner, and the nonce by which it is recognised. */
	readonly owner: { readonly file: string; readonly nonce: string };
	release(): void;
}

const tries = 20;
/** From finding a socket dead to listening on it, with room for a slow machine. */
const settleMs = 30;

/** Resolves with undefined when another daemon holds the folder. Call with the folder as the current directory: a socket's path is short. */
export async function takeLock(folder: string): Promise<Lock | undefined> {
	const address =
		process.platform === "win32"
			? `\\\\.\\pipe\\mission-${Buffer.from(folder).toString("hex").slice(-60)}`
			: "daemon.sock";
	for (let attempt = 0; attempt < tries; attempt++) {
		const server = await listen(address);
		if (server) return settled(own(folder, server), attempt > 0);
		if (await answers(address)) return undefined;
		try {
			unlinkSync(address);
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
		}
	}
	return undefined;
}

/** Two that found the same dead socket may both have taken it over. The later one named itself last. */
async function settled(lock: Lock, tookOver: boolean): Promise<Lock | undefined> {
	if (!tookOver) return lock;
	await sleep(settleMs);
	return isHeld(lock) ? lock : undefined;
}

/** Whether no other daemon took the folder over since. */
export function isHeld({ owner }: Lock): boolean {
	return readFileSync(owner.file, "utf8") === owner.nonce;
}

function own(folder: string, server: net.Server): Lock {
	const owner = { file: path.join(folder, "owner"), nonce: randomBytes(16).toString("hex") };
	writeFileSync(owner.file, owner.nonce, { mode: 0o600 });
	return { owner, release: () => server.close() };
}

function listen(address: string): Promise<net.Server | undefined> {
	return new Promise((resolve, reject) => {
		const server = net.createServer((socket) => socket.destroy());
		server.once("error", (cause: NodeJS.ErrnoException) =>
			cause.code === "EADDRINUSE" ? resolve(undefined) : reject(cause),
		);
		server.listen(address, () => {
			server.unref();
			resolve(server);
		});
	});
}

function answers(address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = net.connect(address);
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
		socket.setTimeout(2000, () => {
			socket.destroy();
			resolve(false);
		});
	});
}
