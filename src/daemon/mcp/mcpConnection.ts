import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import type { Start } from "../policy/sandbox/sandbox.ts";
import type { JsonSchema } from "../tools/toolSchema.ts";
import type { Elicited } from "./elicited.ts";

/**
 * A server's reach with everything filled in: it may hold secrets, so it is kept in memory and written into no log. An
 * agent that is a program is given it, so that it lies in the spool of its thread until the thread is done.
 */
export type ResolvedReach =
	| {
			readonly kind: "program";
			readonly command: string;
			readonly args: readonly string[];
			/** All of it. */
			readonly env: Readonly<Record<string, string>>;
			readonly cwd: string;
			/** The walls around it. */
			readonly inside?: Pick<Start, "workspace" | "network">;
	  }
	| { readonly kind: "http"; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** A server that is there. */
export interface McpConnection {
	/** As it calls itself. */
	readonly server: { readonly name: string; readonly version: string };
	/** Of the protocol, such as `2026-07-28`. */
	readonly revision: string;
	isOpen(): boolean;
	/** Listed anew when the server said that they changed. `problems`: tools that are left out, and why. */
	tools(): Promise<{ readonly tools: readonly McpTool[]; readonly problems: readonly string[] }>;
	call(tool: McpTool, args: object, options: McpCallOptions): Promise<McpAnswer>;
	close(): Promise<void>;
}

export type McpAnswer =
	| { readonly kind: "answered"; readonly result: CallToolResult }
	/** `reason` goes on from the server's name: “it ended …”. */
	| { readonly kind: "failed"; readonly reason: string };

export interface McpCallOptions {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
	/** Something came from the server. */
	onSign(): void;
	/**
	 * The server asks the person for something, in a request as it sent it. Meanwhile the call's time does not pass. Throws
	 * `NotAskable` for what cannot be asked; `withdrawn` aborts when the server waits no longer.
	 */
	elicit(request: unknown, withdrawn: AbortSignal): Promise<Elicited>;
}

/** A tool as a server describes it, as far as that can be used. */
export interface McpTool {
	readonly name: string;
	readonly description: string;
	/** For the model. */
	readonly schema: JsonSchema;
	/** What the server says of it: hints, never more. */
	readonly hints: { readonly readOnly?: boolean; readonly destructive?: boolean; readonly openWorld?: boolean };
	/** Hex SHA-256 of the description as it came. */
	readonly digest: string;
	readonly definition: Tool;
	/** Why these arguments do not fit. */
	argumentsProblem(args: unknown): string | undefined;
	/** Why this structured content does not fit. */
	contentProblem(content: unknown): string | undefined;
}
