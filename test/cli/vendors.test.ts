import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { plainReflection } from "../support/modelServer.ts";
import { until } from "../support/until.ts";
import { type Said, type WireFixture, wireFixtures } from "../support/wireFixtures.ts";
import { startWireServer, type WireRequest, type WireServer } from "../support/wireServer.ts";
import { openStage, type Stage } from "./mission.ts";

/** What a vendor's own tools read. */
const environments: Partial<Record<WireFixture["wire"], readonly [key: string, baseUrl: string]>> = {
	openai: ["OPENAI_API_KEY", "OPENAI_BASE_URL"],
	anthropic: ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"],
	google: ["GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"],
};
const secret = "sk-vendor-0123456789";
const signature = "c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=";
const usage = { input: 9_000, output: 90, cached: 6_000 };
const plan = { title: "Look", summary: "", steps: [{ id: "a", title: "Look", instructions: "Look." }] };

for (const fixture of wireFixtures.filter(({ wire }) => environments[wire]))
	describe(`a goal whose agent is a model of ${fixture.provider}, by its key in the environment`, function () {
		this.timeout(120_000);
		const [keyName, baseUrlName] = environments[fixture.wire]!;
		const model = `${fixture.provider}/${fixture.model}`;
		let stage: Stage;
		let server: WireServer;
		let env: NodeJS.ProcessEnv;

		before(async () => {
			server = await startWireServer(fixture, [fixture.model]);
			// OpenAI's tools write the version into the address, the others add it.
			const address = fixture.wire === "openai" ? server.baseUrl : new URL(server.baseUrl).origin;
			env = { [keyName]: secret, [baseUrlName]: address };
		});
		beforeEach(() => {
			stage = openStage();
		});
		afterEach(() => stage.end());
		after(() => server.close());

		/** Answers planner and reflection, and hands the work to `work`. */
		function use(work: (results: number, request: WireRequest) => Said | Promise<Said>): void {
			server.use((request) => {
				assert.equal(fixture.key(request.headers), secret);
				if (fixture.toolNames(request.body).includes("listFiles"))
					return work(fixture.results(request.body).flat().length, request);
				const isPlan = !/\breflection\b/i.test(fixture.system(request.body).slice(0, 300));
				return { text: isPlan ? JSON.stringify(plan) : plainReflection, usage };
			});
		}
		async function run(...args: string[]) {
			const { code, out, error } = await stage.startWith(env, ...args).ended;
			assert.equal(code, 0, `mission ${args.join(" ")}: ${error}${out}`);
			return args.includes("--json") ? JSON.parse(out) : out;
		}
		async function launched(...more: string[]): Promise<string> {
			return (await run("launch", "Look around.", "--agent", model, ...more, "--json")).goalId;
		}

		it("is priced by a person with what its cache costs, where it has a price of its own", async () => {
			const written = fixture.wire === "anthropic" ? { written: 4_000 } : {};
			use((results) => ({
				...(results === 0 ? { calls: [{ name: "listFiles", args: "{}" }] } : { text: "Seen." }),
				usage: { input: 9_000, output: 90, ...written },
			}));
			const launch = ["launch", "Look.", "--agent", `${fixture.provider}/house`, "--budget-usd", "5", "--json"];
			for (const [typed, words] of [
				["2,10", written.written ? ", $2.5 kept in the cache" : ""],
				["2,10,cache4", ", $4 kept in the cache"],
			] as const) {
				const { goalId } = await run(...launch);
				await run("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
				const [{ approvalId }] = await run("approvals", goalId, "--json");
				const isAsked = /unless you name its price: 3, 15, cache 3\.75/.test(await run("approvals", goalId));
				assert.equal(isAsked, written.written !== undefined);
				await run("answer", approvalId, "--option", "price", "--price", typed);
				const goal = await run("wait", goalId, "--timeout", "60", "--json");
				assert.equal(goal.state, "completed", goal.stateReason);
				const feed = await run("feed", goalId);
				assert.ok(feed.includes(`house costs $2 a million tokens read, $10 written${words}  set by`), feed);
				const { inputTokens, outputTokens, cacheWriteTokens = 0, costUsd } = goal.usage;
				assert.ok(inputTokens > 9_000);
				const more = typed === "2,10" ? 0.5 : 2;
				const cost = (inputTokens * 2 + outputTokens * 10 + cacheWriteTokens * more) / 1e6;
				assert.ok(Math.abs(costUsd - cost) < 1e-9, JSON.stringify(goal.usage));
				assert.equal(cacheWriteTokens > 0, written.written !== undefined);
			}
		});

		it("completes, and its receipt says what was asked, who answered, and what was read from the cache", async () => {
			use((results) =>
				results === 0
					? { reasoning: "I look.", signature, calls: [{ name: "listFiles", args: "{}" }], usage }
					: { text: "Seen.", usage },
			);
			const goalId = await launched();
			const goal = await run("wait", goalId, "--timeout", "60", "--json");
			assert.equal(goal.state, "completed", goal.stateReason);
			const used = goal.usage.byModel[model];
			assert.equal(used.inputTokens, 9_000 * used.turns);
			assert.equal(used.cachedInputTokens, 6_000 * used.turns);
			assert.ok(used.costUsd > 0, "the catalogue knows its price");
			assert.equal(goal.usage.byRole.implementer.cachedInputTokens, 12_000);
			const shown = await run("show", goalId);
			assert.match(shown, /of them 24,000 read from the provider's cache/);
			const turns = (await stage.start("feed", goalId, "--types", "turn.completed", "--json").ended).out;
			for (const line of turns.trim().split("\n")) {
				const turn = JSON.parse(line);
				assert.deepEqual(
					[turn.asked.provider, turn.asked.model, turn.answered],
					[fixture.provider, fixture.model, fixture.model],
				);
				assert.equal(turn.signed, undefined, "what only the vendor can read stays in the daemon");
			}
			const file = path.join(stage.home, "log.jsonl");
			await run("dossier", goalId, "--format", "jsonl", "--out", file);
			const log = readFileSync(file, "utf8");
			assert.ok(!log.includes(signature) && log.includes("turn.completed"));
			assert.match(await run("verify", file), /events/);
			const dossier = await run("dossier", goalId);
			assert.match(dossier, /tokens read \([\d,]+ of them from the provider's cache\)/);
			assert.match(dossier, /\| From the cache \|/);
		});

		it("goes on with what it thought when the daemon is killed in the middle of it", async () => {
			const seen: (readonly string[])[] = [];
			let release: ((said: Said) => void) | undefined;
			use((results, { body }) => {
				if (results === 0)
					return { reasoning: "I look.", signature, calls: [{ name: "listFiles", args: "{}" }], usage };
				seen.push(fixture.signatures(body));
				if (seen.length > 1) return { text: "Seen.", usage };
				return new Promise<Said>((resolve) => {
					release = resolve;
				});
			});
			const goalId = await launched();
			await until("the model is asked for the second time", () => seen.length >= 1);
			process.kill(stage.daemonPid(), "SIGKILL");
			const goal = await run("wait", goalId, "--timeout", "60", "--json");
			release?.({ text: "Nobody hears this." });
			assert.equal(goal.state, "completed", goal.stateReason);
			assert.deepEqual(seen, [[signature], [signature]]);
			assert.equal(goal.usage.toolCalls, 1, "nothing is done again");
		});

		it("stops at its limit of turns when the model calls tools for ever, and says so", async () => {
			use((results) => ({
				calls: [{ name: "readFile", args: `{"path":"README.md","fromLine":${results + 1}}` }],
				usage,
			}));
			const goalId = await launched("--budget-turns", "5");
			const goal = await run("wait", goalId, "--for", "awaiting_approval", "--timeout", "60", "--json");
			assert.match(goal.approvals[0].reasons.join(" ") + goal.approvals[0].summary, /5 of 5 turns are used/);
			assert.equal(goal.usage.turns, 5);
			await run("cancel", goalId);
		});
	});
