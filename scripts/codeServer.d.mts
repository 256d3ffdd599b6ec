import type { ChildProcess } from "node:child_process";

export declare function fetchCodeServer(): Promise<{ readonly node: string; readonly entry: string }>;
export declare function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
export declare function windowUrl(origin: string, folder?: string): string;

export interface CodeServerOptions {
	/** Where everything is written; created when it is missing. */
	readonly folder: string;
	/** Default: any free one. */
	readonly port?: number;
	/** .vsix files to install before it starts. */
	readonly extensions?: readonly string[];
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Added to the environment of the server and of the extension host. `undefined` removes a variable. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly args?: readonly string[];
	/** Folders are not trusted before the person says so. Default: every folder is trusted. */
	readonly trust?: boolean;
}

export interface CodeServer {
	readonly child: ChildProcess;
	readonly port: number;
	readonly origin: string;
	/** The server's log file. */
	readonly log: string;
	stop(): Promise<void>;
}
