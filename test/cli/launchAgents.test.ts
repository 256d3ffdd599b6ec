import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { looking, type ModelServer, type Script, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./mission.ts";

const plan = { title: "Look", summary: "", steps: [{ id: "a", title: "Look", instructions: "Look." }] };
const passed = { verdict: "pass", verifier: "read it", coverage: "all", gaps: "", summary: "Good.", diagnosis: "" };

describe("who works, as a launch in the terminal names it", function () {
	this.timeout(120_000);
	let stage: Stage;
	let server: ModelServer;

	/** No model is listed, so that no agent is taken where none is named. */
	function configure(more: object = {}): void {
		const { baseUrl } = server;
		const providers = [
			{ id: "yard", kind: "openai-compatible", baseUrl },
			{ id: "locked", kind: "openai-compatible", baseUrl, apiKeyEnv: "NOBODY_HAS_SET_THIS" },
			{ id: "gone", kind: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1" },
		];
		writeFileSync(path.join(stage.home, "config.jsonc"), JSON.stringify({ providers, ...more }));
	}
	const roster = (name: string, ...roles: readonly string[]) => {
		const file = path.join(stage.workspace, name);
		const assignments = roles.map((role) => ({ role, provider: "yard", model: "house" }));
		writeFileSync(file, JSON.stringify({ assignments }));
		return file;
	};

	before(async () => {
		stage = openStage();
		const look = looking(plan);
		const script: Script = (request) =>
			request.purpose === "review" ? { text: JSON.stringify(passed) } : look(request);
		server = await startModelServer({ script, models: ["house", "small"] });
		mkdirSync(stage.home, { recursive: true });
		configure();
	});
	after(async () => {
		stage.end();
		await server.close();
	});

	/** Beside the model's server, which answers in this process. */
	const run = (...args: string[]) => stage.start(...args).ended;

	describe("where no primary agent is set up", () => {
		it("a roster in which everybody has an agent is launched, and its implementer is the primary agent", async () => {
			const file = roster("all.json", "planner", "implementer", "reviewer", "researcher");
			const preview = await run("launch", "Look.", "--roster", file, "--preview");
			assert.equal(preview.code, 0, preview.error);
			assert.match(preview.out, /^agent +yard\/house +the roster's implementer/);
			assert.match(preview.out, /^ {2}planner +yard\/house +this launch$/m);
			assert.equal(preview.error, "");
			const launched = await run("launch", "Look.", "--roster", file, "--json");
			assert.equal(launched.code, 0, launched.error);
			const waited = await run("wait", JSON.parse(launched.out).goalId, "--timeout", "60", "--json");
			assert.equal(JSON.parse(waited.out).state, "completed", waited.error);
		});

		const lacking: readonly (readonly [roles: readonly string[], says: RegExp])[] = [
			[["implementer"], /^The roster names no agent for planner, and there is no primary agent to do it\. /],
			[["planner"], /^The roster names no agent for implementer, /],
			[["reviewer"], /^The roster names no agent for planner, implementer, /],
			[[], /^No agent is set up for a prompt\. /],
		];
		for (const [roles, says] of lacking) {
			it(`a roster of ${roles.join(", ") || "nobody"} is refused, and the preview says the same`, async () => {
				const file = roster("some.json", ...roles);
				for (const more of [[], ["--preview"]]) {
					const { code, error } = await run("launch", "Look.", "--roster", file, ...more);
					assert.equal(code, 3);
					assert.match(error, says);
				}
			});
		}

		it("a role that inherits the primary agent is named as one that nobody has", async () => {
			const file = path.join(stage.workspace, "inherits.json");
			const named = ["planner", "implementer"].map((role) => ({ role, provider: "yard", model: "house" }));
			writeFileSync(file, JSON.stringify({ assignments: [...named, { role: "reviewer", inherits: true }] }));
			const { code, error } = await run("launch", "Look.", "--roster", file);
			assert.equal(code, 3);
			assert.match(error, /^The roster names no agent for reviewer, /);
		});
	});

	describe("is doubted aloud, by the preview and by the launch", () => {
		const doubts: readonly (readonly [agent: string, says: RegExp])[] = [
			["locked/house", /^Provider “locked” needs a key: set NOBODY_HAS_SET_THIS /],
			["yard/hoose", /^Provider “yard” does not list the model “hoose”, and may refuse it\. Did you mean “house”\?$/m],
			["yard/gpt-9", /^Provider “yard” does not list the model “gpt-9”, and may refuse it\. It lists house, small\.$/m],
			["gone/house", /^Provider “gone” does not answer at http:\/\/127\.0\.0\.1:9\/v1 /],
		];
		for (const [agent, says] of doubts) {
			it(agent, async () => {
				const preview = await run("launch", "Look.", "--agent", agent, "--preview");
				assert.equal(preview.code, 0, preview.error);
				assert.match(preview.error, says);
				const { notes } = JSON.parse((await run("launch", "Look.", "--agent", agent, "--preview", "--json")).out);
				assert.match(notes.join("\n"), says);
				const launched = await run("launch", "Look.", "--agent", agent, "--json");
				assert.equal(launched.code, 0, launched.error);
				const answer = JSON.parse(launched.out);
				assert.match(answer.notes.join("\n"), says);
				await run("cancel", answer.goalId);
			});
		}

		it("a role's too, and nothing of one that is off or of a listed model", async () => {
			const file = path.join(stage.workspace, "doubted.json");
			const assignments = [
				{ role: "reviewer", provider: "locked", model: "house" },
				{ role: "researcher", provider: "gone", model: "house", enabled: false },
			];
			writeFileSync(file, JSON.stringify({ assignments }));
			const args = ["launch", "Look.", "--agent", "yard/small", "--roster", file, "--preview", "--json"];
			const { notes } = JSON.parse((await run(...args)).out);
			assert.equal(notes.length, 1);
			assert.match(notes[0], /“locked” needs a key/);
		});
	});

	describe("as it is named", () => {
		it("a provider that is not there is refused by the preview as by the launch", async () => {
			for (const more of [[], ["--preview"]]) {
				const { code, error } = await run("launch", "Look.", "--agent", "yadr/house", ...more);
				assert.equal(code, 3);
				assert.match(
					error,
					/^There is no provider “yadr”\. Did you mean “yard”\? `mission providers` and “Agents” in the launch form of VS Code list those that are set up\.$/m,
				);
			}
		});

		it("an agent of config.jsonc is known as soon as the file is written, by the name that stands there", async () => {
			assert.match((await run("providers")).out, /yard/);
			const script = path.join(stage.workspace, "nothing.sh");
			writeFileSync(script, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
			configure({ agents: [{ id: "own", command: [script] }] });
			const { out } = await run("providers", "--json");
			assert.ok(JSON.parse(out).some(({ id }: { id: string }) => id === "agent-own"));
			for (const name of ["own", "agent-own"]) {
				const { code, out } = await run("providers", "try", name, "--json");
				assert.equal(code, 1);
				assert.equal(JSON.parse(out).ok, false);
			}
			for (const named of ["own", "own/default", "own:high", "agent-own"]) {
				const preview = await run("launch", "Look.", "--agent", named, "--preview", "--json");
				assert.equal(preview.code, 0, preview.error);
				assert.equal(JSON.parse(preview.out).settings.agent.provider, "agent-own");
			}
			const unknown = await run("providers", "try", "nobody");
			assert.equal(unknown.code, 3);
			assert.match(unknown.error, /^There is no agent “nobody”/);
		});
	});
});
