import assert from "node:assert/strict";
import { setImmediate as soon } from "node:timers/promises";
import { createProviderKeys, type Secrets } from "../../../src/extension/keys/providerKeys.ts";

/** One secret storage that several windows share, as VS Code's is. */
function sharedSecrets(): Secrets & { readonly kept: Map<string, string> } {
	const kept = new Map<string, string>();
	const listeners = new Set<(change: { key: string }) => void>();
	const changed = (key: string) => {
		for (const listener of listeners) listener({ key });
	};
	return {
		kept,
		get: async (name) => kept.get(name),
		async store(name, value) {
			kept.set(name, value);
			changed(name);
		},
		async delete(name) {
			kept.delete(name);
			changed(name);
		},
		onDidChange(listener) {
			listeners.add(listener);
			return { dispose: () => void listeners.delete(listener) };
		},
	};
}

function openWindow(secrets: Secrets, refuses?: string) {
	const asked: { provider: string; key?: string }[] = [];
	const reports: string[] = [];
	const states = new Set<(state: "connected" | "connecting") => void>();
	const connection = { state: "connecting" as "connected" | "connecting" };
	const daemon = {
		connection,
		async ask(_method: string, params: { provider: string; key?: string }) {
			if (refuses !== undefined && params.key === refuses) throw new Error("This is not a key.");
			asked.push(params);
			return { goals: ["g-1"] };
		},
		whileOpen(use: (open: unknown) => () => void) {
			use({ client: { state: "connecting", onState: (listener: never) => states.add(listener) } });
		},
	};
	const keys = createProviderKeys(secrets, daemon as never, (text) => void reports.push(text));
	return {
		keys,
		asked,
		reports,
		async connect(state: "connected" | "connecting" = "connected") {
			connection.state = state;
			for (const listener of states) listener(state);
			await settled();
		},
	};
}

async function settled(): Promise<void> {
	for (let turn = 0; turn < 10; turn++) await soon();
}

describe("the keys that the editor keeps", () => {
	it("go to the daemon at each connection, and to every other window's only once", async () => {
		const secrets = sharedSecrets();
		const first = openWindow(secrets);
		await first.connect();
		assert.deepEqual(await first.keys.set("acme", "key-1234"), ["g-1"]);
		await settled();
		assert.deepEqual(first.asked, [{ provider: "acme", key: "key-1234" }]);
		const second = openWindow(secrets);
		await second.connect();
		assert.deepEqual(second.asked, [{ provider: "acme", key: "key-1234" }]);
		await first.connect("connecting");
		await first.connect();
		assert.equal(first.asked.length, 2);
		assert.deepEqual(await second.keys.kept(), ["acme"]);
	});

	it("are forgotten by every window and by the daemon, and leave nothing in the storage", async () => {
		const secrets = sharedSecrets();
		const first = openWindow(secrets);
		const second = openWindow(secrets);
		await first.connect();
		await second.connect();
		await first.keys.set("acme", "key-1234");
		await settled();
		await second.keys.set("acme", undefined);
		await settled();
		assert.deepEqual(first.asked.at(-1), { provider: "acme", key: undefined });
		assert.equal(secrets.kept.size, 0);
	});

	it("are not kept when the daemon refuses them, and a storage that holds rubbish is as good as empty", async () => {
		const secrets = sharedSecrets();
		const window = openWindow(secrets, "rubbish");
		await window.connect();
		await assert.rejects(window.keys.set("acme", "rubbish"), /This is not a key/);
		assert.equal(secrets.kept.size, 0);
		await secrets.store("missionControl.providerKeys", "{ no json");
		assert.deepEqual(await window.keys.kept(), []);
		await secrets.store("missionControl.providerKeys", '{"acme":7,"good":"key-1234"}');
		assert.deepEqual(await window.keys.kept(), ["good"]);
	});

	it("are in no report, also when they cannot be handed over", async () => {
		const secrets = sharedSecrets();
		await secrets.store("missionControl.providerKeys", '{"acme":"key-1234"}');
		const window = openWindow(secrets, "key-1234");
		await window.connect();
		assert.equal(window.reports.length, 1);
		assert.match(window.reports[0]!, /^The key of acme could not be handed over/);
		assert.ok(!window.reports.join().includes("key-1234"));
	});
});
