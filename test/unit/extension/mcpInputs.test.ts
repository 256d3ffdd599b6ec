import assert from "node:assert/strict";
import { Refusal, type RefusalCode } from "../../../src/core/refusal.ts";
import { createMcpInputs } from "../../../src/extension/keys/mcpInputs.ts";
import { until } from "../../support/until.ts";

const token = { workspace: "/house/wall", server: "yard", id: "token" };

/** A daemon that has servers with inputs, and remembers what it was given: as little of one as the editor asks. */
function openWorld() {
	const secretsKept = new Map<string, string>();
	const asked: { readonly id: string; readonly value?: string }[] = [];
	const given = new Map<string, string>();
	let refusal: Refusal | undefined;
	let connect = (_state: string) => {};
	const daemon = {
		async ask(method: string, params: { workspace?: string; server: string; id: string; value?: string }) {
			const inputs = ["token", "other"].map((id) => ({ id, secret: true, isGiven: given.has(id) }));
			if (method === "server/list") return { servers: ["yard", "mill"].map((name) => ({ name, inputs })) };
			if (refusal) throw refusal;
			asked.push(params);
			if (params.value === undefined) given.delete(params.id);
			else given.set(params.id, params.value);
			return { goals: [] };
		},
		whileOpen(use: (open: unknown) => () => void) {
			const onState = (listener: (state: string) => void) => {
				connect = listener;
				return () => {};
			};
			use({ client: { state: "connecting", onState } });
		},
	};
	const secrets = {
		get: async (name: string) => secretsKept.get(name),
		store: async (name: string, value: string) => void secretsKept.set(name, value),
		delete: async (name: string) => void secretsKept.delete(name),
		onDidChange: () => ({ dispose() {} }),
	};
	return {
		inputs: createMcpInputs(secrets, daemon as never, () => undefined),
		secretsKept,
		asked,
		given,
		refuse(code: RefusalCode) {
			refusal = new Refusal(code, "No.");
		},
		/** Another daemon, which knows nothing. */
		startAnew() {
			given.clear();
			asked.length = 0;
			connect("connected");
		},
	};
}

describe("what the editor keeps for MCP servers", () => {
	it("is listed without its values", async () => {
		const { inputs } = openWorld();
		assert.deepEqual(await inputs.kept(), []);
		await inputs.set(token, "brick-token");
		await inputs.set({ server: "mill", id: "other" }, "flour-token");
		assert.deepEqual(await inputs.kept(), [token, { server: "mill", id: "other" }]);
	});

	it("is gone from the editor and the daemon once it is deleted, and is handed to no later one", async () => {
		const { inputs, secretsKept, given, asked, startAnew } = openWorld();
		await inputs.set(token, "brick-token");
		await inputs.forget(token);
		assert.deepEqual([[...secretsKept], [...given]], [[], []]);
		await inputs.set({ ...token, id: "other" }, "flour-token");
		startAnew();
		await until("what is left is handed over", () => given.size === 1);
		assert.deepEqual(asked, [{ ...token, id: "other", value: "flour-token" }]);
	});

	it("is kept where the daemon, which may have it too, cannot be told to forget it", async () => {
		const { inputs, refuse } = openWorld();
		await inputs.set(token, "brick-token");
		refuse("unreachable");
		await assert.rejects(inputs.forget(token));
		assert.deepEqual(await inputs.kept(), [token]);
	});

	it("is one value for all servers of a folder that ask for the same input, as it is in the daemon", async () => {
		const { inputs, given, startAnew } = openWorld();
		const ofMill = { ...token, server: "mill" };
		await inputs.set(token, "old-token");
		await inputs.set(ofMill, "new-token");
		startAnew();
		await until("it is handed over", () => given.size === 1);
		assert.equal(given.get("token"), "new-token");
		await inputs.forget(token);
		assert.deepEqual(await inputs.kept(), []);
	});

	it("goes to the daemon first, and again where it has none; what is not wanted any more is said and kept", async () => {
		const kept = new Map<string, string>();
		const asked: object[] = [];
		const reports: string[] = [];
		let connect = (_state: string) => {};
		const given = new Set<string>();
		let lists = 0;
		const listed = ({ workspace }: { workspace?: string }) => {
			lists++;
			const inputs = [{ id: "token", secret: true, isGiven: given.has("token") }];
			return { servers: workspace === token.workspace ? [{ name: "yard", source: "workspace", inputs }] : [] };
		};
		const daemon = {
			async ask(method: string, params: { server: string; workspace?: string; value?: string }) {
				if (method === "server/list") return listed(params);
				asked.push(params);
				if (params.server !== "yard") throw new Error("There is no MCP server of this name.");
				return { goals: ["g-1"] };
			},
			whileOpen(use: (open: unknown) => () => void) {
				use({
					client: {
						state: "connecting",
						onState(listener: (state: string) => void) {
							connect = listener;
							return () => {};
						},
					},
				});
			},
		};
		const secrets = {
			get: async (name: string) => kept.get(name),
			store: async (name: string, value: string) => void kept.set(name, value),
			delete: async (name: string) => void kept.delete(name),
			onDidChange: () => ({ dispose() {} }),
		};
		const inputs = createMcpInputs(secrets, daemon as never, (text) => void reports.push(text));
		await assert.rejects(inputs.set({ ...token, server: "mill" }, "x"), /no MCP server of this name/);
		assert.equal(kept.size, 0, "what the daemon refuses is not kept");
		assert.deepEqual(await inputs.set(token, "brick-token"), ["g-1"]);
		await inputs.set(token, "brick-token-2");
		asked.length = 0;
		connect("connected");
		await until("it is handed over", () => asked.length === 1);
		assert.deepEqual(asked, [{ ...token, value: "brick-token-2" }]);

		// Another was given meanwhile, in a terminal: it is newer than what is kept here.
		given.add("token");
		lists = 0;
		connect("connected");
		await until("it is looked at", () => lists === 1);

		const [[name, text] = ["", ""]] = [...kept];
		kept.set(name, text.replace("yard", "mill"));
		connect("connected");
		await until("it is said", () => reports.length === 1);
		assert.deepEqual(asked.slice(1), [{ ...token, server: "mill", value: "brick-token-2" }]);
		assert.match(reports[0]!, /^The input token of the MCP server mill was not handed over: There is no MCP server/);
		assert.ok(!reports[0]!.includes("brick-token"));
	});
});
