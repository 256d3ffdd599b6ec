import type { Check, Hold, SettledApproval, Step, Thread, ToolCall } from "../goal.ts";
import type { GoalState } from "../rules/goalState.ts";
import type { ReviewVerdict, Risk, Todo } from "../values.ts";

/**
 * How each state looks: the word that people read, a shape and what its colour means. Tree, webviews, dossier and command
 * line all take them from here, so that a state looks the same wherever it is met. A new state is a new row: the
 * compiler asks for it. Where one state is told apart further (done, but not verified), that is a row of its own, and
 * `markOf.ts` says which of them holds.
 */
export interface Mark {
	readonly word: string;
	readonly icon: MarkIcon;
	readonly tone: Tone;
}

/** What a colour means. Each user interface has its own colours for these. */
export type Tone = "done" | "active" | "wait" | "fail" | "idle" | "agent";

/** The codicons that stand for states, each with a character for where there is only text. */
export const signs = {
	"circle-large": "○",
	record: "●",
	"color-mode": "◐",
	"pass-filled": "✓",
	pass: "✓",
	check: "✓",
	"bell-slash": "◌",
	error: "✗",
	"issue-draft": "–",
	"circle-slash": "–",
	history: "~",
	shield: "?",
	warning: "!",
	info: "i",
	"debug-pause": "=",
	clockface: "…",
	comment: ">",
} as const;
export type MarkIcon = keyof typeof signs;

const waits = { word: "waits for you", icon: "shield", tone: "wait" } as const;
const unknown = { word: "outcome unknown", icon: "warning", tone: "wait" } as const;

export const goalMarks = {
	queued: { word: "queued", icon: "circle-large", tone: "idle" },
	planning: { word: "planning", icon: "record", tone: "active" },
	running: { word: "running", icon: "record", tone: "active" },
	awaiting_approval: waits,
	paused: { word: "paused", icon: "debug-pause", tone: "idle" },
	blocked: { word: "blocked", icon: "warning", tone: "wait" },
	completed: { word: "completed", icon: "pass-filled", tone: "done" },
	unverified: { word: "completed, unverified", icon: "pass", tone: "idle" },
	failed: { word: "failed", icon: "error", tone: "fail" },
	cancelled: { word: "cancelled", icon: "circle-slash", tone: "idle" },
} as const satisfies Record<GoalState | "unverified", Mark>;

export const stepMarks = {
	pending: { word: "pending", icon: "circle-large", tone: "idle" },
	waiting: waits,
	in_progress: { word: "in progress", icon: "record", tone: "active" },
	verifying: { word: "checking", icon: "color-mode", tone: "active" },
	reviewing: { word: "in review", icon: "color-mode", tone: "active" },
	completed: { word: "completed", icon: "pass-filled", tone: "done" },
	unverified: { word: "unverified", icon: "pass", tone: "idle" },
	failed: { word: "failed", icon: "error", tone: "fail" },
	skipped: { word: "skipped", icon: "issue-draft", tone: "idle" },
	undone: { word: "undone", icon: "issue-draft", tone: "idle" },
	dropped: { word: "no longer in the plan", icon: "issue-draft", tone: "idle" },
} as const satisfies Record<Step["state"] | "waiting" | "reviewing" | "unverified" | "undone" | "dropped", Mark>;

export const checkMarks = {
	pending: { word: "pending", icon: "circle-large", tone: "idle" },
	waiting: waits,
	running: { word: "running", icon: "record", tone: "active" },
	green: { word: "green", icon: "pass", tone: "done" },
	red: { word: "red", icon: "error", tone: "fail" },
	stale: { word: "stale", icon: "history", tone: "wait" },
	unknown,
} as const satisfies Record<Check["state"], Mark>;

export const approvalMarks = {
	pending: waits,
	approved: { word: "approved", icon: "check", tone: "done" },
	denied: { word: "denied", icon: "circle-slash", tone: "idle" },
	expired: { word: "expired", icon: "shield", tone: "idle" },
	superseded: { word: "no longer asked", icon: "shield", tone: "idle" },
	setAside: { word: "set aside", icon: "bell-slash", tone: "idle" },
} as const satisfies Record<SettledApproval["state"] | "pending" | "setAside", Mark>;

