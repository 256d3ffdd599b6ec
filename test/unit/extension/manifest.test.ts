import assert from "node:assert/strict";
import fs from "node:fs";
import { manifestDocuments } from "../../../scripts/manifestDocument.ts";
import { answerRefusal, goalRefusal, goalRequests, messageRefusal } from "../../../src/core/rules/controls.ts";
import { allowedOfStep, stepRequests } from "../../../src/core/rules/stepControls.ts";
import { row } from "../../../src/extension/menus/rowContext.ts";
import { all, either, flag, is, noFlag, not } from "../../../src/extension/menus/when.ts";
import { rowOf } from "../../../src/extension/tree/rows.ts";
import { summarize } from "../../../src/protocol/view.ts";
import { histories } from "../../histories/history.ts";
import { eachMoment } from "../../histories/moments.ts";

const read = (file: string) => fs.readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
interface Row {
	readonly command: string;
	readonly when: string;
	readonly group?: string;
}

/** Commands that act on what a row is about, and the request that each is. */
const requests: Readonly<Record<string, string>> = {
	pause: "pause",
	pauseNow: "pauseNow",
	resume: "resume",
	cancel: "cancel",
	delete: "delete",
	retryGoal: "retry",
	raiseBudget: "raise",
	editPlan: "editPlan",
	replan: "replan",
	editRoster: "editRoster",
	runChecks: "runChecks",
	sendMessage: "message",
	retryStep: "retry",
	rerunStep: "rerun",
	skipStep: "skip",
	undoStep: "undo",
	approve: "approve",
	approveForGoal: "approveForGoal",
	deny: "deny",
	denyWithReason: "deny",
	answer: "answer",
};

function nounOf(command: string): readonly string[] {
	if (command.endsWith("Step")) return ["step"];
	if (command === "sendMessage") return ["goal", "thread"];
	return ["approve", "approveForGoal", "deny", "denyWithReason", "answer"].includes(command) ? ["approval"] : ["goal"];
}

/** Whether a row of the tree with this context has the menu: the part of the condition that is about the row. */
function matches(when: string, context: string): boolean {
	return when
		.split(" && ")
		.filter((part) => part.includes("viewItem"))
		.every((part) => {
			const [, not, source] = /^(!?)\(?viewItem =~ \/(.*)\/\)?$/.exec(part)!;
			return new RegExp(source!).test(context) !== (not === "!");
		});
}

/** The kind of row that a menu is for. */
const nounIn = (when: string) => /viewItem =~ \/\^(\w+)/.exec(when)?.[1];

const manifest = JSON.parse(read("package.json"));
const texts: Record<string, string> = JSON.parse(read("package.nls.json"));

