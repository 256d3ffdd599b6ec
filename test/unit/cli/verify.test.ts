import assert from "node:assert/strict";
import { verifyBundle } from "../../../src/cli/commands/verify.ts";
import { digestOf, genesisHash, hashOf, newSalt } from "../../../src/daemon/store/chain.ts";

interface Line {
	goalId: string;
	seq: number;
	epoch: number;
	at: number;
	type: string;
	body: string | null;
	salt: string | null;
	digest: string;
	hash: string;
}

/** A bundle as the daemon's own chain makes it. */
function bundle(count: number): Line[] {
	let previous = genesisHash;
	return Array.from({ length: count }, (_, index) => {
		const salt = newSalt();
		const body = JSON.stringify(index === 0 ? { goalId: "g1", title: "é" } : { text: `event ${index}` });
		const header = {
			goalId: "g1",
			seq: index + 1,
			epoch: 1 + Math.floor(index / 3),
			at: 1_700_000_000_000 + index,
			type: index === 0 ? "goal.launched" : "todo.updated",
		};
		const digest = digestOf(salt, body);
		previous = hashOf(previous, header, digest) as typeof previous;
		return {
			...header,
			body,
			salt: salt.toString("hex"),
			digest: digest.toString("hex"),
			hash: previous.toString("hex"),
		};
	});
}

const text = (lines: readonly object[]) => lines.map((line) => JSON.stringify(line)).join("\n");

describe("verifying an exported record", () => {
	it("passes what the daemon wrote, with or without bodies", () => {
		const lines = bundle(7);
		const whole = verifyBundle(text(lines));
		assert.ok(whole.ok);
		assert.deepEqual([whole.events, whole.bodies, whole.lastHash], [7, 7, lines.at(-1)?.hash]);
		const redacted = lines.map((line) => (line.seq === 3 ? { ...line, body: null, salt: null } : line));
		const verdict = verifyBundle(`${text(redacted)}\n`);
		assert.ok(verdict.ok);
		assert.equal(verdict.bodies, 6);
	});

	const line = 4;
	const tampered: Readonly<Record<string, (lines: Line[]) => object[]>> = {
		"a changed body": (lines) => change(lines, { body: '{"text":"another"}' }),
		"a changed body with a digest that fits": (lines) => {
			const salt = newSalt();
			const body = '{"text":"another"}';
			return change(lines, { body, salt: salt.toString("hex"), digest: digestOf(salt, body).toString("hex") });
		},
		"a changed type": (lines) => change(lines, { type: "goal.completed" }),
		"a changed time": (lines) => change(lines, { at: 1 }),
		"a changed epoch": (lines) => change(lines, { epoch: 9 }),
		"an event left out": (lines) => lines.filter(({ seq }) => seq !== line),
		"events exchanged": (lines) => [...lines.slice(0, 3), lines[4]!, lines[3]!, ...lines.slice(5)],
		"an event of another goal": (lines) => change(lines, { goalId: "g2" }),
		"a missing hash": (lines) => change(lines, { hash: "" }),
		"the first event left out": (lines) => lines.slice(1),
		"no events at all": () => [],
	};
	for (const [what, tamper] of Object.entries(tampered)) {
		it(`finds ${what}`, () => {
			const verdict = verifyBundle(text(tamper(bundle(7))));
			assert.equal(verdict.ok, false);
			assert.ok(!verdict.ok && verdict.reason);
		});
	}

	it("says which line is no JSON", () => {
		const verdict = verifyBundle(`${text(bundle(2))}\nnot JSON`);
		assert.deepEqual([verdict.ok, !verdict.ok && verdict.line], [false, 3]);
	});

	function change(lines: Line[], fields: Partial<Line>): Line[] {
		return lines.map((one) => (one.seq === line ? { ...one, ...fields } : one));
	}
});
