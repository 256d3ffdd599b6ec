import { readFileSync, statSync } from "node:fs";
import * as v from "valibot";
import type { Methods, Result } from "../../protocol/methods.ts";
import { writeDurably } from "../platform/durableFile.ts";
import { acpRows, configuredAgentName } from "../providers/acpRows.ts";

type Registry = Result<Methods, "agent/registry">;
type Proposed = Registry["agents"][number];

/** Where the protocol's own registry of agents is published. */
export const registryUrl = "https://cdn.agentclientprotocol.com/registry/v1/latest/registry.json";

export interface RegistryOptions {
	/** In the data folder. */
	readonly file: string;
	/** False: it is not to be read. */
	readonly url: string | false;
	readonly refresh: boolean;
	readonly fetch: (url: string, init: { signal: AbortSignal; redirect: "follow" }) => Promise<Response>;
	readonly now?: () => number;
}

const keptMs = 24 * 60 * 60 * 1000;
const timeoutMs = 10_000;
const maxBytes = 4 * 1024 * 1024;
const maxAgents = 500;

/**
 * Agents that the registry of the protocol proposes, with what a person does to have them; those that are known by
 * themselves are left out. It is read when a person asks, and kept for a day; without a network what was kept counts,
 * however old. Nothing is ever installed here: a proposal is a text.
 */
export async function readRegistry(options: RegistryOptions): Promise<Registry> {
	const { file, url, refresh, now = Date.now } = options;
	if (url === false)
		return { agents: [], problem: "The registry is switched off: “acpRegistry” of “discovery” in config.jsonc." };
	const kept = readKept(file);
	if (kept && !refresh && now() - kept.at < keptMs) return answer(kept);
	try {
		const response = await options.fetch(url, { redirect: "follow", signal: AbortSignal.timeout(timeoutMs) });
		if (!response.ok) throw new Error(`it answered ${response.status}`);
		const text = await bounded(response);
		const agents = proposals(JSON.parse(text));
		if (!agents) throw new Error("what it sent is no list of agents");
		writeDurably(file, text);
		return answer({ agents, at: now() });
	} catch (cause) {
		const why = cause instanceof SyntaxError ? "what it sent is no JSON" : reasonOf(cause);
		const problem = `The registry of agents could not be read (${why}).`;
		if (!kept) return { agents: [], problem: `${problem} Look again when this machine is online.` };
		return { ...answer(kept), problem };
	}
}

function answer({ agents, at }: Kept): Registry {
	return { agents: [...agents], readAt: new Date(at).toISOString() };
}

interface Kept {
	readonly agents: readonly Proposed[];
	readonly at: number;
}

function readKept(file: string): Kept | undefined {
	try {
		const agents = proposals(JSON.parse(readFileSync(file, "utf8")));
		return agents && { agents, at: statSync(file).mtimeMs };
	} catch {
		return undefined;
	}
}

async function bounded(response: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length;
		if (bytes > maxBytes) throw new Error("it is too long");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function reasonOf(cause: unknown): string {
	const { name, message, cause: inner } = cause as Error & { readonly cause?: { readonly code?: string } };
	return name === "TimeoutError" ? "it took too long" : (inner?.code ?? message);
}

/** As a line that is shown and typed: a stranger wrote it. */
const Line = v.pipe(v.string(), v.maxLength(300), v.regex(/^[^\p{Cc}\p{Cf}]*$/u));
const Args = v.optional(v.array(Line), []);
const Packaged = v.object({ package: Line, args: Args });
const Binary = v.object({ archive: Line, cmd: Line, args: Args });
const Entry = v.object({
	id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,33}$/)),
	name: Line,
	version: Line,
	description: v.optional(v.pipe(v.string(), v.maxLength(2000)), ""),
	distribution: v.object({
		npx: v.optional(Packaged),
		uvx: v.optional(Packaged),
		binary: v.optional(v.record(v.string(), v.unknown())),
	}),
});

/** Entries that cannot be read are left out; undefined where it is no registry at all. */
function proposals(registry: unknown): readonly Proposed[] | undefined {
	const listed = (registry as { readonly agents?: unknown } | null)?.agents;
	if (!Array.isArray(listed)) return undefined;
	return listed.slice(0, maxAgents).flatMap((entry) => {
		const read = v.safeParse(Entry, entry);
		const proposed = read.success && proposal(read.output);
		return proposed ? [proposed] : [];
	});
}

function proposal({ id, name, version, description, distribution }: v.InferOutput<typeof Entry>): Proposed | undefined {
	const { npx, uvx, binary } = distribution;
	const isKnown = acpRows.some(({ npm }) => npx && withoutVersion(npx.package) === npm.package);
	if (isKnown || configuredAgentName(id) === id) return undefined;
	const about = description.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").slice(0, 300);
	const base = { id, name, version, about };
	const entry = (command: readonly string[]) => JSON.stringify({ id, command });
	if (npx)
		return {
			...base,
			how: "npx fetches it when it is first started.",
			entry: entry(["npx", "-y", npx.package, ...npx.args]),
		};
	if (uvx)
		return {
			...base,
			how: "uvx fetches it when it is first started.",
			entry: entry(["uvx", uvx.package, ...uvx.args]),
		};
	const own = v.safeParse(Binary, binary?.[platformName()]);
	if (!own.success) return undefined;
	const { archive, cmd, args } = own.output;
	const program = `/where/it/lies/${cmd.replace(/^\.?[/\\]/, "")}`;
	return { ...base, how: `Download ${archive}, look at it, and unpack it.`, entry: entry([program, ...args]) };
}

function withoutVersion(spec: string): string {
	return spec.replace(/(.)@[^@/]*$/, "$1");
}

function platformName(): string {
	const systems: Readonly<Record<string, string>> = { darwin: "darwin", linux: "linux", win32: "windows" };
	const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
	return `${systems[process.platform] ?? process.platform}-${machines[process.arch] ?? process.arch}`;
}
