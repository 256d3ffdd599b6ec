import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { readSkill } from "../../../src/daemon/guidance/readSkill.ts";
import { findSkills } from "../../../src/daemon/guidance/skills.ts";
import { makeWorkspace, type Workspace } from "../tools/workspace.ts";

const skill = (name: string, description: string, more = "") =>
	`---\nname: ${name}\ndescription: ${description}\n${more}---\nHow to ${name}.\n`;

/** What a SKILL.md says, and the reason for which it is left out; none for one that counts. */
const rows: readonly { about: string; text: string | Uint8Array; leftOut?: string; counts?: boolean }[] = [
	{ about: "with name and description counts", text: skill("deploy", "Deploys."), counts: true },
	{ about: "without a head", text: "Just text.", leftOut: "a skill needs a name" },
	{ about: "whose head is never closed", text: "---\nname: deploy\n", leftOut: "a skill needs a name" },
	{ about: "without a description", text: "---\nname: deploy\n---\nx", leftOut: "a skill needs a description" },
	{ about: "with an empty description", text: skill("deploy", "''"), leftOut: "a skill needs a description" },
	{ about: "of another name than its folder", text: skill("other", "x"), leftOut: "it is named “other”" },
	{ about: "with a name in capitals", text: skill("Deploy", "x"), leftOut: "a skill needs a name" },
	{ about: "with a long description", text: skill("deploy", "x".repeat(1025)), leftOut: "its description has 1025" },
	{ about: "that is no text", text: Buffer.from([0, 255, 3, 0, 1]), leftOut: "it is not a text file" },
	{
		about: "that asks for permission counts, and gets none",
		text: skill("deploy", "x", "allowed-tools: Bash(*)\nhooks:\n  PreToolUse: []\npermissionMode: bypassPermissions\n"),
		leftOut: "it asks for allowed-tools, hooks, permissionMode, which no file can grant",
		counts: true,
	},
	{ about: "whose text holds a colon counts", text: skill("deploy", "Use when: asked"), counts: true },
];

describe("a skill", () => {
	for (const { about, text, leftOut, counts = false } of rows)
		it(about, async () => {
			const place = await makeWorkspace({ ".agents/skills/deploy/SKILL.md": text });
			try {
				const found = await findSkills(place);
				assert.deepEqual(
					found.skills.map(({ name }) => name),
					counts ? ["deploy"] : [],
				);
				assert.equal(found.leftOut.length, leftOut ? 1 : 0, JSON.stringify(found.leftOut));
				if (leftOut) assert.ok(found.leftOut[0]!.problem.startsWith(leftOut), found.leftOut[0]!.problem);
			} finally {
				await place.dispose();
			}
		});

	it("of .agents wins over those of the same name in the vendors' folders", async () => {
		const place = await makeWorkspace({
			".github/skills/deploy/SKILL.md": skill("deploy", "github"),
			".claude/skills/deploy/SKILL.md": skill("deploy", "claude"),
			".agents/skills/deploy/SKILL.md": skill("deploy", "agents"),
			".claude/skills/test/SKILL.md": skill("test", "claude"),
		});
		const { skills, leftOut } = await findSkills(place);
		await place.dispose();
		assert.deepEqual(
			skills.map(({ name, description }) => `${name}: ${description}`),
			["deploy: agents", "test: claude"],
		);
		assert.equal(leftOut.length, 2);
	});

	it("lies in the workspace: a link out of it is refused", async () => {
		const place = await makeWorkspace({ ".agents/skills/a/SKILL.md": skill("a", "a") });
		await symlink(place.outside, path.join(place.workspace, ".agents/skills/b"));
		await symlink(path.join(place.outside, "secret.txt"), path.join(place.workspace, ".agents/skills/a/link.md"));
		const { skills } = await findSkills(place);
		assert.deepEqual(
			skills.map(({ name }) => name),
			["a"],
		);
		await place.dispose();
	});
});

describe("readSkill", () => {
	let place: Workspace;
	before(async () => {
		place = await makeWorkspace({
			".agents/skills/deploy/SKILL.md": skill("deploy", "Deploys."),
			".agents/skills/deploy/scripts/run.sh": "echo run\n",
			".agents/skills/other/SKILL.md": skill("other", "x"),
			"secret.md": "Not a part of any skill.",
		});
		await symlink("../../../secret.md", path.join(place.workspace, ".agents/skills/deploy/link.md"));
	});
	after(() => place.dispose());

	it("gives the text without its head, and the files that come with it", async () => {
		const text = String(await readSkill.run({ name: "deploy" }, place));
		assert.match(text, /^How to deploy\.\n/);
		assert.match(text, /scripts\/run\.sh/);
		assert.match(text, /\.agents\/skills\/deploy/);
		assert.doesNotMatch(text, /description:/);
	});

	it("gives a file of it", async () => {
		assert.equal(await readSkill.run({ name: "deploy", path: "scripts/run.sh" }, place), "echo run\n");
	});

	const refused: readonly (readonly [about: string, args: { name: string; path?: string }, message: RegExp])[] = [
		["a skill that is not there", { name: "deplyo" }, /There is no skill “deplyo”. There are: deploy, other\./],
		["a file that is not there", { name: "deploy", path: "no.md" }, /is not a file of the skill “deploy”/],
		["a way out of its folder", { name: "deploy", path: "../other/SKILL.md" }, /is not a file of the skill/],
		["a way out of the workspace", { name: "deploy", path: "../../../../outside/secret.txt" }, /leads out/],
		["an absolute path", { name: "deploy", path: "/etc/hostname" }, /is not a file of the skill/],
		["a link out of its folder", { name: "deploy", path: "link.md" }, /is not a file of the skill/],
		["its folder itself", { name: "deploy", path: "." }, /is not a file of the skill/],
		["a folder of it", { name: "deploy", path: "scripts" }, /is a folder/],
	];
	for (const [about, args, message] of refused)
		it(`refuses ${about}`, async () => {
			await assert.rejects(readSkill.run(args, place), message);
		});
});
