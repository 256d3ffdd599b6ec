import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Message } from "vscode-jsonrpc/browser";
import type { GoalEvent, RecordedEvent } from "../../../src/core/events.ts";
import { evolve, evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import { mergeChange } from "../../../src/protocol/changes.ts";
import type { Handlers } from "../../../src/protocol/methods.ts";
import { answering, openPeer } from "../../../src/protocol/peer.ts";
import { type ChangeView, summarize, viewBackground, viewGoal } from "../../../src/protocol/view.ts";
import {
	type Connection,
	type FormSeed,
	type WebviewMethods,
	type WebviewNotices,
	webviewMethods,
} from "../../../src/protocol/webview.ts";
import { imageHandlers, imageWorld, keptOf } from "./images.ts";
import { launchHandlers, launchWorld } from "./launch.ts";
import { goalId, longHistory, migration, packageDiff } from "./story.ts";

/**
 * The editor's side of a webview, in the page: it answers the requests of webview.ts from a scripted history and
 * appends what would follow from an answer. Tests reach it as `window.fake`.
 */
declare global {
	interface Window {
		/** The events of a goal that really ran, where a page shows one. */
		recorded?: RecordedEvent[];
		/** A translation, where a page is shown in another language. */
		texts?: Readonly<Record<string, string>>;
	}
}

const search = new URLSearchParams(location.search);
const story = search.get("story") ?? "migration";
let events: RecordedEvent[] =
	story === "migration"
		? migration()
		: story.startsWith("long:")
			? longHistory(Number(story.slice(5)))
			: (window.recorded ?? []);
let goal: Goal = evolveAll(newGoal(goalId), events);
if (story === "empty") goal = { ...goal, title: "A goal of which nothing has happened" };
const requests: { method: string; params: unknown }[] = [];
const refusals: Record<string, string> = {};
let connection: Connection = { state: "connected", lastSeen: new Date().toISOString() };
let diff = packageDiff;
let delayMs = 0;

/** What the page was told, message by message. */
const told: Message[] = [];
const reader = new (class extends AbstractMessageReader {
	emit: DataCallback = () => undefined;
	override listen(callback: DataCallback) {
		this.emit = callback;
		return { dispose: () => undefined };
	}
})();
const writer = new (class extends AbstractMessageWriter {
	async write(message: Message) {
		told.push(message);
		if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
		window.postMessage(message, "*");
	}
	end() {}
})();

const handlers: Handlers<WebviewMethods, object> = {
	"webview/start": () => ({
		kind: search.get("kind") as "feed",
		goalId: story === "none" ? undefined : goalId,
		threadId: (search.get("thread") ?? undefined) as never,
		memory: search.has("memory") ? JSON.parse(search.get("memory")!) : undefined,
		connection,
		texts: window.texts,
	}),
	"webview/open": () => ({}),
	"webview/remember": () => ({}),
	"webview/copy": () => ({}),
	"webview/startDaemon": () => ({}),
	...launchHandlers,
	...imageHandlers,
	"goal/list": () => ({
		goals: search.has("nogoals") ? [] : [summarize(story === "none" ? evolveAll(newGoal(goalId), migration()) : goal)],
	}),
	"goal/watch": () => {
		if (story === "none") {
			events = migration();
			goal = evolveAll(newGoal(goalId), events);
		}
		return { goal };
	},
	"goal/unwatch": () => ({}),
	"goal/get": () => view(),
	"goal/events": (ask) => {
		const found = events.filter(
			(event) =>
				event.seq > (ask.afterSeq ?? 0) &&
				event.seq < (ask.beforeSeq ?? Number.POSITIVE_INFINITY) &&
				(!ask.types || ask.types.includes(event.type)) &&
				(!ask.threadId || threadOf(event) === ask.threadId) &&
				(!ask.stepId || stepOf(event) === ask.stepId),
		);
		const page = ask.descending ? found.slice(-ask.limit).reverse() : found.slice(0, ask.limit);
		return { events: page, lastSeq: goal.seq };
	},
	"goal/search": ({ text, limit }) => {
		const words = text.toLowerCase().split(/\s+/);
		const found = events.filter((event) => {
			const body = JSON.stringify(event).toLowerCase();
			return words.every((word) => body.includes(word));
		});
		return { events: found.slice(-limit).reverse() };
	},
	"goal/control": ({ action }) => {
		if (action === "pause")
			append([{ type: "hold.placed", holdId: "h-1" as never, cause: "person", reason: "Paused by you.", now: false }]);
		if (action === "resume") append([{ type: "hold.lifted", holdId: "h-1" as never, by: { client: "editor" } }]);
		if (action === "cancel") append([{ type: "goal.cancelled", by: { client: "editor" } }]);
		return view();
	},
	"thread/send": async ({ threadId, text, images: given }) => {
		const message = { messageId: `m-${goal.seq}` as never, threadId: threadId!, from: "person", text };
		const images = given.length > 0 ? { images: await keptOf(given) } : {};
		append([{ type: "message.added", ...message, ...images }]);
		return view();
	},
	"approval/answer": ({ approvalId, answer, scope, reason }) => {
		const asked = goal.approvals[approvalId];
		if (!asked) throw new Refusal("alreadyAnswered", "This approval has been answered already.");
		append([{ type: "approval.answered", approvalId, answer, scope, reason, by: { client: "editor", user: "mara" } }]);
		return { approvalId, answer, by: "editor (mara)" };
	},
	"background/list": () => ({ commands: viewBackground(goal, (id) => `${id} says: ready on port 3000`) }),
	"background/stop": ({ toolCallId }) => {
		const { threadId } = goal.background![toolCallId]!;
		append([{ type: "background.stopRequested", toolCallId, threadId, by: { client: "editor", user: "mara" } }]);
		return view();
	},
	"check/run": ({ checkId }) => {
		for (const check of Object.values(goal.checks)) {
			if (checkId && check.checkId !== checkId) continue;
			append([{ type: "check.reset", checkId: check.checkId }]);
		}
		return { checks: [] };
	},
	"change/list": () => ({ changes: changes() }),
	"change/diff": () => ({ diff }),
};

const peer = openPeer<Record<never, never>, WebviewNotices>(
	{ reader, writer },
	{
		answers: answering<WebviewMethods, object>(
			webviewMethods,
			Object.fromEntries(
				Object.entries(handlers).map(([method, handle]) => [
					method,
					(params: unknown, context: object) => {
						requests.push({ method, params });
						const refusal = refusals[method];
						if (refusal) throw new Refusal("notNow", refusal);
						return (handle as (params: unknown, context: object) => unknown)(params, context);
					},
				]),
			) as never,
			{},
		),
		report: (cause) => console.error(cause),
	},
);

function append(facts: readonly GoalEvent[], at = new Date().toISOString()): void {
	const recorded = record(goal, 1, at, facts);
	for (const event of recorded) goal = evolve(goal, event);
	events.push(...recorded);
	peer.notify("goal/event", { goalId, events: [...recorded] });
}

function changes() {
	const merged = new Map<string, ChangeView>();
	for (const event of events) if (event.type === "file.changed") mergeChange(merged, event);
	return [...merged.values()];
}

function view() {
	return viewGoal(goal, changes(), Date.now());
}

function threadOf(event: RecordedEvent): string | undefined {
	if ("threadId" in event && event.threadId) return event.threadId;
	if ("toolCallId" in event && event.toolCallId) {
		const asked = events.find((one) => one.type === "tool.requested" && one.toolCallId === event.toolCallId);
		return asked?.type === "tool.requested" ? asked.threadId : undefined;
	}
	return undefined;
}

function stepOf(event: RecordedEvent): string | undefined {
	if ("stepId" in event && event.stepId) return event.stepId;
	const thread = threadOf(event);
	return thread ? goal.threads[thread as never]?.stepId : undefined;
}

const fake = {
	requests,
	told,
	refusals,
	append,
	launch: launchWorld,
	images: imageWorld,
	seed: (seed: FormSeed) => peer.notify("form/seed", seed),
	asked: (method: string) => requests.filter((one) => one.method === method).map((one) => one.params),
	goal: () => goal,
	events: () => events,
	delta: (threadId: string, turnId: string, text: string) =>
		peer.notify("goal/delta", { goalId, threadId: threadId as never, turnId, text }),
	connect: (next: Connection) => {
		connection = next;
		peer.notify("webview/connection", next);
	},
	show: (place: { seq?: number; approvalId?: string; threadId?: string }) =>
		peer.notify("webview/show", place as never),
	/** Loses the events as a broken connection would: the page sees a gap. */
	lose: (facts: readonly GoalEvent[]) => {
		const recorded = record(goal, 1, new Date().toISOString(), facts);
		for (const event of recorded) goal = evolve(goal, event);
		events.push(...recorded);
	},
	setDiff: (text: string) => {
		diff = text;
	},
	slow: (ms: number) => {
		delayMs = ms;
	},
};
export type Fake = typeof fake;

Object.assign(window, {
	fake,
	acquireVsCodeApi: () => ({
		postMessage: (message: unknown) =>
			void setTimeout(() => reader.emit(JSON.parse(JSON.stringify(message)) as Message)),
	}),
});
