import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
	type AgentKind,
	agentKind,
	agentKindName,
	agentKindOfRef,
	agentKinds,
	isOwnId,
	knownAcpAgents,
	ownAgentPrefix,
	playbookAgent,
} from "../../../src/core/agentKinds.ts";
import { providerRows } from "../../../src/daemon/providers/providerRows.ts";

const src = path.resolve(import.meta.dirname, "../../../src");

describe("the table of agent kinds", () => {
	for (const [name, kind] of Object.entries<AgentKind>(agentKinds))
		it(`says of ${name} nothing that contradicts itself`, () => {
			if (kind.compacts) assert.ok(kind.hasWindow, "a thread without a window is never too long");
			if (kind.compacts) assert.equal(kind.runsTools, "engine", "who runs its own tools keeps its own thread");
			if (kind.takesRoles) assert.ok(kind.readsMessages, "who takes a role is told what it is");
		});

	it("knows the kind of every agent by its provider, so that nobody who is named is of none", () => {
		assert.equal(agentKindName(playbookAgent), "playbook");
		for (const { id } of providerRows) {
			assert.equal(agentKindName({ provider: id }), "model");
			assert.equal(isOwnId(id), false);
		}
		assert.equal(agentKind({ provider: "a-provider-of-my-own" }), agentKinds.model);
		assert.equal(agentKind({ provider: "constructor" }), agentKinds.model);
		for (const id of [...knownAcpAgents, `${ownAgentPrefix}mine`]) {
			assert.equal(agentKindName({ provider: id }), "acp");
			assert.equal(isOwnId(id), true);
		}
		const { provider, model } = playbookAgent;
		assert.equal(agentKindOfRef(`${provider}/${model}`).priced, false);
		assert.equal(agentKindOfRef("openai/gpt-5").priced, true);
	});

	it("is the only place that compares a provider with the name of the built-in one", () => {
		const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
		assert.ok(files.length > 300);
		const compares = new RegExp(
			`[!=]==? "(${playbookAgent.provider}|${playbookAgent.provider}/${playbookAgent.model})"`,
		);
		const found = files.filter((file) => compares.test(readFileSync(path.join(src, file), "utf8")));
		assert.deepEqual(found, []);
	});
});
