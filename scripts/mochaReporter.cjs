/*
 * Mocha's own report, and the counts behind it as JSON in the file named by MISSION_TEST_COUNTS, so that `npm test` can
 * add up suites that run in different processes. CommonJS, because it is also loaded inside the extension host.
 */
const fs = require("node:fs");
const Mocha = require("mocha");

const { Spec } = (Mocha.default ?? Mocha).reporters;

module.exports = class extends Spec {
	epilogue() {
		super.epilogue();
		const { passes, failures, pending } = this.stats;
		const file = process.env.MISSION_TEST_COUNTS;
		if (file) fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
	}
};
