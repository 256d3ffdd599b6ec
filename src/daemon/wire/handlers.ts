import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { ApprovalId, GoalId } from "../../core/ids.ts";
import { imageTypeOf } from "../../core/image.ts";
import { leaving } from "../../core/leavingEvent.ts";
import { Refusal } from "../../core/refusal.ts";
import { checks, wantedChecks } from "../../core/rules/checks.ts";
import { personHold, turnHolds } from "../../core/rules/holds.ts";
import { readEvent } from "../../core/upcast.ts";
import { type Actor, actorName } from "../../core/values.ts";
import { bothWays, ways } from "../../core/ways.ts";
import { type Handlers, type Methods, type Notice, type Notices, protocolVersion } from "../../protocol/methods.ts";
import { isNewer } from "../../protocol/version.ts";
import { type GoalView, viewApprovals, viewBackground, viewCheck, viewGoal } from "../../protocol/view.ts";
import { ChangesError } from "../changes/changesError.ts";
import { withLineCounts } from "../changes/lineCounts.ts";
import { unifiedDiffs } from "../changes/unifiedDiff.ts";
import { parsePolicy } from "../config/policyNodes.ts";
import { decide } from "../engine/decide.ts";
import type { Request } from "../engine/requests/request.ts";
import { eraseGoal } from "../erase/eraseGoal.ts";
import { checkedImages, keepChecked } from "../images/givenImages.ts";
import { imagesFolder, readKeptImage } from "../images/imageFiles.ts";
import { launch, workspaceFolder } from "../launch/launch.ts";
import { prepareLaunch } from "../launch/prepare.ts";
import { writePlan } from "../plan/writePlan.ts";
import { changeRoster } from "../roster/roster.ts";
import type { EventQuery, EventReader, StoredEvent } from "../store/eventStore.ts";
import { undoSteps } from "../undo/undoSteps.ts";
import { keepForFolder, listGrants, revokeGrant } from "./grants.ts";
import { listServers } from "./mcpServers.ts";
import { addRule, proposeRules, readPolicy, removeRule, setPolicy, simulatePolicy, testCommands } from "./policy.ts";
import type { Services } from "./services.ts";

/*
 * Long, because it is a table: the handler of each request, in the order of protocol/methods.ts.
 */

/** What a handler sees of the client that asks. */
export interface HandlerContext {
	readonly services: Services;
	/** Aborts when the client is gone. */
	readonly gone: AbortSignal;
	hello(protocol: number, actor: Actor, offers: readonly string[]): void;
	actor(): Actor;
	watch(goalId: GoalId, stop: () => void): void;
	unwatch(goalId: GoalId): void;
	watchSummaries(stop: () => void): void;
	watchConfig(stop: () => void): void;
	notify<K extends keyof Notices & string>(name: K, params: Notice<Notices, K>): void;
}

