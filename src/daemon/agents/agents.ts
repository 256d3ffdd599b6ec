import path from "node:path";
import { agentKindName } from "../../core/agentKinds.ts";
import type { ThreadId } from "../../core/ids.ts";
import { formatModelRef, parseModelRef } from "../../core/modelRef.ts";
import type { ModelChoice, Price } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Config } from "../config/config.ts";
import { type Directory, openDirectory } from "../discovery/directory.ts";
import { type EditorWindows, openEditorWindows } from "../editor/editorWindows.ts";
import { openLearned } from "../endpoint/learned.ts";
import type { Env, Log } from "../platform/ports.ts";
import type { Trace } from "../platform/trace.ts";
import { wires } from "../providers/wires/wires.ts";
import type { Agent } from "./agent.ts";
import type { AgentMakers, ProgramAgents } from "./agentKinds.ts";
import { editorAgents, editorListed } from "./editorAgents.ts";
import { modelAgents } from "./modelAgents.ts";
import { playbookAgents } from "./playbookAgent.ts";
import { tracedAgent } from "./tracedAgent.ts";

/** The agents that assignments name, made when they are first needed. */
export interface Agents {
	/** Never fails: an assignment that names no agent gets one whose turns say so. */
	agentFor(choice: ModelChoice): Agent;
	/** A model that its provider is known to have. */
	isListed(provider: string, model: string): boolean;
	/** One that a goal can be launched with. */
	isProvider(id: string): boolean;
	/** Why an agent that is a program cannot be used, and what to do; undefined for every other. */
	whyNot: Directory["whyNot"];
	idOf: Directory["idOf"];
	ids: Directory["ids"];
	doubtOf: Directory["doubtOf"];
	hear: Directory["hear"];
	/** Models that config.jsonc lists, and those that providers were heard to have. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	/** Why the effort that was chosen is left out, in a sentence; undefined where it is not. */
	effortProblem(choice: ModelChoice): string | undefined;
	/** Undefined where none is known. The built-in agent is free. */
	priceOf(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
	/** What the provider keeps for later requests has a price of its own. */
	keepsPrompts(provider: string): boolean;
	/** Whether it sees images; undefined where nobody knows until it is asked. */
	sees(choice: Pick<ModelChoice, "provider" | "model">): boolean | undefined;
	/** The model's context window in tokens; undefined where none is known. */
	windowOf(choice: ModelChoice): number | undefined;
	/** Looks whether each provider answers, in about a second; what was heard lately counts unless `refresh` asks anew. */
	listProviders(refresh?: boolean): Promise<Result<Methods, "provider/list">>;
	/** Starts an agent that is a program, and ends it, to see whether it can be used. */
	tryAgent: Directory["tryAgent"];
	/** What the registry of such agents proposes. */
	readRegistry: Directory["registry"];
	/** Takes the key of a provider over, or forgets it. Whether it is another than before. */
	giveKey(id: string, key: string | undefined): boolean;
	/** Whether a provider of this name can take a key. */
	takesKey(id: string): boolean;
	/** Loads what the first turn of a model will need, so that it need not wait for it. */
	prepare(): void;
	/** Ends the program that thinks in a thread, and forgets what passed between it and us. */
	endAgent(threadId: ThreadId, process: number): Promise<void>;
	/** Other settings are in force: agents are made anew, turns under way go on as they began. */
	configChanged(): void;
	/** Turns under way end as aborted. */
	close(): void;
}

export interface AgentsOptions {
	readonly config: Config;
	readonly log: Log;
	readonly trace?: Trace;
	/** Where agents' programs and keys are looked for. */
	readonly env?: Env;
	/** Agents that are programs of their own, which tell what they offer. */
	acp(hearAgent: Directory["hearAgent"]): ProgramAgents;
	/** Windows of VS Code, for models that other extensions provide. */
	readonly windows?: EditorWindows;
}

export function openAgents({
	config,
	log,
	trace,
	env = {},
	acp: programAgents,
	windows = openEditorWindows(),
}: AgentsOptions): Agents {
	const agents = new Map<string, Agent>();
	const learned = openLearned(path.join(config.folder, "learned.json"), { onProblem: (problem) => log.warn(problem) });
	const closing = new AbortController();
	const directory: Directory = openDirectory(config, env, (problem) => log.warn(problem));
	const acp = programAgents(directory.hearAgent);
	const makers: AgentMakers = {
		playbook: playbookAgents(),
		model: modelAgents({ config, directory, learned, closing: closing.signal }),
		editor: editorAgents({ config, windows, learned, closing: closing.signal }),
		acp,
	};
	const editorModels = () =>
		editorListed(windows).flatMap(({ id, models }) => models.map((model) => ({ provider: id, model })));
	const makerOf = (choice: Pick<ModelChoice, "provider">) => makers[agentKindName(choice)];

	function create(choice: ModelChoice, name: string): Agent {
		const agent = makerOf(choice).create(choice);
		return trace ? tracedAgent(agent, name, trace) : agent;
	}

	return {
		agentFor(choice) {
			const name = formatModelRef(choice);
			const agent = agents.get(name) ?? create(choice, name);
			agents.set(name, agent);
			return agent;
		},
		listedModels: () => [...directory.listedModels(), ...editorModels()],
		isListed: (provider, model) =>
			directory.isListed(provider, model) ||
			editorModels().some((one) => one.provider === provider && one.model === model),
		isProvider: (id) => makerOf({ provider: id }).isThere(id),
		whyNot: directory.whyNot,
		idOf: directory.idOf,
		ids: () => [...directory.ids(), ...editorListed(windows).map(({ id }) => id)],
		doubtOf: directory.doubtOf,
		hear: directory.hear,
		effortProblem: (choice) => makerOf(choice).effortProblem(choice),
		priceOf: (choice) => makerOf(choice).priceOf(choice),
		keepsPrompts: (provider) => makerOf({ provider }).keepsPrompts?.(provider) === true,
		windowOf: (choice) => makerOf(choice).windowOf(choice),
		sees: (choice) => makerOf(choice).sees(choice),
		async listProviders(refresh = false) {
			const [{ here, others }] = await Promise.all([directory.list(refresh), windows.look(refresh)]);
			const builtIn = Object.values(makers).flatMap((maker) => maker.builtIn);
			const providers = [...here, ...editorListed(windows), ...builtIn, ...others].map((one) => ({
				...one,
				priced: one.models.filter((model) => makerOf({ provider: one.id }).priceOf({ provider: one.id, model })),
				blind: one.models.filter((model) => makerOf({ provider: one.id }).sees({ provider: one.id, model }) === false),
			}));
			return { providers, primary: config.agent, moreToCome: windows.areAsked || undefined };
		},
		tryAgent: directory.tryAgent,
		readRegistry: directory.registry,
		giveKey(id, key) {
			directory.forget(id);
			return config.keys.give(id, key);
		},
		takesKey: (id) => directory.find(id) !== undefined,
		prepare() {
			// Keys for many vendors in the environment do not mean that all of them are asked.
			const agent = config.agent === undefined ? undefined : parseModelRef(config.agent);
			const primary = agent && directory.find(agent.provider);
			const used = primary ? [primary] : config.providers;
			for (const wire of new Set(used.map(({ kind }) => wires[kind])))
				wire.load().catch((cause) => log.error("The package for models cannot be loaded", cause));
		},
		endAgent: acp.endAgent,
		configChanged() {
			agents.clear();
			directory.configChanged();
		},
		close() {
			closing.abort();
			acp.close();
		},
	};
}
