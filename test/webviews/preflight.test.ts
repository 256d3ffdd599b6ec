import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import { themes } from "./harness/pages.ts";
import {
	asked,
	audit,
	becomes,
	leave,
	openStage,
	picture,
	type Stage,
	type StageOptions,
	targets,
} from "./harness/stage.ts";

type Launch = Input<Methods, "goal/launch">;

describe("launch form", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const prompt =
		"Migrate the payments service from Express 4 to 5. Keep every public route and status code as it is; error handling must no longer need express-async-errors.";
	const draft = { prompt, title: "", roles: {}, added: [], budget: {} };
	const open = async (options: StageOptions = {}) => {
		const page = await stage.open("preflight", { width: 940, height: 1180, memory: draft, ...options });
		await page.getByRole("heading", { name: "Launch a goal" }).waitFor();
		await page.getByText("all looked at").waitFor();
		return page;
	};
	const field = (page: Page, label: string) => page.getByRole("textbox", { name: label, exact: true });
	const launched = async (page: Page, count = 1) => (await asked<Launch>(page, "goal/launch", count)).at(-1)!;

	for (const theme of themes) {
		it(`shows every value with where it comes from, without a barrier, in ${theme}`, async () => {
			const page = await open({ theme });
			await picture(page, `preflight-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});
	}

	it("is one column without a cut at 400 pixels and at a zoom of 200 %", async () => {
		for (const [name, size] of [
			["narrow", { width: 400, height: 1900 }],
			["zoomed", { width: 600, height: 800, scale: 2 }],
		] as const) {
			const page = await open({ ...size, reducedMotion: true });
			const isCut = await page.evaluate(() =>
				[document.documentElement, document.querySelector(".preflight")!, document.querySelector("footer")!].some(
					(element) => element.scrollWidth > element.clientWidth,
				),
			);
			assert.equal(isCut, false, name);
			const headings = await page.locator("h2").allInnerTexts();
			assert.deepEqual([headings[0], headings.at(-1)], ["Goal", "Baseline"]);
			await picture(page, `preflight-${name}`);
			await audit(page);
			await leave(page);
		}
	});

	it("launches with exactly what it shows", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Launch Goal" }).click();
		const { requestId, grantPlaybook, roles, ...request } = await launched(page);
		assert.deepEqual([grantPlaybook, roles], [false, []]);
		assert.ok(requestId);
		const { assignments, ...settings } = request.settings!;
		assert.deepEqual(
			{ ...request, settings },
			{
				prompt,
				workspace: "/home/mara/payments",
				images: [],
				preset: "payments-team",
				settings: {
					priority: "normal",
					agent: { provider: "codex", model: "gpt-5-codex", effort: "medium" },
					autonomy: "aware",
					planApproval: "lowConfidence",
					restart: "resume",
					proposedServers: "ask",
					sandbox: "off",
					budget: { usd: 8, tokens: 4_000_000, minutes: 180 },
					checks: ["npm run typecheck", "npm test -- contract"],
				},
			},
		);
		assert.deepEqual(
			assignments!.map(({ role, provider, model, effort, enabled, source }) => [
				role,
				`${provider}/${model}`,
				effort,
				enabled,
				source,
			]),
			[
				["planner", "anthropic/claude-sonnet-4-5", "high", true, "preset"],
				["reviewer", "local/qwen3", undefined, true, "roleFile"],
				["researcher", "google/gemini-2.5-flash", undefined, true, "preset"],
			],
		);
		assert.deepEqual(await targets(page), [{ kind: "launched", goalId: "goal-1" }]);
		await becomes(() => field(page, "Goal").inputValue(), "");
		await leave(page);
	});

	it("is filled and launched with the keyboard alone", async () => {
		const page = await open({ memory: undefined });
		const at = (label: string) =>
			page.waitForFunction((name) => document.activeElement?.getAttribute("aria-label") === name, label);
		const tabTo = async (label: string) => {
			for (let left = 60; left > 0; left--) {
				await page.keyboard.press("Tab");
				const name = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
				if (name === label) return;
			}
			assert.fail(`Tab does not come to ${label}`);
		};
		await tabTo("Goal");
		await page.keyboard.type("Paint the pier");
		await tabTo("Title");
		await page.keyboard.type("Pier");
		await tabTo("Effort of the primary agent");
		await page.keyboard.press("Enter");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await tabTo("researcher works on this goal");
		await page.keyboard.press("Space");
		await tabTo("Budget, turns");
		await page.keyboard.type("40");
		await tabTo("Plan approval");
		await page.keyboard.press("Home");
		await at("Plan approval");
		await page.keyboard.press("Control+Enter");
		const { prompt: said, title, settings } = await launched(page);
		assert.deepEqual(
			[said, title, settings!.agent?.effort, settings!.budget?.turns, settings!.planApproval],
			["Paint the pier", "Pier", "high", 40, "always"],
		);
		assert.equal(settings!.assignments!.find(({ role }) => role === "researcher")?.enabled, false);
		await leave(page);
	});

	it("autonomy: one of three, with arrows, and back to where it came from with one click", async () => {
		const page = await open();
		await page.getByRole("radio", { name: "aware" }).focus();
		await page.keyboard.press("ArrowRight");
		await page
			.getByText(
				"Reads and edits in the folder pass, and in a sandbox commands that only write. Network and danger ask.",
			)
			.waitFor();
		const autonomy = page.getByRole("region", { name: "Autonomy" });
		await autonomy.getByText("set here").waitFor();
		await autonomy.getByRole("button", { name: "Autonomy: back to default" }).click();
		await page.getByText("Reads pass, and commands that only read. All else asks.").waitFor();
		await becomes(() => page.getByRole("radio", { name: "aware" }).getAttribute("aria-checked"), "true");
		await leave(page);
	});

	it("a role takes the model that was chosen, inherits again, and goes back to its source", async () => {
		const page = await open();
		const reviewer = page.getByRole("group", { name: "Role reviewer" });
		await page.evaluate(() => {
			window.fake.launch.chosen = { agent: { provider: "anthropic", model: "claude-opus-4-5" } };
		});
		await reviewer.getByRole("button", { name: "Agent of the reviewer: local/qwen3" }).click();
		await reviewer.getByText("anthropic/claude-opus-4-5").waitFor();
		await reviewer.getByText("Back to reviewer.agent.md").waitFor();
		await page.keyboard.press("Control+Enter");
		const changed = (await launched(page)).settings!.assignments!.find(({ role }) => role === "reviewer");
		assert.deepEqual(
			[changed?.provider, changed?.model, changed?.instructions, changed?.source],
			["anthropic", "claude-opus-4-5", "Look for changed status codes.", "launch"],
		);
		await leave(page);

		const again = await open();
		const row = again.getByRole("group", { name: "Role reviewer" });
		await again.evaluate(() => {
			window.fake.launch.chosen = { inherits: true };
		});
		await row.getByRole("button", { name: "Agent of the reviewer: local/qwen3" }).click();
		await row.getByText("codex · gpt-5-codex").waitFor();
		await row.getByRole("button", { name: "reviewer: back to reviewer.agent.md" }).click();
		await row.getByText("local/qwen3").waitFor();
		await row.getByRole("button", { name: "reviewer: open reviewer.agent.md" }).click();
		assert.deepEqual(await targets(again), [
			{ kind: "settingsFile", path: "/home/mara/payments/.github/agents/reviewer.agent.md" },
		]);
		await leave(again);
	});

	it("says which inputs of MCP servers are missing, and leads to where they are entered", async () => {
		const page = await open();
		await page.getByText("1 of 2 not entered").waitFor();
		await page.getByRole("button", { name: "Show Inputs of MCP servers" }).click();
		assert.deepEqual(await targets(page), [{ kind: "serverInputs" }]);
		await leave(page);
	});

	it("a role of a file joins when it is switched on, with its instructions", async () => {
		const page = await open();
		const historian = page.getByRole("group", { name: "Role api-historian" });
		await historian.getByRole("checkbox").click();
		await historian.getByRole("button", { name: "Instructions of the api-historian" }).click();
		await historian.locator("vscode-text-area textarea").fill("Name the route.");
		await page.keyboard.press("Control+Enter");
		const named = (await launched(page)).settings!.assignments!.find(({ role }) => role === "api-historian");
		assert.deepEqual([named?.enabled, named?.inherits, named?.instructions], [true, true, "Name the route."]);
		await leave(page);
	});

	it("a role needs a name of its own, said beside it before the launch", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Add role" }).click();
		await page.getByText("Give the role a name.").waitFor();
		await page.keyboard.type("reviewer");
		await page.getByText("There are two roles named reviewer.").waitFor();
		await page.keyboard.press("Control+Enter");
		await page.getByText("1 thing is to be corrected first.").waitFor();
		await becomes(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Name of the role");
		await page.keyboard.type(" of APIs");
		await page.getByText("A role is named with lower-case letters").waitFor();
		await audit(page);
		await page.getByRole("button", { name: "Remove the role reviewer of APIs" }).click();
		await page.keyboard.press("Control+Enter");
		assert.equal((await launched(page)).settings!.assignments!.length, 3);
		await leave(page);
	});

	for (const [typed, said] of [
		["much", "“much” is not a number."],
		["1e", "“1e” is not a number."],
		["-3", "A number above 0, at most 1,000,000,000. Leave it empty for no limit."],
		["0", "A number above 0, at most 1,000,000,000. Leave it empty for no limit."],
	] as const) {
		it(`a budget of “${typed}” is refused beside its field`, async () => {
			const page = await open();
			await page.getByRole("textbox", { name: "Budget, US dollars" }).fill(typed);
			await page.getByText(said).waitFor();
			await page.keyboard.press("Control+Enter");
			await page.getByText("1 thing is to be corrected first.").waitFor();
			assert.deepEqual(await asked(page, "goal/launch", 0), []);
			await page.getByRole("button", { name: "Budget: back to payments-team" }).click();
			await page.getByText(said).waitFor({ state: "detached" });
			await leave(page);
		});
	}

	it("says beside a limit of money that a model has no known price, and launches all the same", async () => {
		const page = await open({ memory: { ...draft, agent: { provider: "local", model: "qwen3" } } });
		const said = page.getByText("No price is known for local/qwen3, so a limit of money cannot be held");
		await said.waitFor();
		await picture(page, "preflight-unpriced");
		await audit(page);
		await page.getByRole("textbox", { name: "Budget, US dollars" }).fill("");
		await said.waitFor({ state: "detached" });
		await page.getByRole("textbox", { name: "Budget, US dollars" }).fill("3");
		await said.waitFor();
		await page.keyboard.press("Control+Enter");
		assert.equal((await launched(page)).settings!.budget?.usd, 3);
		await leave(page);
	});

	it("takes a prompt of 200,000 characters, and refuses one of 10 MB with the limit", async () => {
		const left = "A text of 10,485,760 characters was left out: at most 1,000,000 are taken.";
		const seeded = await open({ memory: undefined });
		await seeded.evaluate((length) => window.fake.seed({ prompt: "x".repeat(length) }), 10 * 1024 * 1024);
		await seeded.getByText(left).waitFor();
		await seeded.keyboard.press("Control+Enter");
		assert.deepEqual(await asked(seeded, "goal/launch", 0), []);
		await leave(seeded);

		const pasted = await open({ memory: undefined });
		await field(pasted, "Goal").fill("Paint the pier");
		await pasted.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		await pasted.evaluate((length) => navigator.clipboard.writeText("x".repeat(length)), 10 * 1024 * 1024);
		await field(pasted, "Goal").press("Control+v");
		await pasted.getByText(left).waitFor();
		await becomes(() => field(pasted, "Goal").inputValue(), "Paint the pier");
		await pasted.keyboard.press("Control+Enter");
		assert.deepEqual(await asked(pasted, "goal/launch", 0), []);
		await field(pasted, "Goal").press("End");
		await pasted.keyboard.type(".");
		await pasted.getByText(left).waitFor({ state: "detached" });
		await pasted.keyboard.press("Control+Enter");
		assert.equal((await launched(pasted)).prompt, "Paint the pier.");
		await leave(pasted);

		const other = await open({ memory: undefined });
		await other.evaluate(() => window.fake.seed({ prompt: "x".repeat(200_000) }));
		await other.waitForFunction(() => window.fake.asked("webview/remember").length > 0);
		await other.keyboard.press("Control+Enter");
		assert.equal((await launched(other)).prompt?.length, 200_000);
		await leave(other);
	});

	it("says nothing of an empty prompt before somebody launches with it", async () => {
		const page = await open({ memory: undefined });
		await becomes(() => page.getByText("Say what is to be done.").count(), 0);
		await page.keyboard.press("Control+Enter");
		await page.getByText("Say what is to be done.").waitFor();
		await becomes(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Goal");
		await leave(page);
	});

	it("says which provider is not there, and why one cannot be used, each beside its field", async () => {
		const page = await open({ memory: { ...draft, agent: { provider: "gone", model: "x" } } });
		await page.getByText("There is no provider “gone” here. Choose another one.").waitFor();
		const researcher = page.getByRole("group", { name: "Role researcher" });
		await researcher.getByText("GOOGLE_GENERATIVE_AI_API_KEY is not set.").waitFor();
		await researcher.getByRole("button", { name: "researcher: Inherit instead" }).click();
		await researcher.getByText("gone · x").waitFor();
		await page.getByRole("button", { name: "Provider: back to payments-team" }).click();
		await page.getByText("You can launch now").waitFor();
		await leave(page);
	});

	it("asks for a key where one is missing, and looks again", async () => {
		const page = await open();
		await page.evaluate(() => {
			window.fake.launch.providers.providers[3]!.usable = true;
		});
		await page.getByRole("button", { name: "Set key of google" }).click();
		assert.deepEqual(await asked(page, "form/setKey"), [{ provider: "google" }]);
		await page.getByText("GOOGLE_GENERATIVE_AI_API_KEY is not set.").first().waitFor({ state: "detached" });
		assert.deepEqual(await asked(page, "provider/list", 2), [{ refresh: false }, { refresh: true }]);
		await leave(page);
	});

	it("folds what nobody has set up, with the reason below it", async () => {
		const page = await open();
		await page.evaluate(() => {
			const { providers } = window.fake.launch.providers;
			providers.push({ ...providers[3]!, id: "mistral", source: "environment", reason: "MISTRAL_API_KEY is not set." });
			window.fake.connect({ state: "connecting" });
			window.fake.connect({ state: "connected" });
		});
		await page.getByRole("button", { name: "2 more agents not set up, and why" }).click();
		await page.getByText("MISTRAL_API_KEY is not set.").waitFor();
		await page.getByText("Install it with `npm install -g @qwen-code/qwen-code`").waitFor();
		await leave(page);
	});

	it("says what an agent lacks that is a program, and starts it when it is asked to try it", async () => {
		const page = await open();
		const baseline = page.getByRole("complementary", { name: "Baseline before launch" });
		await baseline.getByText("run `claude` and sign in with /login").waitFor();
		await baseline.getByRole("button", { name: "Try Codex" }).press("Enter");
		await baseline.getByRole("status").getByText("starts in 2.3 s").waitFor();
		const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
		assert.equal(focused, "Try Codex again", "the keyboard stays where it was");
		await page.evaluate(() => {
			const reason = "Claude Code has to be signed in first: run `claude` and sign in with /login.";
			window.fake.launch.trial = { ok: false, needsLogin: true, reason, tookMs: 900, models: [] };
		});
		await baseline.getByRole("button", { name: "Try Claude Code" }).click();
		await baseline.getByText("Claude Code has to be signed in first").waitFor();
		assert.deepEqual(await asked(page, "provider/try", 2), [{ provider: "codex" }, { provider: "claude-code" }]);
		await leave(page);
	});

	it("a long value in the baseline leaves its label whole, and stays in its column", async () => {
		const page = await open();
		await page.evaluate(() => {
			const value = "bubblewrap, where a launch asks for it, and nothing beside it";
			window.fake.launch.baseline.disk = [{ id: "disk", state: "ok", label: "Sandbox", value }];
			window.fake.seed({ workspace: "/home/mara/payments/api" });
		});
		const row = page.locator(".baseline-row", { hasText: "bubblewrap" });
		await row.waitFor();
		const [lines, isInside] = await row.evaluate((element) => {
			const range = document.createRange();
			range.selectNodeContents(element.querySelector(".label")!);
			return [range.getClientRects().length, element.scrollWidth <= element.clientWidth];
		});
		assert.deepEqual([lines, isInside], [1, true]);
		await picture(page, "preflight-long-value");
		await leave(page);
	});

	it("waits for no part of the baseline, nor for the providers", async () => {
		const page = await stage.open("preflight", { width: 940, height: 1000, memory: draft, story: "slow" });
		await page.getByText("0 of 7").waitFor();
		await page.getByRole("button", { name: "Launch Goal" }).click();
		assert.equal((await launched(page)).prompt, prompt);
		await leave(page);
	});

	it("runs a check when it is asked to, and says that it is red already", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Run npm test -- contract" }).click();
		await page
			.getByText("Already red before launch: express@4.19.2 is installed. The goal has to turn it green.")
			.waitFor();
		await page.getByText("exit 1").waitFor();
		assert.deepEqual(await asked(page, "baseline/check"), [
			{ workspace: "/home/mara/payments", command: "npm test -- contract" },
		]);
		await picture(page, "preflight-red");
		await leave(page);
	});

	it("a check's result is there again when the tab was hidden", async () => {
		const page = await open({ memory: undefined });
		await page.getByRole("button", { name: "Run npm test -- contract" }).click();
		await page.getByText("exit 1").waitFor();
		await page.waitForFunction(() => {
			const kept = window.fake.asked("webview/remember").at(-1) as { memory: { checked?: object } } | undefined;
			return kept?.memory.checked !== undefined;
		});
		const { memory } = (await asked<{ memory: unknown }>(page, "webview/remember")).at(-1)!;
		await leave(page);
		const again = await open({ memory });
		await again.getByText("Already red before launch: express@4.19.2 is installed.").waitFor();
		const run = await again.evaluate(() => window.fake.asked("baseline/check").length);
		assert.equal(run, 0, "nothing is run again by itself");
		await leave(again);
	});

	it("checks are added and removed, and the baseline follows", async () => {
		const page = await open();
		await page.getByRole("button", { name: "Remove npm run typecheck" }).click();
		await page.getByRole("button", { name: "Add check" }).click();
		await field(page, "Command of the check").waitFor();
		await page.keyboard.type("npm ls express@5");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Run npm ls express@5" }).waitFor();
		await page.keyboard.press("Control+Enter");
		assert.deepEqual((await launched(page)).settings!.checks, ["npm test -- contract", "npm ls express@5"]);
		await leave(page);
	});

	it("keeps what was written, and is there again after a reload", async () => {
		const page = await open({ memory: undefined });
		await page.getByRole("textbox", { name: "Goal" }).fill("Half a thought\nin two lines");
		await page.getByRole("textbox", { name: "Budget, US dollars" }).fill("12");
		await page.waitForFunction(() => {
			const kept = window.fake.asked("webview/remember").at(-1) as { memory: { budget: { usd?: string } } } | undefined;
			return kept?.memory.budget.usd === "12";
		});
		const { memory } = (await asked<{ memory: unknown }>(page, "webview/remember")).at(-1)!;
		await leave(page);
		const again = await open({ memory });
		await becomes(() => again.getByRole("textbox", { name: "Goal" }).inputValue(), "Half a thought\nin two lines");
		await becomes(() => again.getByRole("textbox", { name: "Budget, US dollars" }).inputValue(), "12");
		await leave(again);
	});

	it("another preset changes what was not touched, and keeps what was", async () => {
		const page = await open();
		await page.getByRole("textbox", { name: "Budget, US dollars" }).fill("12");
		await page.evaluate(() => {
			const { prepared } = window.fake.launch;
			window.fake.launch.prepared = { ...prepared, settings: { ...prepared.settings, autonomy: "supervised" } };
		});
		await page.getByRole("combobox", { name: "Preset" }).click();
		await page.getByRole("option", { name: "careful" }).click();
		await page.getByText("Asks before each step").waitFor();
		await page.getByText("careful.yaml").waitFor();
		await page.keyboard.press("Control+Enter");
		const { preset, settings } = await launched(page);
		assert.deepEqual([preset, settings!.autonomy, settings!.budget?.usd], ["careful", "supervised", 12]);
		await leave(page);
	});

	it("saves what it shows as a preset, and goes on with that", async () => {
		const page = await open();
		await page.getByRole("textbox", { name: "Budget, US dollars" }).fill("12");
		await page.evaluate(() => {
			window.fake.launch.saved = "careful";
		});
		await page.getByRole("button", { name: "Save as Preset…" }).click();
		const [saved] = await asked<{ settings: { budget: { usd: number } } }>(page, "form/savePreset");
		assert.equal(saved!.settings.budget.usd, 12);
		await page.getByText("careful.yaml").waitFor();
		await becomes(() => page.getByRole("textbox", { name: "Goal" }).inputValue(), prompt);
		await leave(page);
	});

	it("shows the preset that was just kept as the chosen one, and what became of it when the form is looked at again", async () => {
		const page = await open();
		const shown = () => page.getByRole("combobox", { name: "Preset" });
		const keep = (name: string) =>
			page.evaluate((kept) => {
				const { prepared } = window.fake.launch;
				const [one] = prepared.presets;
				Object.assign(window.fake.launch, {
					saved: kept,
					prepared: {
						...prepared,
						presets: [...prepared.presets, { ...one!, name: kept, path: `/home/${kept}.yaml` }],
					},
				});
			}, name);
		await keep("bay-team");
		await page.getByRole("button", { name: "Save as Preset…" }).click();
		await page.getByText("bay-team.yaml").waitFor();
		await page.waitForFunction((box) => (box as HTMLSelectElement).value === "bay-team", await shown().elementHandle());
		await shown().locator(".selected-value").getByText("bay-team").waitFor();

		await keep("crane-team");
		await page.evaluate(() => window.dispatchEvent(new Event("focus")));
		await page.locator("vscode-option").filter({ hasText: "crane-team" }).waitFor({ state: "attached" });
		await leave(page);
	});

	it("says the daemon's sentence when it refuses, and sends the same request again", async () => {
		const page = await open();
		await page.evaluate(() => {
			window.fake.refusals["goal/launch"] = "The daemon makes way for a newer one. Try again.";
		});
		await page.keyboard.press("Control+Enter");
		await page.getByRole("alert").getByText("The daemon makes way for a newer one. Try again.").waitFor();
		await page.evaluate(() => {
			delete window.fake.refusals["goal/launch"];
		});
		await page.keyboard.press("Control+Enter");
		await page.waitForFunction(() => window.fake.asked("goal/launch").length === 2);
		const ids = (await asked<Launch>(page, "goal/launch", 2)).map(({ requestId }) => requestId);
		assert.equal(ids[0], ids[1]);
		await leave(page);
	});

	it("what it is opened from comes after what was written", async () => {
		const page = await open({ memory: { ...draft, prompt: "Look at this." } });
		await page.evaluate(() => window.fake.seed({ prompt: "src/app.ts:3\n\n```\nx\n```" }));
		await page.waitForFunction(() => document.querySelector("vscode-text-area")?.textContent !== undefined);
		await page.keyboard.press("Control+Enter");
		assert.equal((await launched(page)).prompt, "Look at this.\n\nsrc/app.ts:3\n\n```\nx\n```");
		await leave(page);
	});

	it("works in the folder that was chosen: one of the window's, or one inside that the explorer handed over", async () => {
		const page = await open();
		await becomes(() => page.getByRole("combobox", { name: "Folder" }).count(), 0);
		await page.evaluate(() => window.fake.seed({ workspace: "/home/mara/payments-old" }));
		await page.evaluate(() => window.fake.seed({ workspace: "/home/mara/payments/api" }));
		await page.getByRole("combobox", { name: "Folder" }).click();
		const folders = page.locator("[data-field=folder]").getByRole("option");
		await becomes(() => folders.allInnerTexts(), ["payments-service", "api"]);
		await page.keyboard.press("Escape");
		await page.waitForFunction(() =>
			window.fake.asked("launch/prepare").some((one) => (one as { workspace: string }).workspace.endsWith("/api")),
		);
		await page.keyboard.press("Control+Enter");
		assert.equal((await launched(page)).workspace, "/home/mara/payments/api");
		const prepared = await asked<{ workspace: string }>(page, "launch/prepare");
		assert.ok(prepared.every(({ workspace }) => workspace !== "/home/mara/payments-old"));
		await leave(page);
	});

	it("stays usable with 10,000 models, which are listed by the editor", async () => {
		const page = await stage.open("preflight", { width: 940, height: 1000, memory: draft, story: "models" });
		await page.getByText("all looked at").waitFor();
		assert.ok((await page.locator("*").count()) < 1500);
		await page.getByRole("button", { name: /^Model of the primary agent/ }).click();
		assert.deepEqual(await asked(page, "form/chooseAgent"), [
			{ title: "Model of the primary agent", provider: "codex", mayInherit: false },
		]);
		await leave(page);
	});
});
