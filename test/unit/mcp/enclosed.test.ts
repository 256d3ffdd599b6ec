import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { commandEnvironment } from "../../../src/daemon/commands/commandEnvironment.ts";
import { enclosed, placed } from "../../../src/daemon/mcp/enclosed.ts";
import type { ResolvedReach } from "../../../src/daemon/mcp/mcpConnection.ts";
import { noSandbox } from "../../../src/daemon/policy/sandbox/none.ts";
import { openWalls, openWorkbench, skipWithoutSandbox } from "../commands/workbench.ts";

describe("an MCP server that is a program", () => {
	const bench = openWorkbench();
	after(() => bench.remove());
	const outside = path.join(bench.workspace, "../outside");
	const says = `const fs = require("fs"); fs.writeFileSync("made", "x"); try { fs.writeFileSync("${outside}", "x") } catch {}; console.log("here")`;
	const program: ResolvedReach = {
		...{ kind: "program", command: process.execPath, args: ["-e", says] },
		...{ env: commandEnvironment(process.env), cwd: bench.workspace },
	};
	const inside = { kind: "inside", name: "bubblewrap", network: "asked", holdsAgents: true } as const;

	it("of a goal in a sandbox runs inside, with its arguments as they are", async function () {
		await skipWithoutSandbox(this);
		const reach = await enclosed(placed(program, bench.workspace, inside), openWalls(bench.folder));
		assert.ok(typeof reach === "object" && reach.kind === "program");
		const said = execFileSync(reach.command, reach.args, { cwd: reach.cwd, env: { ...reach.env }, encoding: "utf8" });
		assert.equal(said, "here\n");
		assert.equal(bench.text("made"), "x");
		assert.ok(!existsSync(outside));
	});

	it("is there to reach something: it has the network, unless a person says off", () => {
		const network = (walls: Parameters<typeof placed>[2]) => {
			const reach = placed(program, bench.workspace, walls);
			return reach.kind === "program" && reach.inside?.network;
		};
		assert.equal(network(inside), true);
		assert.equal(network({ ...inside, network: "off" }), false);
		assert.equal(network({ kind: "outside" }), undefined);
	});

	it("is not started where there are no walls any more", async () => {
		const reach = await enclosed(placed(program, bench.workspace, inside), noSandbox("There are none."));
		assert.equal(reach, "may only run in a sandbox. There are none.");
	});
});
