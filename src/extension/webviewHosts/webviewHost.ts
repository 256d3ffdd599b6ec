import { Refusal } from "../../core/refusal.ts";
import "vscode-jsonrpc/node";
import type { Message } from "vscode-jsonrpc";
import type { ApprovalId, GoalId, ThreadId } from "../../core/ids.ts";
import type { Handlers, Input, MethodName, Methods, Notice, Params, Result } from "../../protocol/methods.ts";
import { answering, openPeer } from "../../protocol/peer.ts";
import { portPipe } from "../../protocol/socketPipe.ts";
import {
	type AddedImages,
	type FormSeed,
	type PlaybookText,
	type Target,
	type WebviewMethods,
	type WebviewNotices,
	type webviewKinds,
	webviewMethods,
} from "../../protocol/webview.ts";
import { type Daemon, notConnected } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import type { DraftImages } from "../images/draftImages.ts";
import { restrictedSentence } from "./restricted.ts";

/**
 * The extension's end of a webview: answers what it may ask, passes on what it watches. It speaks through the messages
 * that the webview's port carries, and neither the daemon's address nor its token is ever among them.
 */
export interface WebviewHost {
	show(place: Notice<WebviewNotices, "webview/show">): void;
	seed(seed: FormSeed): void;
	dispose(): void;
}

export interface WebviewContext {
	readonly kind: (typeof webviewKinds)[number];
	readonly goalId?: GoalId;
	readonly threadId?: ThreadId;
	readonly daemon: Daemon;
	readonly goals: Goals;
	/** Asks the person first for what the answer cannot do without. */
	answer?(given: { readonly approvalId: ApprovalId; readonly answer: string }): Promise<void>;
	/** False in Restricted Mode. */
	readonly mayAct: () => boolean;
	open(target: Target): Promise<void>;
	copy(text: string): Promise<void>;
	readonly memory: { get(): unknown; set(value: unknown): void };
	report(cause: unknown, method: string): void;
	/** Translations by their English text, where the editor has another language. */
	readonly texts?: Readonly<Record<string, string>>;
	/** Of pages in which something is written. */
	readonly images?: ImagesContext;
	/** Of the launch form: what only the editor can answer. */
	readonly form?: FormContext;
	/** The webview was told to show another goal, or chose one. */
	onWatch?(goalId: GoalId): void;
}

/** Images of what is written in the page and not sent yet. */
export interface ImagesContext extends DraftImages {
	choose(): Promise<AddedImages>;
	take(uris: readonly string[]): Promise<AddedImages>;
}

export interface FormContext {
	start(): Result<WebviewMethods, "form/start">;
	chooseAgent(
		ask: Params<WebviewMethods, "form/chooseAgent">,
		list: () => Promise<Result<WebviewMethods, "provider/list">>,
	): Promise<Result<WebviewMethods, "form/chooseAgent">>;
	choosePlaybook(workspace: string): Promise<Result<WebviewMethods, "form/choosePlaybook">>;
	readPlaybook(ask: Params<WebviewMethods, "form/readPlaybook">): Promise<PlaybookText>;
	savePreset(ask: Params<WebviewMethods, "form/savePreset">): Promise<Result<WebviewMethods, "form/savePreset">>;
	setKey(provider: string): Promise<void>;
}

/** What is used of a webview. */
export interface WebviewPort {
	post(message: unknown): void;
	onMessage(listener: (message: unknown) => void): { dispose(): void };
}

