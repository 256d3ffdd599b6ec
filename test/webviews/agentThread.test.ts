import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { GoalEvent } from "../../src/core/events.ts";
import { asked, audit, becomes, leave, openStage, picture, type Stage } from "./harness/stage.ts";

const assignment = { provider: "claude-code", model: "default" } as const;
const ids = { threadId: "t-9" as never, stepId: "upgrade" as never };
const usage = { inputTokens: 18_200, outputTokens: 640, costUsd: null };

/** A thread of an agent that is a program: it answers with a model of its own choice, and asks before an edit. */
const events: readonly GoalEvent[] = [
	{ type: "thread.opened", ...ids, role: "implementer", attempt: 1, assignment },
	{
		type: "turn.started",
		turnId: "turn-90" as never,
		threadId: ids.threadId,
		asked: assignment,
		reserved: { tokens: 1000, usd: null },
	},
	{
		type: "message.added",
		messageId: "m-90" as never,
		threadId: ids.threadId,
		from: "implementer",
		text: "The route patterns use `*`, which Express 5 no longer takes. I rewrite them in `src/app.ts`.",
	},
	{
		type: "turn.completed",
		turnId: "turn-90" as never,
		threadId: ids.threadId,
		asked: assignment,
		answered: "claude-sonnet-4-5",
		usage,
		finish: "stop",
	},
	{
		type: "turn.started",
		turnId: "turn-91" as never,
		threadId: ids.threadId,
		asked: assignment,
		reserved: { tokens: 1000, usd: null },
	},
	{
		type: "tool.requested",
		toolCallId: "c-90" as never,
		...ids,
		turnId: "turn-91" as never,
		attempt: 1,
		name: "Edit",
		args: { path: "src/app.ts" },
		effect: "workspace",
		summary: "Edit src/app.ts",
		owner: "agent",
		agentCallId: "toolu_90",
	},
	{
		type: "approval.requested",
		approvalId: "a-90" as never,
		kind: "tool",
		...ids,
		toolCallId: "c-90" as never,
		summary: "Edit src/app.ts",
		risk: "write",
		reasons: ["edits a file of the workspace"],
		digest: "d-90",
		files: {},
		options: ["approve", "deny"],
	},
];

describe("a thread of an agent that is a program", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	/** Once the page watches the goal, as it does when it says that the thread is not there yet. */
	async function show(page: Page, all: readonly GoalEvent[]): Promise<void> {
		await becomes(async () => (await asked(page, "goal/watch")).length, 1);
		await page.evaluate((facts) => window.fake.append([...facts]), all);
	}

	it("says who was asked and what it chose, shows its work, and its approval is answered in place", async () => {
		const page = await stage.open("thread", { thread: "t-9", width: 600, height: 700 });
		const other = { type: "approval.superseded", approvalId: "a-1" as never, reason: "It asks otherwise." } as const;
		await show(page, [other, ...events]);
		await page.getByText("The route patterns use").waitFor();
		const facts = page.locator(".thread-head .facts");
		await facts.getByText("claude-code · default").waitFor();
		await facts.getByText("claude-sonnet-4-5").waitFor();
		await facts.getByText("the agent’s own choice").waitFor();
		await page.locator(".ask").getByText("Edit src/app.ts").first().waitFor();
		await picture(page, "thread-agent");
		await audit(page);
		await page
			.locator(".ask")
			.getByRole("button", { name: /^Approve/ })
			.click();
		assert.deepEqual(await asked(page, "approval/answer"), [
			{ approvalId: "a-90", answer: "approve", scope: "once", digest: "d-90" },
		]);
		await leave(page);
	});

	const receipts = [
		{ asked: assignment, answered: "default", says: "the agent does not say which model" },
		{ asked: { ...assignment, model: "opus" }, answered: "opus", says: "as asked" },
		{
			asked: { provider: "editor", model: "copilot/gpt-5" },
			answered: "copilot/gpt-4o",
			says: "another model than asked",
		},
	];
	for (const { asked: choice, answered, says } of receipts)
		it(`says of ${choice.provider}/${choice.model}, which ${answered} answered: ${says}`, async () => {
			const page = await stage.open("thread", { thread: "t-9", width: 600, height: 500 });
			await show(
				page,
				events.slice(0, 4).map((event) => {
					if (event.type === "thread.opened") return { ...event, assignment: choice };
					return event.type === "turn.completed" ? { ...event, asked: choice, answered } : event;
				}),
			);
			await page.locator(".thread-head .facts").getByText(says).waitFor();
			await leave(page);
		});

	it("has one row in the feed for each model that answers in it", async () => {
		const page = await stage.open("feed", { width: 1200, height: 500 });
		await page.getByText("npm install express@5 --save").first().waitFor();
		const [opened, started, said, completed] = events;
		const again = [...events.slice(0, 4), { ...started!, turnId: "turn-92" }, { ...completed!, turnId: "turn-92" }];
		assert.ok(opened && said);
		await show(page, again as GoalEvent[]);
		const row = page
			.locator(".feed-row", { hasText: "claude-sonnet-4-5 answers" })
			.filter({ hasText: "asked claude-code/default" });
		await row.first().waitFor();
		assert.equal(await row.count(), 1);
		await leave(page);
	});
});
