import assert from "node:assert/strict";
import type { Goal } from "../../../src/core/goal.ts";
import { addressAnswer, type Button, moreAnswer, showAnswer } from "../../../src/extension/approvals/approvalText.ts";
import { createToastQueue, toastStaysMs, type Waiting } from "../../../src/extension/approvals/toastQueue.ts";
import { asked, goalOf } from "./goalFixture.ts";

describe("approval notifications", () => {
	const waiting = (...commands: readonly string[]): readonly Waiting[] => {
		const goal = goalOf(...commands.map((command) => asked({ approvalId: command as never, command })));
		return Object.values(goal.approvals).map((approval) => ({ approval, goal: goal as Goal }));
	};

	function screen() {
		const shown: { text: string; choose(choice?: Button): void }[] = [];
		const did: string[] = [];
		let now = 0;
		const queue = createToastQueue({
			nowMs: () => now,
			show: (text) => new Promise((resolve) => shown.push({ text, choose: resolve })),
			retract: ({ approval }) => void did.push(`retract ${approval.command}`),
			answer: async ({ approval }, choice) => void did.push(`${choice.answer} ${approval.command}`),
			open: async ({ approval }) => void did.push(`open ${approval.command}`),
			openAddress: async ({ approval }) => void did.push(`address of ${approval.command}`),
			list: async ({ approval }) => void did.push(`list ${approval.command}`),
		});
		return { queue, shown, did, pass: (ms: number) => (now += ms) };
	}
	const choice = (answer: string): Button => ({ label: answer, answer, scope: "once" });
	const settle = () => new Promise((resolve) => setImmediate(resolve));

	it("about an address open it when that is chosen, answer nothing, and come again for the answer", async () => {
		const { queue, shown, did } = screen();
		queue.update(waiting("first"));
		shown[0]!.choose(choice(addressAnswer));
		await settle();
		assert.deepEqual(did, ["address of first"]);
		assert.equal(shown.length, 2);
		shown[1]!.choose(choice("I have done it"));
		await settle();
		assert.deepEqual(did, ["address of first", "I have done it first"]);
		queue.dispose();
	});

	it("come one at a time, the next when the one before is answered", async () => {
		const { queue, shown, did } = screen();
		queue.update(waiting("first", "second"));
		assert.equal(shown.length, 1);
		shown[0]!.choose(choice("approve"));
		await settle();
		assert.deepEqual(did, ["approve first"]);
		assert.equal(shown.length, 2);
		assert.match(shown[1]!.text, /second/);
		queue.dispose();
	});

	it("are taken back when the approval was answered elsewhere, and not when it was answered here", async () => {
		const { queue, shown, did } = screen();
		queue.update(waiting("first"));
		queue.update([]);
		assert.deepEqual(did, ["retract first"]);
		const here = screen();
		here.queue.update(waiting("first"));
		here.shown[0]!.choose(choice("deny"));
		await settle();
		here.queue.update([]);
		assert.deepEqual(here.did, ["deny first"]);
		assert.equal(shown.length, 1);
	});

	it("are not brought up again after they were put away", async () => {
		const { queue, shown } = screen();
		queue.update(waiting("first"));
		shown[0]!.choose(undefined);
		await settle();
		queue.update(waiting("first"));
		assert.equal(shown.length, 1);
		queue.update(waiting("first", "second"));
		assert.equal(shown.length, 2);
		queue.dispose();
	});

	for (const [label, answer, done] of [
		["Show", showAnswer, "open first"],
		["More", moreAnswer, "list first"],
	] as const)
		it(`answer nothing when ${label} is chosen`, async () => {
			const { queue, shown, did } = screen();
			queue.update(waiting("first"));
			shown[0]!.choose(choice(answer));
			await settle();
			assert.deepEqual(did, [done]);
			queue.dispose();
		});

	it("make room for the next one when VS Code has moved an untouched one behind the bell", async () => {
		const { queue, shown, pass, did } = screen();
		queue.update(waiting("first", "second"));
		pass(toastStaysMs - 1);
		queue.update(waiting("first", "second"));
		assert.equal(shown.length, 1);
		pass(2);
		queue.update(waiting("first", "second"));
		assert.equal(shown.length, 2);
		shown[0]!.choose(choice("approve"));
		await settle();
		assert.deepEqual(did, ["approve first"], "the first can still be answered where it was moved to");
		queue.dispose();
	});
});