export function hostWebview(port: WebviewPort, context: WebviewContext): WebviewHost {
	const { daemon, goals } = context;
	const watched = new Map<GoalId, () => void>();
	const stops: (() => void)[] = [];
	const closeListeners: (() => void)[] = [];
	let place: { readonly goalId?: GoalId; readonly threadId?: ThreadId } = context;
	let watchesList = false;

	const acting = () => {
		if (!context.mayAct()) throw new Refusal("restricted", restrictedSentence());
	};
	const images = () => {
		if (!context.images) throw new Error("Nothing is written in this page.");
		return context.images;
	};
	/** Passed on to the daemon, which is started for it: nothing is asked in Restricted Mode. */
	const acted =
		<M extends MethodName>(method: M) =>
		async (params: Params<Methods, M>): Promise<Result<Methods, M>> => {
			acting();
			return daemon.ask(method, params as Input<Methods, M>);
		};
	const handlers: Handlers<WebviewMethods, undefined> = {
		"webview/start": () => {
			// A page that loads anew begins anew: what the one before watched is no longer wanted.
			unwatchAll();
			watchesList = false;
			return {
				kind: context.kind,
				goalId: place.goalId,
				threadId: place.threadId,
				memory: context.memory.get() ?? null,
				connection: daemon.connection,
				texts: context.texts,
			};
		},
		"webview/open": async ({ target }) => {
			await context.open(target);
			return {};
		},
		"webview/remember": ({ memory }) => {
			context.memory.set(memory);
			return {};
		},
		"webview/copy": async ({ text }) => {
			await context.copy(text);
			return {};
		},
		"webview/startDaemon": () => {
			acting();
			daemon.start();
			return {};
		},
		"goal/list": ({ watch }) => {
			watchesList ||= watch;
			return goals.areKnown ? { goals: [...goals.all] } : daemon.read("goal/list", { watch: false });
		},
		"goal/watch": ({ goalId }) => watch(goalId),
		"goal/unwatch": ({ goalId }) => {
			watched.get(goalId)?.();
			watched.delete(goalId);
			return {};
		},
		"goal/get": (params) => daemon.read("goal/get", params),
		"goal/events": (params) => daemon.read("goal/events", params),
		"image/get": (params) => daemon.read("image/get", params),
		"goal/search": (params) => daemon.read("goal/search", params),
		"background/list": (params) => daemon.read("background/list", params),
		"change/list": (params) => daemon.read("change/list", params),
		"change/diff": (params) => daemon.read("change/diff", params),
		"goal/control": acted("goal/control"),
		"thread/send": acted("thread/send"),
		"background/stop": acted("background/stop"),
		"approval/answer": async (params) => {
			if (params.answer !== "give" || !context.answer) return acted("approval/answer")(params);
			acting();
			await context.answer(params);
			return { approvalId: params.approvalId, answer: params.answer, by: "" };
		},
		"check/run": acted("check/run"),
		"draft/chooseImages": () => images().choose(),
		"draft/takeFiles": ({ uris }) => images().take(uris),
		"draft/keepImages": ({ images: given }) =>
			images().keep(given.map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, "base64") }))),
		"draft/image": ({ sha256 }) => images().read(sha256),
		"draft/keepOnly": async ({ images: wanted }) => {
			await images().keepOnly(wanted);
			return {};
		},
		"form/start": () => context.form?.start() ?? { folders: [] },
		"form/chooseAgent": async (params) => {
			const { form } = context;
			return form ? form.chooseAgent(params, async () => acted("provider/list")({ refresh: false })) : {};
		},
		"form/choosePlaybook": async ({ workspace }) => (await context.form?.choosePlaybook(workspace)) ?? {},
		"form/readPlaybook": (params) => {
			if (!context.form) throw new Error("A playbook is launched in the form.");
			return context.form.readPlaybook(params);
		},
		"form/savePreset": async (params) => {
			acting();
			return (await context.form?.savePreset(params)) ?? {};
		},
		"form/setKey": async ({ provider }) => {
			acting();
			await context.form?.setKey(provider);
			return {};
		},
		"launch/prepare": acted("launch/prepare"),
		"goal/launch": acted("goal/launch"),
		"provider/list": acted("provider/list"),
		"provider/try": acted("provider/try"),
		"baseline/read": acted("baseline/read"),
		"baseline/check": acted("baseline/check"),
	};

	/** A snapshot first, then every event behind it, without a gap, over all that happens to the daemon's connection. */
	function watch(goalId: GoalId): Promise<{ goal: NonNullable<ReturnType<Goals["goal"]>> }> {
		watched.get(goalId)?.();
		context.onWatch?.(goalId);
		return new Promise((resolve, reject) => {
			let sentSeq: number | undefined;
			const stop = goals.follow(goalId, {
				onChange(goal, events) {
					if (sentSeq === undefined) resolve({ goal });
					else if (events.length > 0) peer.notify("goal/event", { goalId, events: [...events] });
					// The daemon's record is another one than before: the page begins anew, as after a lost connection.
					else if (goal.seq < sentSeq) peer.notify("webview/connection", daemon.connection);
					sentSeq = goal.seq;
				},
				onDelta: (delta) => peer.notify("goal/delta", delta),
				onRefused: reject,
			});
			watched.set(goalId, stop);
			if (daemon.connection.state === "stopped" && !goals.goal(goalId)) reject(notConnected());
		});
	}

	const pipe = portPipe({
		post: (message: Message) => port.post(message),
		onMessage(listener) {
			const subscription = port.onMessage((message) => {
				if (typeof message === "object" && message !== null && "jsonrpc" in message) listener(message as Message);
			});
			stops.push(() => subscription.dispose());
		},
		onClose: (listener) => void closeListeners.push(listener),
	});
	const peer = openPeer<Record<never, never>, WebviewNotices>(pipe, {
		answers: answering(webviewMethods, handlers, undefined),
		report: (cause, method = "A message of a page") => context.report(cause, method),
	});
	stops.push(
		daemon.onConnection((connection) => peer.notify("webview/connection", connection)),
		goals.onChange((goalId) => {
			if (!watchesList) return;
			const summaries = goalId ? [goals.summary(goalId)] : goals.all;
			for (const goal of summaries) if (goal) peer.notify("goal/summary", { goal });
		}),
	);

	function unwatchAll(): void {
		for (const stop of watched.values()) stop();
		watched.clear();
	}

	return {
		seed: (seed) => peer.notify("form/seed", seed),
		show(next) {
			place = { goalId: next.goalId ?? place.goalId, threadId: next.threadId ?? place.threadId };
			peer.notify("webview/show", next);
		},
		dispose() {
			unwatchAll();
			for (const stop of stops) stop();
			for (const listener of closeListeners) listener();
			peer.connection.dispose();
		},
	};
}
