import type { Goal } from "./goal.ts";
import { bothWays, ways } from "./ways.ts";

/** Why a request is refused, for programs; the sentence that goes with it is for people. One row adds a reason. */
export const refusalCodes = {
	notNow: "The goal, its step or its check is in a state that does not allow it.",
	changed: "What it is about has changed since the client saw it: look again, then decide.",
	changedMeanwhile: "The roster has another revision than the client saw.",
	empty: "Nothing is asked for: a message, an edit or an amount is missing.",
	emptyPrompt: "A launch without a prompt and without a playbook.",
	emptyCheck: "A check without a command.",
	twice: "The same role is named twice.",
	taken: "Another preset has that name.",
	tooMuch: "It is about more than can be done at once.",
	unknownGoal: "There is no such goal, or it was deleted.",
	unknownStep: "There is no such step, or none was named where several could be meant.",
	unknownThread: "There is no such thread, or none that reads.",
	unknownCheck: "There is no such check.",
	unknownCommand: "No agent of the goal began such a command in the background.",
	unknownApproval: "There is no such approval.",
	unknownGrant: "There is no such grant.",
	unknownRule: "There is no such rule.",
	unknownPath: "The goal did not change that file.",
	unknownContent: "There is no such version of a file.",
	unknownPreset: "There is no such preset.",
	unknownProvider: "There is no such provider, or it cannot be used.",
	unknownRole: "No file describes that role, or the roster does not name it.",
	alreadyAnswered: "Another client was first.",
	settled: "The approval no longer waits.",
	expired: "The approval expired; it is asked anew.",
	badAnswer: "The answer is not one of the approval's options, or lacks the value that it needs.",
	badScope: "The approval cannot be given for so long.",
	badConfig: "config.jsonc has a mistake that blocks launches.",
	badPolicy: "A policy has a mistake.",
	badImage: "An image cannot be read or is too large, or nobody would look at it; the sentence names it.",
	unknownImage: "The image is not kept with that goal.",
	badInputs: "An input of the playbook is missing or wrong; the sentence names it.",
	badKey: "What was given is not a key.",
	badName: "That cannot name a preset.",
	badPlan: "The edited plan has a mistake; the sentence names the line.",
	badPlaybook: "The playbook has a mistake; the sentence names the line.",
	badPreset: "A preset's file has a mistake; the sentence names the line.",
	notYours: "It belongs to the repository.",
	noRole: "What was named can work in no role.",
	notOff: "The role cannot be turned off.",
	notRestarted: "Changes are taken back only of steps that begin again.",
	notStarted: "The command could not be started.",
	keyNeeded: "The provider needs a key.",
	unknownServer: "There is no such MCP server.",
	unknownInput: "The MCP server does not ask for that.",
	notAllowed: "The person did not allow the editor to use the model.",
	noAgent: "No agent is named, and there is none to take.",
	noSandbox: "The goal may only work in a sandbox, and there is none for it.",
	noFolder: "The folder does not exist, or is not a folder.",
	otherFolder: "Another folder is in the place of the goal's.",
	untracked: "Changes are not tracked in this folder.",
	nothingToUndo: "Nothing is there to take back.",
	stopped: "It was ended before it was done.",
	stopping: "The daemon stops; what has begun is finished when it runs again.",
	draining: "The daemon makes way for a newer one.",
	notNewer: "A daemon makes way only for a newer one.",
	protocol: "Client and daemon speak versions of the protocol that do not fit.",
	helloFirst: "The first request of a connection is `daemon/hello`.",
	unknownMethod: "There is no such request.",
	badRequest: "The parameters are not what the request takes.",
	unexpectedAnswer: "The answer is not what the request promises.",
	tooLarge: "The message is larger than either side accepts.",
	unauthorized: "The token is wrong.",
	unreachable: "The daemon does not answer.",
	closed: "The connection, or the store, was closed before an answer came.",
	noDaemon: "No daemon runs, and none was to be started.",
	startFailed: "The daemon did not start.",
	conflict: "Another writer has changed it meanwhile.",
	fenced: "Another daemon has taken the goal over.",
	full: "The disk is full.",
	unavailable: "The store cannot be read or written now.",
	notConnected: "The editor has no connection to the daemon.",
	restricted: "The folder is not trusted, so the editor acts on nothing in it.",
	nothingThere: "Nothing of that kind is there.",
	internal: "A bug; the daemon's log has the details.",
} as const;
export type RefusalCode = keyof typeof refusalCodes;

/** Why a request cannot be carried out now, and what would work, in a sentence. */
export interface Refused {
	readonly code: RefusalCode;
	readonly message: string;
}

/** The same, thrown: by the daemon, by the way to it, and by the editor. It crosses the wire with its code. */
export class Refusal extends Error implements Refused {
	constructor(
		readonly code: RefusalCode,
		message: string,
	) {
		super(message);
		this.name = "Refusal";
	}
}

/** By its name: parts of a program that are bundled apart have a class each. */
export function isRefusal(cause: unknown): cause is Refusal {
	return cause instanceof Error && cause.name === "Refusal";
}

export function refused(message: string, code: RefusalCode = "notNow"): Refused {
	return { code, message };
}

/** Throws what the table of what is allowed says against it. */
export function refuse(refused: Refused | undefined): void {
	if (refused) throw new Refusal(refused.code, refused.message);
}

/** There is nothing of which anything could be asked. */
export function goneRefusal(goal: Goal): Refused | undefined {
	const isGone = goal.seq === 0 || goal.deleted;
	return isGone ? refused(`There is no such goal. ${bothWays(ways.goals)} show the goals.`, "unknownGoal") : undefined;
}
