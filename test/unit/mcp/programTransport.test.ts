import assert from "node:assert/strict";
import { type ProgramTransport, programTransport } from "../../../src/daemon/mcp/programTransport.ts";
import { until } from "../../support/until.ts";

describe("a server as a program", function () {
	this.timeout(60_000);
	const { kill, platform } = process;
	let signalled: number[] = [];
	let ended: number[] = [];
	beforeEach(() => {
		signalled = [];
		ended = [];
		process.kill = (pid, signal) => {
			if (signal !== 0) signalled.push(pid);
			return kill.call(process, pid, signal);
		};
	});
	afterEach(() => {
		process.kill = kill;
		Object.defineProperty(process, "platform", { value: platform });
	});

	async function begun(source: string): Promise<ProgramTransport> {
		const transport = programTransport(
			{ command: process.execPath, args: ["-e", source], env: {}, cwd: process.cwd(), maxMessageBytes: 1000 },
			{ onSign() {}, onStarted() {}, onEnded: (pid) => void ended.push(pid) },
		);
		await transport.start();
		return transport;
	}

	it("that has ended is signalled no more, and its end is told once: its id may be another process's", async () => {
		const transport = await begun("process.exit(3)");
		assert.equal(await transport.ended, "ended with exit code 3");
		assert.deepEqual(ended, [transport.pid]);
		signalled = [];
		await transport.close();
		assert.deepEqual([signalled, ended], [[], [transport.pid]]);
	});

	it("that ends by itself when it is closed is signalled once at most, the moment it has ended", async () => {
		const transport = await begun("process.stdin.resume()");
		await transport.close();
		assert.ok(signalled.length <= 1);
		assert.deepEqual(ended, [transport.pid]);
	});

	it("is ended where there are no groups, and no tool that ends a tree", async () => {
		Object.defineProperty(process, "platform", { value: "win32" });
		const transport = await begun("console.log('up'); setInterval(() => {}, 1000)");
		await until("it is up", () => transport.lastWords() === "up");
		await transport.close();
		assert.match(await transport.ended, /^was ended by SIGKILL/);
		assert.deepEqual(ended, [transport.pid]);
	});
});