/** One handler a row of the table of methods. */
export const handlers: Handlers<Methods, HandlerContext> = {
	"daemon/hello": ({ protocol, actor, offers }, client) => {
		client.hello(protocol, actor, offers);
		const { version, startedAt } = client.services.about;
		return { protocol: protocolVersion, version, pid: process.pid, startedAt };
	},
	"daemon/status": (_params, { services }) => ({
		...services.about,
		protocol: protocolVersion,
		pid: process.pid,
		goals: services.supervisor.summaries().length,
		active: services.supervisor.active(),
		clients: services.clients(),
		draining: services.draining(),
		residentBytes: process.memoryUsage.rss(),
	}),
	"daemon/handOver": async ({ version }, { services }) => {
		const own = services.about.version;
		if (!isNewer(version, own))
			throw new Refusal(
				"notNewer",
				`This daemon is version ${own}. It makes way for a newer one, and ${version} is not.`,
			);
		return { stillRunning: [...(await services.stop(false, handOverTurnsMs))] };
	},
	"daemon/stop": async ({ now }, { services }) => ({ stillRunning: [...(await services.stop(now))] }),

	"goal/launch": (params, client) => launch(params, client.services, client.actor()),
	"launch/prepare": (params, { services }) => prepareLaunch(params, services),
	"goal/list": ({ watch }, client) => {
		const { supervisor } = client.services;
		if (watch) client.watchSummaries(supervisor.onSummary((goal) => client.notify("goal/summary", { goal })));
		return { goals: [...supervisor.summaries()] };
	},
	"goal/get": async ({ goalId }, { services }) => view(services, await services.supervisor.goal(goalId)),
	"goal/control": async ({ goalId, action, stepId, now, reason, expectedSeq }, client) => {
		const request: Request =
			action === "pause"
				? { kind: "pause", now }
				: action === "cancel"
					? { kind: "cancel", reason }
					: action === "resume" || action === "delete"
						? { kind: action }
						: action === "replan"
							? { kind: "replan", reason }
							: { kind: action, stepId };
		const goal = await ask(client, goalId, request, expectedSeq);
		if (action === "delete") await eraseGoal(client.services, goalId);
		return view(client.services, goal);
	},
	"goal/watch": async ({ goalId }, client) => {
		const { services } = client;
		// Notices wait until the answer with the snapshot is on its way, so that they arrive behind it.
		let held: RecordedEvent[] | undefined = [];
		const watch = await services.supervisor.watch(goalId, (_goal, events) => {
			const told = events.map(leaving);
			if (held) held.push(...told);
			else client.notify("goal/event", { goalId, events: told });
		});
		const stopDeltas = services.onDelta(goalId, (threadId, turnId, text, reasoning) =>
			client.notify("goal/delta", { goalId, threadId, turnId, text, reasoning }),
		);
		client.watch(goalId, () => {
			watch.stop();
			stopDeltas();
		});
		setImmediate(() => {
			const late = (held ?? []).filter((event) => event.seq > watch.goal.seq);
			held = undefined;
			if (late.length > 0) client.notify("goal/event", { goalId, events: late });
		});
		return { goal: watch.goal };
	},
	"goal/unwatch": ({ goalId }, client) => {
		client.unwatch(goalId);
		return {};
	},
	"goal/events": async ({ goalId, limit, ...query }, { services }) => {
		const goal = await services.supervisor.goal(goalId);
		const { rows, more } = await readPage(services.store, goalId, { ...query, limit });
		return { events: rows.map((row) => leaving(readEvent(row))), lastSeq: goal.seq, more: more || undefined };
	},
	"goal/search": async ({ goalId, text, limit }, { services }) => {
		await services.supervisor.goal(goalId);
		const seqs = await services.store.search(goalId, text, limit);
		const found: StoredEvent[] = [];
		let length = 0;
		for (const seq of seqs) {
			const [row] = await services.store.read(goalId, { afterSeq: seq - 1, limit: 1 });
			length += row?.body?.length ?? 0;
			if (found.length > 0 && length > maxAnswerChars) break;
			if (row) found.push(row);
		}
		return { events: found.map((row) => leaving(readEvent(row))) };
	},
	"goal/raise": async ({ goalId, by }, client) =>
		view(client.services, await ask(client, goalId, { kind: "raise", by })),
	"roster/edit": (params, client) => {
		client.services.config.refresh();
		return changeRoster(params, client.services, client.actor());
	},
	"thread/send": async ({ goalId, threadId, text, images: given }, client) => {
		const { services } = client;
		const checked = checkedImages(given);
		// A goal that is not there keeps nothing.
		await services.supervisor.goal(goalId);
		const images = await keepChecked(imagesFolder(services.about.folder, goalId), checked);
		return view(services, await ask(client, goalId, { kind: "send", threadId, text, images }));
	},
	"image/get": async ({ goalId, sha256 }, { services }) => {
		await services.supervisor.goal(goalId);
		const bytes = await readKeptImage(imagesFolder(services.about.folder, goalId), { sha256 });
		const mediaType = bytes && imageTypeOf(bytes);
		if (!mediaType) throw new Refusal("unknownImage", "The image is not kept any more.");
		return { base64: Buffer.from(bytes).toString("base64"), mediaType };
	},

	"approval/list": async ({ goalId }, { services }) => {
		const waiting = goalId
			? [goalId]
			: services.supervisor
					.summaries()
					.filter((summary) => summary.pendingApprovals > 0)
					.map((summary) => summary.goalId);
		const goals = await Promise.all(waiting.map((id) => services.supervisor.goal(id)));
		return { approvals: goals.flatMap(viewApprovals) };
	},
	"approval/history": async ({ filter, limit }, { services }) => {
		const { approvals, ...rest } = await services.approvalHistory.list(services.supervisor.summaries(), filter, limit);
		return { approvals: [...approvals], ...rest };
	},
	"approval/answer": async ({ approvalId: named, answer, scope, reason, digest, chosen, ...values }, client) => {
		const { goalId, approvalId } = await approvalNamed(client.services, named);
		const goal = await ask(client, goalId, {
			kind: "answer",
			approvalId,
			answer,
			scope,
			reason,
			digest,
			chosen,
			values,
		});
		if (scope === "workspace") keepForFolder(client.services, goal);
		const settled = goal.settled.find((one) => one.approvalId === approvalId);
		return {
			approvalId,
			answer: settled?.answer ?? answer,
			chosen: settled?.chosen && [...settled.chosen],
			by: settled?.by ?? actorName(client.actor()),
		};
	},
	"approval/setAside": async ({ approvalId, aside }, client) => {
		const goalId = await goalOf(client.services, approvalId);
		const goal = await ask(client, goalId, { kind: "setAside", approvalId: approvalId as ApprovalId, aside });
		return { approvals: viewApprovals(goal).filter((approval) => approval.approvalId === approvalId) };
	},
	"plan/get": async ({ goalId }, { services }) => {
		const goal = await services.supervisor.goal(goalId);
		const { revision = 0, approved = false } = goal.plan ?? {};
		return { revision, approved, markdown: writePlan(goal) };
	},
	"plan/edit": async ({ goalId, markdown }, client) =>
		view(client.services, await ask(client, goalId, { kind: "editPlan", markdown })),
	"check/run": async ({ goalId, checkId }, client) => {
		const goal = await ask(client, goalId, { kind: "runChecks", checkId });
		return { checks: checks(goal).map(viewCheck), queued: whyQueued(goal) };
	},

	"background/list": async ({ goalId }, { services }) => ({
		commands: viewBackground(await services.supervisor.goal(goalId), services.lastLine),
	}),
	"background/stop": async ({ goalId, toolCallId }, client) =>
		view(client.services, await ask(client, goalId, { kind: "stopBackground", toolCallId })),

	"step/undo": (params, client) => undoSteps(client.services, client.actor(), params),
	"change/list": async ({ goalId, stepId }, { services }) => {
		const goal = await services.supervisor.goal(goalId);
		const all = await services.changedFiles.list(goalId, stepId);
		const changes = await withLineCounts(all.slice(-maxChangesListed), () => services.changes(goal));
		return all.length === changes.length ? { changes } : { changes, total: all.length };
	},
	"change/content": async ({ goalId, blob }, { services }) => {
		const changes = await tracked(services, goalId);
		const bytes = await changes.content(blob).catch((cause) => {
			throw new Refusal(
				"unknownContent",
				cause instanceof ChangesError ? cause.message : `There is no content ${blob}.`,
			);
		});
		return { base64: bytes.toString("base64") };
	},
	"change/diff": async ({ goalId, stepId, path }, { services }) => {
		const changes = await tracked(services, goalId);
		const list = await services.changedFiles.list(goalId, stepId);
		const wanted = path === undefined ? list : list.filter((change) => change.path === path);
		if (path !== undefined && wanted.length === 0)
			throw new Refusal("unknownPath", `This goal did not change ${path}.`);
		return { diff: await unifiedDiffs(wanted, (blob) => changes.content(blob)) };
	},

	"dossier/get": async (params, { services }) => {
		// A deleted goal is no goal any more, but its headers and their chain can still be exported.
		if (!services.supervisor.deleted().includes(params.goalId)) await services.supervisor.goal(params.goalId);
		return services.dossiers.write(params);
	},
	"preset/list": async ({ workspace }, { services }) => {
		const { presets, problems } = await services.presets.list(workspace);
		return { presets: [...presets], problems: [...problems] };
	},
	"preset/save": async ({ name, settings, workspace }, { services }) => {
		await services.presets.save(name, settings, workspace);
		return {};
	},
	"preset/rename": async ({ name, to, workspace }, { services }) => {
		await services.presets.rename(name, to, workspace);
		return {};
	},
	"preset/delete": async ({ name, workspace }, { services }) => {
		await services.presets.remove(name, workspace);
		return {};
	},
	"preset/default": async ({ name, workspace }, { services }) => {
		await services.presets.setDefault(name, workspace);
		return {};
	},
	"grant/list": (params, { services }) => listGrants(services, params),
	"grant/revoke": (params, client) => revokeGrant(client.services, client.actor(), params.grantId),
	"provider/list": ({ refresh }, { services }) => {
		services.config.refresh();
		return services.listProviders(refresh);
	},
	"provider/try": ({ provider }, { services }) => {
		services.config.refresh();
		return services.tryAgent(provider);
	},
	"agent/registry": ({ refresh }, { services }) => services.readRegistry(refresh),
	"provider/key": async ({ provider, key }, { services, actor }) => {
		services.config.refresh();
		return { goals: [...(await services.keys.take(provider, key, actor()))] };
	},
	"server/list": async ({ workspace, goalId }, { services }) =>
		listServers(services, workspace && (await workspaceFolder(workspace, services.about.folder)), goalId),
	"server/input": async ({ workspace, ...given }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return { goals: [...(await services.serverInputs.take({ ...given, workspace: folder }))] };
	},
	"config/read": ({ watch }, client) => {
		const { config } = client.services;
		config.refresh();
		if (watch) client.watchConfig(config.onChange(() => client.notify("config/changed", config.state())));
		return config.state();
	},
	"policy/read": async ({ workspace, autonomy }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return { levels: [...readPolicy(services, folder, autonomy)] };
	},
	"policy/check": ({ text }) => ({ problems: [...parsePolicy(text).problems] }),
	"policy/set": async ({ text, workspace }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return setPolicy(services, text, folder);
	},
	"policy/test": async ({ commands, workspace, autonomy }, { services }) => {
		const folder = await workspaceFolder(workspace, services.about.folder);
		return { results: [...(await testCommands(services, commands, folder, autonomy))] };
	},
	"policy/propose": async ({ approvalId, everywhere }, { services }) => {
		const goal = await services.supervisor.goal(await goalOf(services, approvalId));
		return proposeRules(services, goal, approvalId as ApprovalId, everywhere);
	},
	"policy/add": async ({ rule, workspace }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return addRule(services, rule, folder);
	},
	"policy/remove": async ({ rule, workspace }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return removeRule(services, rule, folder);
	},
	"policy/simulate": async ({ text, workspace, autonomy }, { services }) => {
		const folder = workspace && (await workspaceFolder(workspace, services.about.folder));
		return simulatePolicy(services, text, folder, autonomy);
	},
	"baseline/read": async ({ workspace, part }, { services }) => {
		const folder = await workspaceFolder(workspace, services.about.folder);
		const { readBaseline } = await import("../baseline/baseline.ts");
		return { rows: [...(await readBaseline(part, folder, services.baseline))] };
	},
	"baseline/check": async ({ workspace, command }, { services, gone }) => {
		const folder = await workspaceFolder(workspace, services.about.folder);
		const { runBaselineCheck } = await import("../baseline/check.ts");
		return runBaselineCheck({ folder, command, signal: gone }, services.baseline);
	},
};

