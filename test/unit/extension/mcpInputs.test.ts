import assert from "node:assert/strict";
import { createMcpInputs } from "../../../src/extension/keys/mcpInputs.ts";
import { until } from "../../support/until.ts";

const token = { workspace: "/house/wall", server: "yard", id: "token" };

describe("what the editor keeps for MCP servers", () => {
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