describe("what the extension declares", () => {
	const declared = new Set<string>(manifest.contributes.commands.map((row: { command: string }) => row.command));

	it("is what the rows of commands say; after a change that was meant `npm run docs`", async () => {
		for (const [file, text] of Object.entries(await manifestDocuments())) assert.equal(text === read(file), true, file);
	});

	it("gives each command of a row's menu a place of its own", () => {
		const places = (manifest.contributes.menus["view/item/context"] as Row[])
			.filter(({ group }) => !group?.startsWith("inline"))
			.map(({ when, group }) => `${nounIn(when)} ${group}`);
		assert.deepEqual(
			places.filter((place, index) => places.indexOf(place) !== index),
			[],
		);
	});

	it("asks in a condition only for keys that are set and values that they have", () => {
		assert.equal(is("missionControl.connection", "connected"), "missionControl.connection == connected");
		assert.equal(
			all(flag("missionControl.waiting"), either(noFlag("isInDiffEditor"), not(row("goal", ["paused"], "resume")))),
			"missionControl.waiting && (!isInDiffEditor || !(viewItem =~ /^goal\\.paused\\b.*;can\\.resume\\b/))",
		);
		// @ts-expect-error: no such key
		flag("missionControl.wating");
		// @ts-expect-error: a key that has no such value
		is("missionControl.connection", "conected");
		// @ts-expect-error: a text is matched, not compared
		is("viewItem", "goal");
		// @ts-expect-error: a goal is never in such a state
		row("goal", ["stuck"]);
		// @ts-expect-error: a step has no such request
		row("step", [], "pause");
	});

	it("shows in menus, keybindings and welcome texts only commands that exist", () => {
		const menus = Object.values(manifest.contributes.menus).flat() as { command: string }[];
		const used = [...menus, ...manifest.contributes.keybindings].map((row: { command: string }) => row.command);
		const linked = Object.values(texts).flatMap((text) =>
			[...text.matchAll(/command:(missionControl\.\w+)/g)].map((match) => match[1]!),
		);
		for (const command of [...used, ...linked]) assert.ok(declared.has(command), command);
	});

	it("has a text for every key, and a use for every text", () => {
		const keys = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!);
		assert.deepEqual(
			keys.filter((key) => !(key in texts)),
			[],
		);
		assert.deepEqual(
			Object.keys(texts).filter((key) => !keys.includes(key)),
			[],
		);
	});

	it("has its texts where they are translated: in itself it names nothing but the product", () => {
		const read = /^(title|name|displayName|contextualTitle|category|label|contents|\w*[dD]escriptions?)$/;
		const own = new Set<unknown>();
		const collect = (value: unknown, field: string): void => {
			if (Array.isArray(value)) for (const item of value) collect(item, field);
			else if (typeof value === "object" && value !== null)
				for (const [name, item] of Object.entries(value)) collect(item, name);
			else if (read.test(field) && !/^%[\w.]+%$/.test(String(value))) own.add(value);
		};
		const { name: _, ...rest } = manifest;
		collect(rest, "");
		assert.deepEqual([...own], ["Mission Control"]);
	});

	it("runs nothing in Restricted Mode, runs where the code is, and needs files on a disk", () => {
		assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
		assert.equal(manifest.capabilities.virtualWorkspaces.supported, false);
		assert.deepEqual(manifest.extensionKind, ["workspace"]);
		assert.equal(manifest.contributes.configuration.properties["missionControl.dataFolder"].scope, "machine");
	});

	it("names only pictures and pages that are there", () => {
		const files = [...JSON.stringify(manifest.contributes).matchAll(/"(media\/[^"]+)"/g)].map((match) => match[1]!);
		for (const file of [...files, manifest.icon]) assert.ok(read(file).length > 0, file);
	});

	it("offers in menus what the table allows: each command that acts names its request, and each request has a command", () => {
		const offered = new Set<string>();
		for (const { command, when } of manifest.contributes.menus["view/item/context"] as Row[]) {
			const request = requests[command.replace("missionControl.", "")];
			const named = [...when.matchAll(/;can\\\.(\w+)/g)].map((match) => match[1]);
			if (!request || (command.endsWith(".editPlan") && when.includes("^approval"))) continue;
			assert.deepEqual(named, [request], `${command}: ${when}`);
			offered.add(`${/\^(\w+)/.exec(when)?.[1]} ${request}`);
		}
		for (const request of goalRequests) assert.ok(offered.has(`goal ${request}`), request);
		for (const request of stepRequests) assert.ok(offered.has(`step ${request}`), request);
		for (const request of ["approve", "approveForGoal", "deny", "answer"])
			assert.ok(offered.has(`approval ${request}`), request);
		const palette = new Map(
			(manifest.contributes.menus.commandPalette as Row[]).map(({ command, when }) => [command, when]),
		);
		for (const [command, request] of Object.entries(requests)) {
			const when = palette.get(`missionControl.${command}`);
			// Whether a step allows it is known once its goal is.
			if ((stepRequests as readonly string[]).includes(request) && command.endsWith("Step")) continue;
			assert.equal(when, command === "answer" ? "missionControl.waiting" : `missionControl.can.${request}`, command);
		}
	});

	it("shows a command in a row exactly where the table allows its request, at every moment of every recorded history", () => {
		const rows = (manifest.contributes.menus["view/item/context"] as Row[]).filter(({ command, when }) => {
			const isDocument = command.endsWith(".editPlan") && when.includes("^approval");
			return requests[command.replace("missionControl.", "")] !== undefined && !isDocument;
		});
		const shown = (context: string) =>
			new Set(rows.filter(({ when }) => matches(when, context)).map(({ command }) => command.split(".")[1]!));
		const commandsOf = (noun: string, allowed: readonly string[]) =>
			Object.entries(requests)
				.filter(([command, request]) => allowed.includes(request) && nounOf(command).includes(noun))
				.map(([command]) => command);
		for (const history of histories())
			eachMoment(history, (goal) => {
				if (goal.deleted) return;
				const view = { now: 0, folders: [] };
				const goalRow = rowOf({ kind: "goal", goalId: goal.goalId, summary: summarize(goal) }, view);
				const ofGoal = goalRequests.filter((request) => goalRefusal(request, goal) === undefined);
				assert.deepEqual([...shown(goalRow.context)].sort(), commandsOf("goal", ofGoal).sort(), goalRow.context);
				for (const step of Object.values(goal.steps)) {
					const row = rowOf({ kind: "step", goalId: goal.goalId, goal, step }, view);
					assert.deepEqual([...shown(row.context)].sort(), commandsOf("step", allowedOfStep(goal, step)).sort());
				}
				for (const thread of Object.values(goal.threads)) {
					const row = rowOf({ kind: "thread", goalId: goal.goalId, goal, thread }, view);
					const may = messageRefusal(goal, thread) === undefined;
					assert.deepEqual([...shown(row.context)], may ? ["sendMessage"] : []);
				}
				for (const approval of Object.values(goal.approvals)) {
					const row = rowOf({ kind: "approval", goalId: goal.goalId, goal, approval }, view);
					assert.equal(shown(row.context).has("answer"), answerRefusal(goal, approval) === undefined);
					assert.equal(shown(row.context).has("deny"), approval.kind === "tool" && !answerRefusal(goal, approval));
				}
			});
	});

	it("offers Approve in a row of the tree only where all of the command stands there", () => {
		const inline = manifest.contributes.menus["view/item/context"].filter(
			(row: { command: string; group: string }) =>
				row.group.startsWith("inline") && /approve|deny/.test(row.command.toLowerCase()),
		);
		assert.equal(inline.length, 2);
		for (const row of inline) assert.match(row.when, /approval\\\.tool\\\.short/);
	});
});
