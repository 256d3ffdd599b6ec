import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";

const text = `# Many changes

## First

\`\`\`sh
printf '1\\n2\\n3\\n' > new.txt
sed -i 's/^b$/B/' old.txt
printf 'a\\0b' > binary
echo once > once.txt
\`\`\`

\`\`\`sh
printf '2\\n3\\n4\\n5\\n' > new.txt
sed -i '$d' old.txt
printf 'a\\0c' > binary
rm gone.txt
\`\`\`

## Second

\`\`\`sh
printf 'no end' >> new.txt
echo d >> old.txt
\`\`\`

\`\`\`sh
echo ' now' >> new.txt
\`\`\`
`;

describe("a file that changed more than once", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess;
	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(async () => {
		await daemon.close();
		remove();
	});

	it("has the lines counted that lie between before its first change and after its last, of the goal and of each step", async () => {
		writeFileSync(path.join(workspace, "old.txt"), "a\nb\nc\n");
		writeFileSync(path.join(workspace, "gone.txt"), "1\n2\n");
		const playbook = { path: "many.md", text };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, playbook, grantPlaybook: true });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(await counts(goalId), {
			binary: "",
			"gone.txt": "+0 −2",
			"new.txt": "+5 −0",
			"old.txt": "+2 −2",
			"once.txt": "+1 −0",
		});
		assert.deepEqual(await counts(goalId, "first"), {
			binary: "",
			"gone.txt": "+0 −2",
			"new.txt": "+4 −0",
			"old.txt": "+1 −2",
			"once.txt": "+1 −0",
		});
		assert.deepEqual(await counts(goalId, "second"), { "new.txt": "+1 −0", "old.txt": "+1 −0" });
		// The second answer comes from what is remembered, and says the same.
		assert.deepEqual((await counts(goalId))["old.txt"], "+2 −2");
	});

	async function counts(goalId: GoalId, stepId?: string): Promise<Record<string, string>> {
		const { changes } = await daemon.client.request("change/list", { goalId, stepId: stepId as StepId });
		const told = changes.map(({ path, added, removed }) => [path, added === undefined ? "" : `+${added} −${removed}`]);
		return Object.fromEntries(told.sort());
	}
});