/** What keeps the checks that were asked for from running at once. */
function whyQueued(goal: Goal): string | undefined {
	if (wantedChecks(goal).length === 0) return undefined;
	if (personHold(goal)) return "Queued: they run when the goal is resumed.";
	const [held] = turnHolds(goal);
	if (held) return `Queued: ${held.reason}`;
	return goal.files.writers.length > 0 ? "Queued: they run as soon as nothing writes." : undefined;
}

async function ask(client: HandlerContext, goalId: GoalId, request: Request, expectedSeq?: number): Promise<Goal> {
	const { supervisor, newId, clock } = client.services;
	const by = client.actor();
	return supervisor.commit(goalId, (goal) => {
		if (expectedSeq !== undefined && expectedSeq !== goal.seq) {
			throw new Refusal("changed", "The goal moved on meanwhile. Look at it again, then decide.");
		}
		return decide(request, goal, { by, newId, now: clock.now() });
	});
}

async function view(services: Services, goal: Goal): Promise<GoalView> {
	const [changes, answered] = await Promise.all([
		services.changedFiles.list(goal.goalId),
		services.answeredApprovals.list(goal),
	]);
	const shown = viewGoal(goal, changes.slice(-maxChangesShown), services.clock.now());
	return {
		...shown,
		background: goal.background && viewBackground(goal, services.lastLine),
		answered: [...answered],
	};
}

