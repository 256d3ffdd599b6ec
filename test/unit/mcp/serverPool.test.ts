import assert from "node:assert/strict";
import type { Connected } from "../../../src/daemon/mcp/connection.ts";
import type { McpConnection, ResolvedReach } from "../../../src/daemon/mcp/mcpConnection.ts";
import { openServerPool } from "../../../src/daemon/mcp/serverPool.ts";

const reach = (token: string): ResolvedReach => ({ kind: "http", url: "http://127.0.0.1:9", headers: { token } });

describe("the servers in use", () => {
	let now = 0;
	let isThere = true;
	let begun = 0;
	const open = new Set<McpConnection>();
	const newPool = () => {
		[now, isThere, begun] = [0, true, 0];
		open.clear();
		return openServerPool({
			version: "1",
			clock: { now: () => now },
			log: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
			onStarted() {},
			onEnded() {},
			async connect(): Promise<Connected> {
				begun += 1;
				if (!isThere) return { kind: "failed", reason: "it is not there.", hasEnded: false };
				const connection: McpConnection = {
					server: { name: "", version: "" },
					revision: "1",
					isOpen: () => open.has(connection),
					tools: async () => ({ tools: [], problems: [] }),
					call: () => assert.fail(),
					close: async () => void open.delete(connection),
				};
				open.add(connection);
				return { kind: "connected", connection };
			},
		});
	};

	it("are begun once a goal, however many ask for them, and end with it", async () => {
		const pool = newPool();
		const [one, other] = await Promise.all([
			pool.connection("g-1", "yard", reach("a")),
			pool.connection("g-1", "yard", reach("a")),
		]);
		assert.equal(one, other);
		await pool.connection("g-2", "yard", reach("a"));
		assert.equal(begun, 2);
		await pool.end("g-1");
		assert.equal(open.size, 1);
		await pool.close();
		assert.equal(open.size, 0);
	});

	it("are begun again when they have ended, and no more when that goes on", async () => {
		const pool = newPool();
		for (let time = 0; time < 4; time++) {
			assert.ok("isOpen" in (await pool.connection("g-1", "yard", reach("a"))));
			open.clear();
		}
		const last = await pool.connection("g-1", "yard", reach("a"));
		assert.match("failed" in last ? last.failed : "", /^it ended again and again\. It was begun 4 times/);
	});

	it("that could not be begun are tried again after a while only", async () => {
		const pool = newPool();
		isThere = false;
		await pool.connection("g-1", "yard", reach("a"));
		await pool.connection("g-1", "yard", reach("a"));
		assert.equal(begun, 1);
		isThere = true;
		now += 60_000;
		assert.ok("isOpen" in (await pool.connection("g-1", "yard", reach("a"))));
	});

	it("with another value are others, and the one before ends", async () => {
		const pool = newPool();
		await pool.connection("g-1", "yard", reach("a"));
		await pool.connection("g-1", "yard", reach("b"));
		assert.equal(begun, 2);
		assert.equal(open.size, 1);
	});
});
