/*
 * Mocha's own report, and the counts and failures behind it as JSON in the file named by MISSION_TEST_COUNTS, so that
 * `npm test` can add up suites that run in different processes. CommonJS, because it is also loaded inside the extension
 * host.
 */
const fs = require("node:fs");
const Mocha = require("mocha");

const { Spec } = (Mocha.default ?? Mocha).reporters;

module.exports = class extends Spec {
	epilogue() {
		super.epilogue();
		const { passes, failures, pending } = this.stats;
		const file = process.env.MISSION_TEST_COUNTS;
		const counts = { passed: passes, failed: failures, skipped: pending, failures: this.failures.map(told) };
		if (file) fs.writeFileSync(file, JSON.stringify(counts));
		if (!process.env.MISSION_HOST_REPORT) endWhatHangs();
	}
};

/** A failure in few lines, for the end of a long run. */
function told(test) {
	const { stack, message } = test.err ?? {};
	const why = String(stack ?? message ?? test.err)
		.split("\n")
		.slice(0, 12);
	return [test.fullTitle(), ...why.map((line) => `    ${line.slice(0, 300)}`)].join("\n");
}

/** The timer alone keeps no process alive: it fires only when a test left something open that does. */
function endWhatHangs() {
	setTimeout(() => {
		console.error(`A test left something open: ${process.getActiveResourcesInfo().join(", ")}`);
		process.exit(99);
	}, 15_000).unref();
}