/** Changes beside a goal, and in their own list: 16 MiB of JSON are reached at some 40,000. */
const maxChangesShown = 2000;
const maxChangesListed = 20_000;
/** Characters of stored JSON in one answer. As text in JSON in UTF-8 each can become six bytes, and 16 MiB is the limit. */
const maxAnswerChars = 2_000_000;

/** No more than a message holds, and at least one. Read in slices, so that what does not fit is not read either. */
async function readPage(
	store: EventReader,
	goalId: GoalId,
	query: EventQuery,
): Promise<{ readonly rows: readonly StoredEvent[]; readonly more: boolean }> {
	const rows: StoredEvent[] = [];
	let length = 0;
	let from = query;
	while (rows.length < query.limit) {
		const limit = Math.min(sliceRows, query.limit - rows.length);
		const slice = await store.read(goalId, { ...from, limit });
		for (const row of slice) {
			length += row.body?.length ?? 0;
			if (rows.length > 0 && length > maxAnswerChars) return { rows, more: true };
			rows.push(row);
		}
		const last = slice.at(-1);
		if (!last || slice.length < limit) break;
		from = query.descending ? { ...from, beforeSeq: last.seq } : { ...from, afterSeq: last.seq };
	}
	return { rows, more: false };
}

const sliceRows = 200;

