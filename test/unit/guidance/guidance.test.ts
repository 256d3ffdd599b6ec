import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GuidanceKind } from "../../../src/core/guidance.ts";
import type { ThreadId } from "../../../src/core/ids.ts";
import { guidanceParts, laterGuidance } from "../../../src/daemon/agents/prompts.ts";
import { dueGuidance, knowsSkills } from "../../../src/daemon/guidance/guidance.ts";
import { completed, event, makeTurn, message, requested } from "../agents/turns.ts";
import { makeWorkspace, type Workspace } from "../tools/workspace.ts";

const threadId = "t1" as ThreadId;

describe("what a thread is told of its workspace", () => {
	let place: Workspace;
	let transcript: RecordedEvent[];
	beforeEach(async () => {
		place = await makeWorkspace({
			"AGENTS.md": "Use tabs.",
			"CLAUDE.md": "Be kind.",
			"src/AGENTS.md": "In src: small files.",
			".agents/skills/deploy/SKILL.md": "---\nname: deploy\ndescription: How to deploy.\n---\nPush.",
			".agents/skills/broken/SKILL.md": "Nothing.",
		});
		transcript = [message("goal", "Go.")];
	});
	afterEach(() => place.dispose());

	async function tell(readsItself?: readonly GuidanceKind[], skillsBy: "tool" | "file" = "tool") {
		const { workspace, denied } = place;
		const due = await dueGuidance({ workspace, denied, transcript, readsItself, skillsBy });
		if (due) transcript.push(event("guidance.given", { threadId, ...due }));
		return due;
	}
	const touch = (name: string, id = `c${transcript.length}`, refused?: string) =>
		transcript.push(...requested(id, "readFile", { path: name }), ...completed(id, { refused }));
	const names = (due: Awaited<ReturnType<typeof tell>>) => due?.files.map((file) => `${file.path} ${file.why}`);

	it("begins with what counts everywhere and the names of skills, and nothing of it is told twice", async () => {
		const due = await tell();
		assert.deepEqual(names(due), ["AGENTS.md start", "CLAUDE.md start"]);
		assert.match(due!.text, /Use tabs\.[\s\S]*Be kind\.[\s\S]*- deploy: How to deploy\./);
		assert.doesNotMatch(due!.text, /Push\.|SKILL\.md/);
		assert.deepEqual(due!.skills, [{ name: "deploy", path: ".agents/skills/deploy/SKILL.md" }]);
		assert.match(due!.notes?.join() ?? "", /broken\/SKILL\.md: a skill needs a name/);
		assert.match(due!.files[0]!.sha256, /^[0-9a-f]{64}$/);
		assert.ok(knowsSkills(transcript));
		assert.equal(await tell(), undefined);
		const turn = { ...makeTurn(), transcript };
		assert.deepEqual(guidanceParts(turn), [due!.text]);
		assert.deepEqual(laterGuidance(turn), []);
	});

	it("goes on with a folder's own when a file below it is first touched, once", async () => {
		await tell();
		touch("src/deep/a.ts");
		const due = await tell();
		assert.deepEqual(names(due), ["src/AGENTS.md touched"]);
		touch("src/b.ts");
		touch(path.join(place.workspace, "src/c.ts"));
		assert.equal(await tell(), undefined);
		assert.deepEqual(laterGuidance({ transcript }), [due!.text]);
	});

	it("says nothing of a folder in which nothing was allowed, or which lies outside", async () => {
		await tell();
		touch("src/a.ts", "denied", "You may not.");
		touch("../outside/secret.txt");
		touch("a\0b");
		assert.equal(await tell(), undefined);
	});

	it("tells anew what has changed, and that a file is gone", async () => {
		await tell();
		await writeFile(path.join(place.workspace, "AGENTS.md"), "Use spaces.");
		await rm(path.join(place.workspace, "CLAUDE.md"));
		const due = await tell();
		assert.deepEqual(names(due), ["AGENTS.md changed", "CLAUDE.md gone"]);
		assert.match(due!.text, /AGENTS\.md has changed\. It now says:\nUse spaces\./);
		assert.equal(await tell(), undefined);
		await writeFile(path.join(place.workspace, "CLAUDE.md"), "Be kind.");
		assert.deepEqual(names(await tell()), ["CLAUDE.md touched"]);
	});

	it("leaves out what an agent reads by itself, and names files of skills to one without the tool", async () => {
		const due = await tell(["claude"], "file");
		assert.deepEqual(names(due), ["AGENTS.md start"]);
		assert.match(due!.text, /\.agents\/skills\/deploy\/SKILL\.md/);
		transcript = [message("goal", "Go.")];
		assert.equal(await tell(["agents", "claude", "copilot", "instructions", "skills"]), undefined);
	});

	it("has a bound, and says what it left out", async () => {
		await place.dispose();
		place = await makeWorkspace(
			Object.fromEntries(
				Array.from({ length: 8 }, (_, at) => [`${"d/".repeat(at)}AGENTS.md`, `${at} ${"x".repeat(11_000)}`]),
			),
		);
		touch("d/d/d/d/d/d/d/x.ts");
		const due = await tell();
		assert.ok(due!.text.length < 65_000);
		assert.equal(due!.files.length, 5);
		assert.equal(due!.notes?.length, 3);
	});
});
