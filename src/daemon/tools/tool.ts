import type * as v from "valibot";
import type { Asked, Risk, Todo } from "../../core/values.ts";
import type { PersonAnswer, PersonQuestion } from "./personQuestion.ts";

/**
 * A tool is data and its own idea, no more. Validating, judging, recording, timing, truncating, aborting and recovering
 * are the engine's, one way for each kind: what reads runs again after a crash, an edit is recognised by content hashes,
 * a command by its spool.
 */
export type Tool =
	| ReadTool
	| EditTool
	| CommandTool
	| TodoTool
	| DelegateTool
	| QuestionTool
	| FetchTool
	| BackgroundTool
	| ExternalTool;

interface ToolBase<Args> {
	readonly name: string;
	/** For the model. */
	readonly description: string;
	readonly params: v.GenericSchema<unknown, Args>;
	/** What people see of a call: a path, a pattern, the command itself. */
	summarize(args: Args): string;
}

/** Looks, and changes nothing. */
export interface ReadTool<Args = never> extends ToolBase<Args> {
	readonly kind: "read";
	/** The path it looks at, relative to the workspace, for the judge; `.` when it looks at all of it. */
	path(args: Args): string;
	/** The text for the agent, or an image. Throws `ToolError` with a sentence that the agent can act on. */
	run(args: Args, context: ToolContext): Promise<string | FoundImage>;
}

/** An image as it was found; the text says what it is. */
export interface FoundImage {
	readonly text: string;
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Makes new bytes of a file's old ones, always the same of the same. Reading, checking and writing the file are the engine's. */
export interface EditTool<Args = never> extends ToolBase<Args> {
	readonly kind: "edit";
	path(args: Args): string;
	/** `before` is undefined when there is no such file. Throws `ToolError` when the edit does not fit. */
	edit(args: Args, before: Uint8Array | undefined): Uint8Array | Promise<Uint8Array>;
}

/** Runs a command in the workspace under the runner that outlives the daemon. */
export interface CommandTool<Args = never> extends ToolBase<Args> {
	readonly kind: "command";
	command(args: Args): {
		readonly command: string;
		readonly timeoutMs?: number;
		/** The call is over at once, and the command runs on while the agent does. */
		readonly background?: boolean;
	};
}

/** Reads or ends a command that runs in the background. */
export interface BackgroundTool<Args = never> extends ToolBase<Args> {
	readonly kind: "background";
	background(args: Args): { readonly id: string; readonly act: "read" | "stop"; readonly all?: boolean };
}

/** Writes down the agent's list of what is to do. */
export interface TodoTool<Args = never> extends ToolBase<Args> {
	readonly kind: "todo";
	todos(args: Args): readonly Todo[];
}

/** Hands a part of the work to a sub-agent. */
export interface DelegateTool<Args = never> extends ToolBase<Args> {
	readonly kind: "delegate";
	delegation(args: Args): { readonly role: string; readonly title: string; readonly instructions: string };
}

/** Asks a person, who may take long: meanwhile only this call waits. */
export interface QuestionTool<Args = never> extends ToolBase<Args> {
	readonly kind: "question";
	/** Throws `ToolError` when it cannot be asked like that. */
	question(args: Args): Pick<Asked, "several" | "default"> & {
		readonly question: string;
		readonly options: readonly { readonly label: string; readonly description?: string }[];
	};
}

/** Gets a page of the web. Judging its host, also one that another leads to, and asking for it are the engine's. */
export interface FetchTool<Args = never> extends ToolBase<Args> {
	readonly kind: "fetch";
	/** Throws `ToolError` when it is no address that can be fetched. */
	url(args: Args): URL;
	/** What came, for the agent. `url` is where it came from. Throws `ToolError` for what is no text. */
	text(args: Args, page: WebPage, url: URL): Promise<string>;
}

/**
 * Belongs to a server outside. Nobody here knows what it does: it is asked about, its intent is recorded, and after a
 * crash nobody can tell whether it had its effect.
 */
export interface ExternalTool<Args = never> extends ToolBase<Args> {
	readonly kind: "external";
	/** The arguments as JSON Schema, as the server gives it. */
	readonly schema: Readonly<Record<string, unknown>>;
	/** As people know them. */
	readonly server: string;
	readonly serverTool: string;
	/** What the server says of it raises the risk or words it, and permits nothing. */
	readonly risk: Risk;
	readonly reasons: readonly string[];
	/** What an approval is bound to: the definition of the server, and how it describes the tool. Name to hex SHA-256. */
	readonly bound: Readonly<Record<string, string>>;
	/** A person has written that it runs unasked. */
	readonly isAllowed: boolean;
	/** Longer than a call's own limit it never runs. */
	readonly timeoutMs?: number;
	/** Throws `ToolError` with a sentence when there is no answer. */
	call(args: Args, context: ExternalContext): Promise<ExternalResult>;
}

export interface ExternalContext {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
	/** Something came from the server. */
	onSign(): void;
	/** Asks the person in the middle of the call, on behalf of the server; `withdrawn` aborts when it waits no longer. */
	ask(question: PersonQuestion, withdrawn: AbortSignal): Promise<PersonAnswer>;
}

export interface ExternalResult {
	readonly ok: boolean;
	/** For the model, whole. */
	readonly text: string;
	readonly files: readonly KeptFile[];
	/** Where it points, for people. */
	readonly links: readonly string[];
}

/** What is no text. */
export interface KeptFile {
	readonly bytes: Uint8Array;
	/** Its media type. */
	readonly type: string;
}

/** What came for one GET. */
export interface WebPage {
	readonly status: number;
	readonly statusText: string;
	/** The media type, without parameters. */
	readonly type: string;
	/** Unpacked. */
	readonly bytes: Uint8Array;
	/** There was more than is read. */
	readonly isCut: boolean;
}

export interface FileRules {
	/** The sentence with which a file is refused, if it is. */
	refusal(relative: string): string | undefined;
	/** Left out of lists and searches: it is refused, or asked about. */
	hides(relative: string): boolean;
}

export interface ToolContext {
	/** Absolute, symlinks resolved. */
	readonly workspace: string;
	/** Absolute folders and files that nothing may read or write: the data folder. */
	readonly denied: readonly string[];
	/** What people's rules say of reading files; paths are relative to the workspace. */
	readonly fileRules?: FileRules;
	readonly signal: AbortSignal;
}

/** What a tool answers the agent with when it cannot do what was asked: a sentence to act on. */
export class ToolError extends Error {
	constructor(message: string) {
		super(message);
		this.name = "ToolError";
	}
}