async function tracked(services: Services, goalId: GoalId) {
	const changes = await services.changes(await services.supervisor.goal(goalId));
	if ("unavailable" in changes) throw new Refusal("untracked", changes.unavailable);
	return changes;
}

/** The goal to which an approval belongs: one that waits is found without looking at goals in which nothing does. */
async function goalOf(services: Services, approvalId: string): Promise<GoalId> {
	return (await approvalNamed(services, approvalId)).goalId;
}

interface NamedApproval {
	readonly goalId: GoalId;
	readonly approvalId: ApprovalId;
}

/**
 * By its whole id; one that waits no more also by how that begins, so that whoever answers late is told what became of
 * it.
 */
async function approvalNamed({ supervisor }: Services, named: string): Promise<NamedApproval> {
	const begun: NamedApproval[] = [];
	const all = supervisor.summaries();
	for (const { goalId } of [...all].sort((a, b) => b.pendingApprovals - a.pendingApprovals)) {
		const goal = await supervisor.goal(goalId);
		if (Object.hasOwn(goal.approvals, named)) return { goalId, approvalId: named as ApprovalId };
		for (const { approvalId } of goal.settled) {
			const found = { goalId, approvalId: approvalId as ApprovalId };
			if (approvalId === named) return found;
			if (approvalId.startsWith(named)) begun.push(found);
		}
	}
	const [only] = begun;
	if (only && begun.length === 1) return only;
	const more = only ? `It begins the ids of ${begun.length} that were answered: type more of it. ` : "";
	throw new Refusal(
		"unknownApproval",
		`There is no approval ${named}. ${more}${bothWays(ways.waiting)} show what waits.`,
	);
}

/** A turn that was paid for is waited for this long when a newer daemon comes. */
const handOverTurnsMs = 10_000;