/** `open`: under way, without a verdict. `waived`: a person takes the result as it is. */
export const reviewMarks = {
	open: { word: "in review", icon: "color-mode", tone: "active" },
	pass: { word: "passed", icon: "pass", tone: "done" },
	soft: { word: "not passed, needs repair", icon: "error", tone: "fail" },
	hard: { word: "not passed, needs a new plan", icon: "error", tone: "fail" },
	waived: { word: "accepted as it is", icon: "pass", tone: "idle" },
} as const satisfies Record<ReviewVerdict | "open" | "waived", Mark>;

/** `refused`: it was not carried out, by a rule or by a person. */
export const callMarks = {
	requested: { word: "requested", icon: "circle-large", tone: "idle" },
	waiting: waits,
	approved: { word: "approved", icon: "check", tone: "idle" },
	started: { word: "running", icon: "record", tone: "active" },
	unknown,
	done: { word: "done", icon: "pass", tone: "done" },
	failed: { word: "failed", icon: "error", tone: "fail" },
	refused: { word: "not run", icon: "error", tone: "fail" },
} as const satisfies Record<ToolCall["state"] | "done" | "failed" | "refused", Mark>;

/** Of a command in the background. */
export const backgroundMarks = {
	running: { word: "running", icon: "record", tone: "active" },
	stopping: { word: "being stopped", icon: "circle-slash", tone: "idle" },
	ended: { word: "ended", icon: "circle-large", tone: "idle" },
} as const satisfies Record<"running" | "stopping" | "ended", Mark>;

export const threadMarks = {
	active: { word: "active", icon: "comment", tone: "agent" },
	waiting: { word: "waits for you", icon: "comment", tone: "agent" },
	asking: { word: "asks its model", icon: "comment", tone: "agent" },
	delegating: { word: "waits for a sub-agent", icon: "comment", tone: "agent" },
	acting: { word: "runs a tool", icon: "comment", tone: "agent" },
	closed: { word: "closed", icon: "comment", tone: "idle" },
} as const satisfies Record<Thread["state"] | "waiting" | "asking" | "delegating" | "acting", Mark>;

/** What holds a goal: a person's pause and a turn to wait for are as they should be, anything else is trouble. */
export const holdMarks = {
	person: { word: "hold", icon: "debug-pause", tone: "idle" },
	queue: { word: "turn", icon: "circle-large", tone: "idle" },
	workspace: { word: "turn", icon: "circle-large", tone: "idle" },
	provider: { word: "hold", icon: "warning", tone: "wait" },
	quota: { word: "hold", icon: "warning", tone: "wait" },
	budget: { word: "hold", icon: "warning", tone: "wait" },
	folder: { word: "folder", icon: "warning", tone: "wait" },
} as const satisfies Record<Hold["cause"], Mark>;

/** What is under way and gives no sign of life; `retried`: a turn that was given up for it and asked again. */
export const stallMarks = {
	silent: { word: "silent", icon: "warning", tone: "wait" },
	retried: { word: "asked again", icon: "warning", tone: "wait" },
} as const satisfies Record<string, Mark>;

/** What the roster has come to in a role. */
export const rosterMarks = {
	live: { word: "live", icon: "record", tone: "active" },
	"pending-next-turn": { word: "pending next turn", icon: "clockface", tone: "wait" },
	"pending-next-step": { word: "pending next step", icon: "clockface", tone: "wait" },
	fallback: { word: "fallback", icon: "warning", tone: "wait" },
	idle: { word: "idle", icon: "circle-large", tone: "idle" },
	off: { word: "off", icon: "circle-slash", tone: "idle" },
} as const satisfies Record<string, Mark>;

export const todoMarks = {
	pending: { word: "pending", icon: "circle-large", tone: "idle" },
	in_progress: { word: "in progress", icon: "color-mode", tone: "active" },
	completed: { word: "done", icon: "pass", tone: "done" },
	blocked: { word: "blocked", icon: "error", tone: "fail" },
} as const satisfies Record<Todo["state"], Mark>;

/** What a look at the folder and this machine found before a launch; what it found says it in words. */
export const baselineMarks = {
	ok: { icon: "pass", tone: "done" },
	note: { icon: "info", tone: "active" },
	problem: { icon: "warning", tone: "wait" },
} as const satisfies Record<string, Omit<Mark, "word">>;

/** What an action can do. It stands in words alone, without a shape. */
export const riskMarks = {
	read: { word: "only reads", tone: "idle" },
	write: { word: "writes files", tone: "wait" },
	network: { word: "network", tone: "wait" },
	dangerous: { word: "dangerous", tone: "fail" },
} as const satisfies Record<Risk, Omit<Mark, "icon">>;
