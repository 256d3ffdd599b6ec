import assert from "node:assert/strict";
import { inEditor } from "../../support/inEditor.ts";

type Made = typeof import("../../../src/extension/launch/playbook.ts");
interface Item {
	readonly label: string;
	readonly description?: string;
	readonly agent?: object;
}

const file = { path: "/house/wall/a.md", fsPath: "/house/wall/a.md", toString: () => "file:///house/wall/a.md" };
const agent = { provider: "openai", model: "gpt-5" };
const greet = { stepId: "greet", title: "Greet", needs: [], checks: [], role: "implementer" };
const build = {
	stepId: "build",
	title: "Build",
	needs: [],
	checks: [],
	actions: [{ kind: "command", command: "make" }],
};
const providers = { providers: [{ id: "openai", kind: "openai", usable: true, models: ["gpt-5"] }] };

/** Runs a playbook of these steps in an editor whose person takes the row that `choose` names of each list. */
async function run(steps: readonly object[], agents: readonly object[], choose: (title: string) => string | undefined) {
	const lists: string[] = [];
	const rowsSeen: Item[] = [];
	const launched: { grantPlaybook?: boolean; settings?: object }[] = [];
	const named = (title: string, rows: readonly Item[]) => {
		lists.push(title);
		rowsSeen.push(...rows);
		return rows.find(({ label }) => label === choose(title));
	};
	const folder = { uri: { fsPath: "/house/wall" } };
	const vscode = {
		QuickPickItemKind: { Separator: -1 },
		workspace: {
			textDocuments: [],
			getWorkspaceFolder: () => folder,
			workspaceFolders: [folder],
			fs: { readFile: async () => new TextEncoder().encode("# A") },
		},
		window: {
			showQuickPick: async (rows: readonly Item[], { title }: { readonly title: string }) => named(title, rows),
			createQuickPick() {
				const on: Record<string, () => void> = {};
				return {
					title: "",
					value: "",
					items: [] as Item[],
					activeItems: [] as Item[],
					onDidChangeValue() {},
					onDidAccept: (listener: () => void) => (on.accept = listener),
					onDidHide: (listener: () => void) => (on.hide = listener),
					show() {
						const row = named(this.title, this.items);
						this.activeItems = row ? [row] : [];
						queueMicrotask(() => (row ? on.accept!() : on.hide!()));
					},
					hide: () => on.hide!(),
					dispose() {},
				};
			},
		},
	};
	const daemon = {
		async ask(method: string, params: { readonly agent?: object; readonly settings?: object }) {
			if (method === "provider/list") return providers;
			if (method === "launch/prepare") {
				const found = agents.map((one) => ({ ...(params.agent && { agent: params.agent }), ...one }));
				return { playbook: { title: "A", steps, checks: [], notRun: [], inputs: [], values: [], agents: found } };
			}
			assert.equal(method, "goal/launch");
			launched.push(params);
			return { goalId: "g-1" };
		},
	};
	const { askAndRunPlaybook } = await inEditor<Made>("launch/playbook.ts", vscode);
	await askAndRunPlaybook(daemon as never, file as never);
	return { lists, rowsSeen, launched };
}

describe("running a playbook from the editor", () => {
	it("asks what is approved where it runs something, and nothing where it only hands steps to agents", async () => {
		const both = await run([build, greet], [{ stepId: "greet", agent }], () => "Approve What It Says");
		assert.deepEqual(both.lists, ["Run a.md"]);
		assert.equal(both.rowsSeen[0]!.description, "1 command");
		assert.equal(both.launched[0]!.grantPlaybook, true);

		const only = await run([greet], [{ stepId: "greet", agent }], () => undefined);
		assert.deepEqual(only.lists, []);
		assert.equal(only.launched[0]!.grantPlaybook, false);
	});

	it("asks for an agent where a step has none, and launches with it; left, nothing is launched", async () => {
		const chosen = await run([greet], [{ stepId: "greet" }], () => "openai/gpt-5");
		assert.deepEqual(chosen.lists, ["Agent for “Greet”"]);
		assert.deepEqual(chosen.launched[0]!.settings, { agent });

		const left = await run([greet], [{ stepId: "greet" }], () => undefined);
		assert.deepEqual([left.lists.length, left.launched.length], [1, 0]);
	});
});
