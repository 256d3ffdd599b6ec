import assert from "node:assert/strict";
import type { ApprovalId, GrantId, ThreadId } from "../../../src/core/ids.ts";
import { parseApprovalFilter } from "../../../src/core/words/approvalFilter.ts";
import { type Centre, type CentreNode, centreNodes, type RuleView } from "../../../src/extension/tree/centreNodes.ts";
import { centreRowOf } from "../../../src/extension/tree/centreRows.ts";
import type { ApprovalCounts, GrantView, RecordedApproval } from "../../../src/protocol/view.ts";
import { asked, at, goalId, goalOf, planned, started, stepId } from "./goalFixture.ts";

describe("the section of approvals", () => {
	const now = Date.parse(at);
	const record = (name: string, more: Partial<RecordedApproval> = {}): RecordedApproval => ({
		approvalId: name as ApprovalId,
		goalId,
		goalTitle: "Express 4 to 5",
		kind: "tool",
		state: "approved",
		summary: `Run ${name}`,
		command: `npm run ${name}`,
		risk: "write",
		reasons: ["runs a script"],
		digest: "0",
		threadId: "t1" as ThreadId,
		requestedAt: at,
		seq: 10,
		...more,
	});
	const answered = (name: string, by: string, more: Partial<RecordedApproval> = {}) =>
		record(name, { answer: "approve", by, from: "window", answeredAt: at, answeredSeq: 11, ...more });
	const grant = (more: Partial<GrantView> = {}): GrantView => ({
		grantId: "r-1" as GrantId,
		scope: "goal",
		kind: "command",
		subject: "npm test",
		addedAt: at,
		by: "VS Code (mara)",
		goalId,
		goalTitle: "Express 4 to 5",
		uses: 0,
		...more,
	});
	const none: ApprovalCounts = { pending: 0, setAside: 0, approved: 0, denied: 0, expired: 0, superseded: 0 };
	const centre = (more: Partial<Centre>): Centre => ({ approvals: [], counts: none, grants: [], rules: [], ...more });
	const drawn = (nodes: readonly CentreNode[]): unknown[] =>
		nodes.map((node) => {
			const { label, description } = centreRowOf(node, now);
			return node.kind === "section" ? [label, description, drawn(node.rows)] : [label, description].join(" | ");
		});

	it("shows what waits, what was set aside, grants, and what is past; who answered, from where and when", () => {
		const time = centreRowOf({ kind: "record", goalId, record: answered("x", "VS Code (mara)") }, now)
			.description?.split(" · ")
			.at(1);
		const given = centre({
			approvals: [
				record("waits", { state: "pending" }),
				record("aside", { state: "pending", setAside: { at, by: "CLI" } }),
				answered("lint", "VS Code (mara, process 4711)", { scope: "goal" }),
				answered("deploy", "CLI (mara)", { state: "denied", answer: "deny", from: "cli" }),
				answered("late", "the deadline", { state: "denied", answer: "deny", from: "deadline" }),
				record("gone", { state: "superseded", answeredAt: at, answeredSeq: 12 }),
			],
			counts: { pending: 1, setAside: 1, approved: 1, denied: 2, expired: 0, superseded: 1 },
			grants: [
				grant(),
				grant({
					grantId: "r-2" as GrantId,
					kind: "host",
					subject: "example.org",
					workspace: "/house/payments",
					uses: 1234,
					lastUse: { goalId, seq: 20, at },
				}),
			],
		});
		const title = "Express 4 to 5";
		assert.deepEqual(drawn(centreNodes(given, {}, () => undefined)), [
			["Waiting for you", "1", [`npm run waits | waits for you · ${time} · ${title}`]],
			["Set aside", "1", [`npm run aside | set aside · ${time} · ${title}`]],
			[
				"Grants",
				"2",
				[`npm test | not used yet · ${title}`, `Pages of example.org | used 1,234× · last ${time} · payments`],
			],
			[
				"Answered",
				"3",
				[
					`npm run lint | Approved for the goal in VS Code by mara · ${time} · ${title}`,
					`npm run deploy | Denied in the CLI by mara · ${time} · ${title}`,
					`npm run late | Denied at its deadline · ${time} · ${title}`,
				],
			],
			["Expired or withdrawn", "1", [`npm run gone | no longer asked · ${time} · ${title}`]],
		]);
	});

	it("gives what waits here and now the rows and menus of the tree of goals", () => {
		const goal = goalOf(...planned({}), ...started("step-1", "t1"), asked({ stepId: stepId("step-1") }));
		const [approval] = Object.values(goal.approvals);
		const given = centre({
			approvals: [record(approval!.approvalId, { state: "pending" })],
			counts: { ...none, pending: 1 },
		});
		const [section] = centreNodes(given, {}, () => ({ approval: approval!, goal }));
		assert.ok(section?.kind === "section");
		const row = centreRowOf(section.rows[0]!, now);
		assert.match(row.context, /^approval\.tool\..*can\.approve/);
		assert.equal(row.click, "missionControl.showApproval");
	});

	it("of 10,000 draws those that were read, and a row that says how many more there are", () => {
		const approvals = Array.from({ length: 50 }, (_, number) => answered(`a-${number}`, "CLI"));
		const nodes = centreNodes(centre({ approvals, counts: { ...none, approved: 10_000 } }), {}, () => undefined);
		assert.ok(nodes[0]?.kind === "section");
		assert.equal(centreRowOf(nodes[0], now).description, "10,000");
		assert.equal(nodes[0].rows.length, 51);
		const more = centreRowOf(nodes[0].rows.at(-1)!, now);
		assert.deepEqual(
			[more.label, more.description, more.click],
			["Show more", "9,950 more", "missionControl.showMoreApprovals"],
		);
	});

	const filters: readonly (readonly [typed: string, grants: number])[] = [
		["", 2],
		["npm", 1],
		["goal:express", 2],
		["goal:nobody", 0],
		["state:denied", 0],
		["risk:network", 0],
	];
	for (const [typed, count] of filters)
		it(`shows ${count} of two grants with the filter “${typed}”`, () => {
			const grants = [grant(), grant({ grantId: "r-2" as GrantId, subject: "make" })];
			const [section] = centreNodes(centre({ grants }), parseApprovalFilter(typed).filter, () => undefined);
			assert.equal(section?.kind === "section" ? section.count : 0, count);
		});

	it("leads from a grant to what it let happen last, and from one that was never used nowhere", () => {
		const used = grant({ lastUse: { goalId, seq: 3, at }, uses: 1 });
		assert.equal(centreRowOf({ kind: "grant", grant: used }, now).click, "missionControl.showGrantUse");
		assert.equal(centreRowOf({ kind: "grant", grant: grant() }, now).click, undefined);
	});

	const push: RuleView = { rule: { effect: "deny", command: "git push *", why: "Pushing is mine." }, level: "user" };
	const make: RuleView = {
		rule: { effect: "allow", command: "make" },
		level: "workspace",
		workspace: "/house/payments",
		file: "/data/config.jsonc",
	};
	const fetches: RuleView = { rule: { effect: "ask", kind: "fetch" }, level: "organisation" };

	it("shows rules below grants, each with where it holds; those of the organisation cannot be removed there", () => {
		const nodes = centreNodes(centre({ grants: [grant()], rules: [fetches, push, make] }), {}, () => undefined);
		assert.deepEqual(drawn(nodes).at(-1), [
			"Rules",
			"3",
			[
				"ask kind fetch | of the organisation",
				"deny command `git push *` | in every folder",
				"allow command make | payments",
			],
		]);
		const rows = [fetches, push, make].map((given) => centreRowOf({ kind: "rule", given }, now));
		assert.deepEqual(
			rows.map(({ context }) => context),
			["rule.organisation", "rule.own", "rule.own"],
		);
		assert.match(rows[1]!.tooltip!, /^deny command `git push \*`\nPushing is mine\.\n\{ "effect": "deny"/);
		assert.match(rows[1]!.spoken!, /^Rule, deny command `git push \*`, in every folder, Pushing is mine\.$/);
		assert.equal(new Set(rows.map(({ id }) => id)).size, 3);
	});

	const ruleFilters: readonly (readonly [typed: string, rules: number])[] = [
		["", 3],
		["push", 1],
		["payments", 1],
		["state:denied", 0],
		["goal:express", 0],
	];
	for (const [typed, count] of ruleFilters)
		it(`shows ${count} of three rules with the filter “${typed}”`, () => {
			const given = centre({ rules: [fetches, push, make] });
			const [section] = centreNodes(given, parseApprovalFilter(typed).filter, () => undefined);
			assert.equal(section?.kind === "section" ? section.count : 0, count);
		});
});
