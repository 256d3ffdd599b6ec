import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, type Life, shell, working } from "../../support/acpGoal.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("how a call of an agent's ended", () => {
	const { start } = acpGoals();
	const edit = { toolCallId: "c1", kind: "edit" as const, title: "Edit", locations: [{ path: "a.txt" }] };
	const ends: Readonly<
		Record<string, { call?: object; end?: object; isFinished?: true; ok: boolean; output: RegExp; exitCode?: number }>
	> = {
		"a command that it calls completed": { ok: false, output: /^out\nIts turn was ended while it ran/ },
		"a command that failed": { end: { status: "failed" }, ok: false, output: /^out\nIts turn was ended/ },
		"a command with an exit code of a signal": {
			end: { rawOutput: { exit_code: 130 } },
			ok: false,
			output: /Its turn was ended/,
			exitCode: 130,
		},
		"a command that exited with 0": { end: { rawOutput: { exitCode: 0 } }, ok: true, output: /^out$/, exitCode: 0 },
		"an edit that is completed": { call: edit, ok: true, output: /^out$/ },
		"a command that was completed before": { isFinished: true, ok: true, output: /^out$/ },
	};
	for (const [how, request] of Object.entries({
		"a person pauses at once": { kind: "pause", now: true },
		"a person cancels the goal": { kind: "cancel" },
	} as const))
		for (const [what, { call = shell("c1", "make"), end, isFinished, ...expected }] of Object.entries(ends))
			it(`is told where its turn was ended meanwhile, as it is: ${what}, when ${how}`, async () => {
				let isBegun = false;
				const memory = working(async ({ tell, ask, cancelled }) => {
					await ask(call as never);
					isBegun = true;
					const over = new Promise((resolve) => cancelled.addEventListener("abort", resolve));
					if (!isFinished) await over;
					const content = [{ type: "content", content: { type: "text", text: "out" } }];
					const told = { sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed", content };
					await tell({ ...told, ...end });
					await over;
					return "cancelled";
				});
				const life = await start(memory);
				await life.answer("approve");
				await until("it acts", () => isBegun);
				if (isFinished) await until("it is done", () => life.events("tool.completed").length > 0);
				await life.ask(request);
				await until("the turn is over", () => life.events("turn.interrupted").length > 0);
				const [completed] = life.events("tool.completed");
				assert.deepEqual([completed?.ok, completed?.exitCode], [expected.ok, expected.exitCode]);
				assert.match(completed!.output.head, expected.output);
				assert.deepEqual(life.types("tool.interrupted"), []);
			});

	for (const [what, begin] of Object.entries({
		"what it was allowed": true,
		"what it needs no leave for": false,
	}))
		it(`is told with the time that it took, also where the daemon was killed meanwhile: ${what}`, async () => {
			const store = createMemoryStore();
			let end = () => {};
			const ending = new Promise<void>((resolve) => {
				end = resolve;
			});
			const memory = working(async ({ tell, ask, say }) => {
				await ask(begin ? shell("c1", "make") : { toolCallId: "c1", kind: "read", title: "Look" });
				await ending;
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
				await say("Done.");
				return "end_turn";
			});
			const began = (life: Life) => until("it has begun", () => life.events("tool.started").length > 0);
			const before = await start(memory, { store });
			if (begin) await before.answer("approve");
			await began(before);
			const startedAt = Date.parse(before.events("tool.started")[0]!.at);
			before.kill();
			await sleep(60);
			const after = await start(memory, { store });
			failures.splice(0);
			end();
			await after.ended();
			const [completed] = after.events("tool.completed");
			assert.ok(completed!.durationMs >= 60, `${completed!.durationMs} ms`);
			assert.ok(completed!.durationMs <= Date.parse(completed!.at) - startedAt);
		});
});
