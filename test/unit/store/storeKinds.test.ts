import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { storeKindOf } from "../../../src/daemon/store/storeKinds.ts";
import { spawnDaemon, startDaemonProcess } from "../../support/daemonProcess.ts";

describe("where goals are kept", function () {
	this.timeout(60_000);

	for (const address of [undefined, "", "sqlite", "sqlite:"])
		it(`is the data folder for ${JSON.stringify(address)}`, () => assert.equal(storeKindOf(address), "sqlite"));

	for (const [address, says] of [
		[
			"postgres://mara:secret@db.example/goals",
			/^Goals cannot be kept in “postgres”: this version keeps them in sqlite\./,
		],
		["sqlite3:goals.db", /in “sqlite3”/],
		["constructor:", /in “constructor”/],
		["a password with spaces", /in what MISSION_STORE says/],
	] as const)
		it(`is refused in a sentence that repeats no address: ${address}`, () => {
			assert.throws(
				() => storeKindOf(address),
				({ message }: Error) => says.test(message) && !/secret|password/.test(message),
			);
		});

	it("is said by the daemon, which then makes nothing in the data folder", async () => {
		const home = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
		const { process: child, words } = spawnDaemon({ home, env: { MISSION_STORE: "postgres://db/goals" } });
		const [code] = await once(child, "exit");
		assert.equal(code, 1);
		assert.match(words(), /^Goals cannot be kept in “postgres”.*\n$/);
		assert.deepEqual(readdirSync(home), []);
		rmSync(home, { recursive: true });
	});

	it("can be named", async () => {
		const daemon = await startDaemonProcess({ env: { MISSION_STORE: "sqlite:" } });
		assert.equal((await daemon.client.request("daemon/status", {})).goals, 0);
		await daemon.close();
	});
});
