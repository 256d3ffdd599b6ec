import assert from "node:assert/strict";
import { processorTime } from "../../support/processorTime.ts";
import { corpusLines } from "./corpus/corpus.ts";
import { openJudge } from "./fuzz/judged.ts";

/** A daemon may be busy with one command for three seconds; one that swept the memory of other tests took more. */
const maxMs = 9000;

describe("a command that is made to keep the daemon busy", function () {
	this.timeout(60_000);

	const many = 10_000;
	const loops = Array.from({ length: 12 }, (_, at) => at);
	const hostile: Readonly<Record<string, string>> = {
		"a line of a megabyte": `ls ${"a".repeat(2 ** 20)}`,
		"a megabyte of commands": "ls;".repeat(350_000),
		"ten thousand brackets": `${"(".repeat(many)}ls${")".repeat(many)}`,
		"ten thousand brackets that stay open": "(".repeat(many),
		"ten thousand substitutions": `echo ${"$(".repeat(many)}ls${")".repeat(many)}`,
		"braces that multiply": `ls ${"{a,b}".repeat(200)}`,
		"ten thousand quotes": `ls ${"'\"".repeat(many)}`,
		"shells in shells": Array.from({ length: 12 }).reduce<string>((text) => `sh -c ${JSON.stringify(text)}`, "ls"),
		"loops in loops": `${loops.map((at) => `for i${at} in 1 2 3 4 5 6 7 8; do `).join("")}ls $i0${"; done".repeat(loops.length)}`,
		"loops in loops without commands": `${loops.map((at) => `for i${at} in 1 2 3 4 5 6 7 8; do `).join("")}[[ $i0 ]]${"; done".repeat(loops.length)}`,
		"a value that doubles": `a0=xxxxxxxxxx; ${Array.from({ length: 40 }, (_, at) => `a${at + 1}="$a${at}$a${at}"; `).join("")}eval "$a40"`,
		"a long text that is run again and again": `x='${"ls; ".repeat(2400)}'; ${'eval "$x"; '.repeat(1500)}`,
		"a long quoted text that is no text of a shell": `sh -c '${"(".repeat(98_000)}'`,
		"ten thousand variables": `${Array.from({ length: many }, (_, at) => `a${at}=1; `).join("")}ls`,
		"here-documents in a row": "cat <<A\n".repeat(3000),
	};
	for (const [name, text] of Object.entries(hostile))
		it(`is read no longer than it may, and asked about: ${name}`, async () => {
			const judge = await openJudge();
			const taken = processorTime();
			const { passes, reasons } = judge(text);
			const tookMs = taken();
			assert.deepEqual(passes, []);
			assert.match(reasons.join("; "), /cannot be read for sure/);
			assert.ok(tookMs < maxMs, `${Math.round(tookMs)} ms`);
		});
});

describe("the reading of commands", () => {
	/** Half a millisecond is meant; a machine that does other things at the same time may take four times that. */
	const maxMedianMs = 2;

	it("takes no time that anybody notices, over all lines of the corpus", async () => {
		const judge = await openJudge();
		const lines = corpusLines();
		for (const { text, dialect } of lines) judge(text, dialect);
		const took = lines
			.map(({ text, dialect }) => {
				const from = performance.now();
				judge(text, dialect);
				return performance.now() - from;
			})
			.sort((one, other) => one - other);
		const at = (share: number) => took[Math.floor(took.length * share)]!;
		console.log(`      p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(1)} ms a command`);
		assert.ok(at(0.5) < maxMedianMs, `p50 ${at(0.5)} ms`);
	});
});
