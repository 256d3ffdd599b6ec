import assert from "node:assert/strict";
import type { SettingsLayer } from "../../../src/core/settings.ts";
import { allowNamed } from "../../../src/extension/models/allowNamed.ts";
import type { Input, Methods } from "../../../src/protocol/methods.ts";

type Launch = Partial<Input<Methods, "goal/launch">>;

const editorModel = (model: string) => ({ provider: "editor", model });
const hosted = { provider: "openai", model: "gpt-5" };
const reviewer = { role: "reviewer", enabled: true, source: "preset", ...editorModel("reef/preset") };
const preset: SettingsLayer = { source: { kind: "preset", name: "team" }, settings: { assignments: [reviewer] } };
const saved: SettingsLayer = { source: { kind: "savedDefault" }, settings: { agent: editorModel("reef/saved") } };
const lastGoal: SettingsLayer = {
	source: { kind: "lastGoal" },
	settings: { agent: editorModel("reef/last"), assignments: [] },
};
const roleFile: SettingsLayer = {
	source: { kind: "roleFile" },
	settings: { assignments: [{ ...reviewer, ...editorModel("reef/file") }] },
};
const playbook = { path: "a.md", text: "" };
const inherits = { role: "reviewer", enabled: true, source: "person", model: "reef/other" };

/** Which models VS Code is asked about before a launch. */
async function askedBefore(launch: Launch, layers: readonly SettingsLayer[], agents?: readonly object[]) {
	const asked: string[] = [];
	const models = {
		known: [],
		find: async (name: string) => ({ name }),
		allow: async ({ name }: { readonly name: string }) => asked.push(name) > 0,
	};
	const daemon = {
		async ask(method: string, params: { readonly playbook?: unknown }) {
			assert.equal(method, "launch/prepare");
			assert.equal(params.playbook, launch.playbook);
			return { layers, settings: layers[0]?.settings, playbook: agents && { agents } };
		},
	};
	const params = { workspace: "/house/wall", prompt: "Greet", ...launch };
	await allowNamed(models as never, daemon as never, "goal/launch", params);
	return asked;
}

describe("which models of VS Code a person is asked about before a launch", () => {
	const rows: readonly [string, Launch, readonly SettingsLayer[], readonly string[], (readonly object[])?][] = [
		["the agent of config.jsonc", {}, [saved], ["reef/saved"]],
		["none of the last goal or of role files", {}, [lastGoal, saved, roleFile], ["reef/saved"]],
		[
			"the roster of a preset, whatever the last goal had",
			{},
			[lastGoal, preset, saved],
			["reef/saved", "reef/preset"],
		],
		[
			"the roster of a preset beside an agent that is named",
			{ settings: { agent: hosted } },
			[preset],
			["reef/preset"],
		],
		["none that the launch replaces", { settings: { agent: hosted, assignments: [] } }, [preset, saved], []],
		[
			"a role's model of the agent's provider",
			{ settings: { agent: editorModel("reef/one"), assignments: [inherits] } },
			[],
			["reef/one", "reef/other"],
		],
		[
			"a step's own agent in a playbook",
			{ playbook },
			[{ ...saved, settings: { agent: hosted } }],
			["reef/step"],
			[{ stepId: "s", agent: editorModel("reef/step") }, { stepId: "t" }],
		],
		["none of a playbook that no agent has a part in", { playbook }, [saved, preset], [], []],
	];
	for (const [what, launch, layers, expected, agents] of rows)
		it(what, async () => {
			assert.deepEqual(await askedBefore(launch, layers, agents), expected);
		});
});
