import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { openStage, type Stage } from "./mission.ts";

/**
 * A key that a person types stays off the screen. `script` (util-linux) gives the command line a terminal of its own, so
 * that what the terminal itself would echo is seen, too.
 */
describe("a provider's key on a terminal", function () {
	this.timeout(60_000);
	let stage: Stage;

	before(() => {
		stage = openStage();
		stage.json("providers");
	});
	after(() => stage.end());

	// Other systems have another `script`, with other options.
	const terminalIt = process.platform === "linux" ? it : () => undefined;

	terminalIt("is not shown while it is typed, and reaches the daemon", async () => {
		const { screen, code } = await typed(stage, ["providers", "key", "mistral"], "sk-hiddenX\u007f-harbour\r");
		assert.equal(code, 0, screen);
		assert.match(screen, /Key of mistral \(it is not shown\): /);
		assert.match(screen, /The daemon has the key of mistral/);
		assert.doesNotMatch(screen, /hidden|harbour/);
		assert.equal(needsKey(stage), false);
	});

	terminalIt("is not taken when the person interrupts", async () => {
		stage.json("providers", "key", "mistral", "--forget");
		const { screen, code } = await typed(stage, ["providers", "key", "mistral"], "sk-hidden\u0003");
		assert.equal(code, 1, screen);
		assert.match(screen, /Interrupted; nothing was changed\./);
		assert.doesNotMatch(screen, /hidden/);
		assert.equal(needsKey(stage), true);
	});

	it("is read from a pipe without a word about it", () => {
		const { code, out, error } = stage.runWith({ input: "sk-from-a-pipe\n" }, "providers", "key", "mistral");
		assert.deepEqual([code, error], [0, ""]);
		assert.match(out, /The daemon has the key of mistral/);
		assert.equal(needsKey(stage), false);
	});
});

function needsKey(stage: Stage): boolean {
	const providers: readonly { id: string; needsKey?: boolean }[] = stage.json("providers");
	return providers.find(({ id }) => id === "mistral")?.needsKey ?? false;
}

/** Runs `mission` on a terminal, types once it is asked to, and gives back all that the screen showed. */
async function typed(stage: Stage, args: readonly string[], keys: string): Promise<{ screen: string; code: number }> {
	const cli = path.join(import.meta.dirname, "../../dist/cli.js");
	const command = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(" ");
	const environment = Object.entries(process.env).filter(([name]) => !/_API_KEY$/.test(name));
	const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
		env: { ...Object.fromEntries(environment), MISSION_HOME: stage.home },
		timeout: 30_000,
	});
	const ended = once(child, "close");
	let screen = "";
	let isTyped = false;
	child.stdout.on("data", (data: Buffer) => {
		screen += data.toString();
		if (isTyped || !screen.includes("shown): ")) return;
		isTyped = true;
		child.stdin.write(keys);
	});
	const [code] = await ended;
	return { screen, code: Number(code) };
}
