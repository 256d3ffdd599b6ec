import assert from "node:assert/strict";
import type { GoalEvent } from "../../src/core/events.ts";
import { asked, audit, becomes, leave, openStage, picture, type Stage } from "./harness/stage.ts";

const common = {
	type: "approval.requested",
	kind: "question",
	question: "agent",
	risk: "read",
	reasons: [],
	digest: "q",
	stepId: "upgrade" as never,
	threadId: "t-4" as never,
	toolCallId: "c-8" as never,
	files: {},
} as const satisfies Partial<GoalEvent>;

const one: GoalEvent = {
	...common,
	approvalId: "q-1" as never,
	summary: "Express 5 drops support for Node 16, and two of your packages still name it. Which way should I go?",
	options: ["Raise to Node 18", "Stay on Express 4", "text", "decline"],
	asked: {
		options: [
			{
				answer: "Raise to Node 18",
				label: "Raise to Node 18",
				description: "Both packages move to `>=18`, and the change is named in the changelog.",
			},
			{ answer: "Stay on Express 4", label: "Stay on Express 4", description: "Only the security fixes are taken." },
		],
		default: ["Raise to Node 18"],
	},
};

const several: GoalEvent = {
	...common,
	approvalId: "q-2" as never,
	summary: "Which of these may be deleted?",
	options: ["dist", "coverage", ".cache", "choose", "text", "decline"],
	asked: {
		options: ["dist", "coverage", ".cache"].map((label) => ({ answer: label, label })),
		several: true,
		default: ["dist"],
	},
};

const address: GoalEvent = {
	...common,
	approvalId: "q-3" as never,
	summary: "Sign in to the yard.\nhttps://yard.example/in?state=1",
	options: ["I have done it", "decline"],
	asked: {
		options: [{ answer: "I have done it", label: "I have done it" }],
		closed: true,
		url: "https://yard.example/in?state=1",
		from: "The MCP server yard",
	},
};

describe("a question of an agent", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	async function open(app: "thread" | "overview" | "feed", event: GoalEvent, width = 600, height = 700) {
		const page = await stage.open(app, { thread: "t-4", width, height });
		await page.getByText("npm install express@5 --save").first().waitFor();
		await page.evaluate((question) => {
			window.fake.append([
				{ type: "approval.superseded", approvalId: "a-1" as never, reason: "It asks otherwise." },
				question,
			]);
		}, event);
		await page
			.getByText(event.type === "approval.requested" ? event.summary : "")
			.first()
			.waitFor();
		return page;
	}

	it("about an address shows all of it, and a link that the person may follow", async () => {
		const page = await open("thread", address);
		const ask = page.locator(".ask");
		const link = ask.getByRole("link", { name: "Open yard.example in your browser" });
		assert.equal(await link.getAttribute("href"), "https://yard.example/in?state=1");
		await audit(page);
		await leave(page);
	});

	for (const app of ["thread", "overview"] as const)
		it(`has its options with what they mean, and one click answers, in the ${app}`, async () => {
			const page = await open(app, one);
			const ask = page.locator(".ask");
			await ask.getByText("Only the security fixes are taken.").waitFor();
			await becomes(() => page.locator("vscode-button[appearance=primary]").count(), 1);
			await picture(page, `question-${app}`);
			await audit(page);
			await ask.getByRole("button", { name: "Stay on Express 4" }).click();
			assert.deepEqual(await asked(page, "approval/answer"), [
				{ approvalId: "q-1", answer: "Stay on Express 4", scope: "once", digest: "q" },
			]);
			await leave(page);
		});

	it("takes several answers at once, with the agent's own already chosen", async () => {
		const page = await open("thread", several);
		const ask = page.locator(".ask");
		await ask.getByText("1 chosen").waitFor();
		await ask.getByRole("checkbox", { name: ".cache" }).click();
		await ask.getByText("2 chosen").waitFor();
		await picture(page, "question-several");
		await audit(page);
		await ask.getByRole("button", { name: /^Answer:/ }).click();
		assert.deepEqual(await asked(page, "approval/answer"), [
			{ approvalId: "q-2", answer: "choose", scope: "once", digest: "q", chosen: ["dist", ".cache"] },
		]);
		await leave(page);
	});

	it("takes an answer in words, and none", async () => {
		const page = await open("thread", one);
		const ask = page.locator(".ask");
		await ask.getByRole("button", { name: /^Answer in Words/ }).click();
		await ask.getByRole("textbox").fill("Ask the people of the second package.");
		await page.keyboard.press("Enter");
		assert.deepEqual(await asked(page, "approval/answer"), [
			{
				approvalId: "q-1",
				answer: "text",
				scope: "once",
				reason: "Ask the people of the second package.",
				digest: "q",
			},
		]);
		await leave(page);
	});

	it("stands in one line of the feed with what has room there", async () => {
		const page = await open("feed", { ...one, summary: "Which way should I go?" }, 1200, 320);
		const row = page.locator('.feed-row.waiting[data-key*="q-1"]');
		await row.getByRole("button", { name: /^Decline/ }).waitFor();
		await becomes(() => row.getByRole("button", { name: /^Stay on/ }).count(), 1);
		await becomes(() => page.locator("vscode-button[appearance=primary]").count(), 1);
		await picture(page, "question-feed");
		await audit(page);
		await leave(page);
	});

	it("is answered in the feed only where all of it can be read", async () => {
		const page = await open("feed", one, 1200, 320);
		const row = page.locator('.feed-row.waiting[data-key*="q-1"]');
		await row.getByRole("button", { name: /^Show/ }).waitFor();
		await becomes(() => row.getByRole("button", { name: /^Stay on/ }).count(), 0);
		await becomes(() => page.locator("vscode-button[appearance=primary]").count(), 1);
		await leave(page);
	});

	it("fits 400 pixels", async () => {
		const page = await open("thread", one, 400, 700);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
		await picture(page, "question-narrow");
		await leave(page);
	});
});
