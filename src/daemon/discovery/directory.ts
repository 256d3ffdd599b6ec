import path from "node:path";
import { agentKindName } from "../../core/agentKinds.ts";
import { isSameModel } from "../../core/modelRef.ts";
import { Refusal } from "../../core/refusal.ts";
import type { ModelChoice } from "../../core/values.ts";
import { nearName } from "../../core/words/nearName.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Config } from "../config/config.ts";
import type { Env } from "../platform/ports.ts";
import { acpRows, ownAgentId } from "../providers/acpRows.ts";
import { effortsOf } from "../providers/efforts.ts";
import { asProvider, offered } from "../providers/knownProviders.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRow } from "../providers/providerRow.ts";
import { acpAgentIds, findAcpAgent } from "./acpAgents.ts";
import type { AgentOffers } from "./agentOffers.ts";
import { openHeardAgents } from "./heardAgents.ts";
import type { ProviderStatus } from "./providerStatus.ts";

/**
 * Who can be named as an agent here: providers of config.jsonc, those whose keys are in the environment or were handed
 * over, and servers of this machine. To name one asks no server; only `list` looks whether they answer, and remembers it
 * for a while.
 */
export interface Directory {
	/** The id of an agent that may be called by the name that it has in config.jsonc. */
	idOf(name: string): string;
	/** Ids of all that are there. */
	ids(): readonly string[];
	/** Also a well-known one that has no key yet: its turns say so. */
	find(id: string): Provider | undefined;
	/** It can be launched with: it is set up, or lies on this machine. */
	isThere(id: string): boolean;
	/** Why an agent that is a program cannot be started, and what to do; undefined where it can, and for everybody else. */
	whyNot(id: string): string | undefined;
	/** Hears what these say of themselves, those that are there. */
	hear(ids: readonly string[]): Promise<void>;
	/** Why a model may give no answer, as far as it is known without asking; undefined where nothing speaks against it. */
	doubtOf(choice: ModelChoice): string | undefined;
	/** A model that is configured, or that the provider was heard to have. */
	isListed(id: string, model: string): boolean;
	/** All such models of those who are there, without asking them. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	/** `here` are those that can be used or that are set up, `others` could be. */
	list(refresh: boolean): Promise<{ readonly here: readonly Listed[]; readonly others: readonly Listed[] }>;
	/** Starts an agent that is a program, and ends it. Fails with a sentence where it is none, or cannot be found. */
	tryAgent(id: string): Promise<Result<Methods, "provider/try">>;
	registry(refresh: boolean): Promise<Result<Methods, "agent/registry">>;
	/** What an agent that is a program lets one choose, as its session told. */
	hearAgent(id: string, offers: AgentOffers): void;
	/** What was heard of it no longer counts. */
	forget(id: string): void;
	/** Other settings are in force. */
	configChanged(): void;
}

export type Listed = Result<Methods, "provider/list">["providers"][number];

const keptMs = 30_000;
/** As many as one sentence names. */
const shownModels = 8;

interface Entry {
	readonly provider: Provider;
	readonly source: Listed["source"];
}

interface Heard {
	readonly at: number;
	readonly asking: Promise<ProviderStatus>;
	/** Once the answer is there. */
	status?: ProviderStatus;
}

export function openDirectory(config: Config, env: Env, onProblem: (sentence: string) => void = () => {}): Directory {
	const heard = new Map<string, Heard>();
	const agents = openHeardAgents(path.join(config.folder, "agents.json"), onProblem);
	let { named, entries } = entriesOf(config, env);
	const entryOf = (id: string) => entries.find(({ provider }) => provider.id === id);
	const modelsOf = (id: string) =>
		entryOf(id)?.provider.models ?? heard.get(id)?.status?.models ?? agents.of(id)?.models ?? [];
	const isThere = (entry: Entry) =>
		named.includes(entry) || entry.source === "local" || config.keys.isGiven(entry.provider.id);

	function ask({ provider, source }: Entry): Promise<ProviderStatus> {
		const before = heard.get(provider.id);
		if (before && Date.now() - before.at < keptMs) return before.asking;
		const asking = import("./providerStatus.ts").then(({ providerStatus }) =>
			providerStatus({
				provider,
				keys: config.keys,
				isGuess: source === "local",
				isHosted: source === "environment",
			}),
		);
		const now: Heard = { at: Date.now(), asking };
		heard.set(provider.id, now);
		asking.then(
			(status) => {
				now.status = status;
			},
			() => heard.delete(provider.id),
		);
		return asking;
	}

	function unlisted({ provider, model }: ModelChoice, status: ProviderStatus | undefined): string | undefined {
		const models = modelsOf(provider);
		if (models.length === 0 || status?.modelsLeftOut || models.some((listed) => isSameModel(model, listed)))
			return undefined;
		const shown = models.slice(0, shownModels).join(", ");
		const more = models.length - shownModels;
		const near = nearName(model, models);
		return `Provider “${provider}” does not list the model “${model}”, and may refuse it. ${near ? `Did you mean “${near}”?` : `It lists ${shown}${more > 0 ? ` and ${more} more` : ""}.`}`;
	}

	return {
		idOf: (name) => ownAgentId(name, config.providers, config.acpAgents),
		ids: () => [...entries.filter(isThere).map(({ provider }) => provider.id), ...acpAgentIds(config)],
		find: (id) => entryOf(id)?.provider,
		isThere(id) {
			const entry = entryOf(id);
			return entry !== undefined && isThere(entry);
		},
		whyNot(id) {
			if (agentKindName({ provider: id }) !== "acp") return undefined;
			const found = findAcpAgent(id, config, env);
			return "problem" in found ? found.problem : undefined;
		},
		async hear(ids) {
			const named = entries.filter((entry) => isThere(entry) && ids.includes(entry.provider.id));
			await Promise.allSettled(named.map(ask));
		},
		doubtOf(choice) {
			const { provider: id } = choice;
			if (agentKindName(choice) === "acp") {
				const found = findAcpAgent(id, config, env);
				return "problem" in found ? undefined : found.signIn;
			}
			const provider = entryOf(id)?.provider;
			if (!provider) return undefined;
			const before = heard.get(id);
			const status = before && Date.now() - before.at < keptMs ? before.status : undefined;
			return (status && !status.usable ? status.reason : config.keys.lack(provider)) ?? unlisted(choice, status);
		},
		isListed: (id, model) => modelsOf(id).includes(model),
		listedModels: () =>
			entries.filter(isThere).flatMap(({ provider: { id } }) => modelsOf(id).map((model) => ({ provider: id, model }))),
		async list(refresh) {
			if (refresh) heard.clear();
			const [answers, { listAcpAgents }] = await Promise.all([
				Promise.all(entries.map(async (entry) => listed(entry, await ask(entry), config.known))),
				import("./listAcpAgents.ts"),
			]);
			const all = [...answers, ...listAcpAgents(config, env, agents)];
			const isHere = ({ id, usable, source }: Listed) =>
				usable || source === "config" || named.some(({ provider }) => provider.id === id);
			return { here: all.filter(isHere), others: all.filter((one) => !isHere(one)) };
		},
		async tryAgent(named) {
			const id = ownAgentId(named, config.providers, config.acpAgents);
			const { tryAcpAgent } = await import("./tryAcpAgent.ts");
			const found = findAcpAgent(id, config, env);
			if ("problem" in found) throw new Refusal("noAgent", found.problem);
			const howToSignIn = acpRows.find((row) => row.id === id)?.login.how;
			const { offers, ...trial } = await tryAcpAgent(found, { howToSignIn, redact: config.keys.redact });
			if (offers) agents.hear(id, offers);
			return trial;
		},
		async registry(refresh) {
			const [{ readRegistry, registryUrl }, { modelFetch }] = await Promise.all([
				import("./acpRegistry.ts"),
				import("../endpoint/modelFetch.ts"),
			]);
			const file = path.join(config.folder, "acp-registry.json");
			const url = config.discovery.acpRegistry ?? registryUrl;
			return readRegistry({ file, url, refresh, fetch: modelFetch });
		},
		hearAgent: agents.hear,
		forget: (id) => void heard.delete(id),
		configChanged() {
			({ named, entries } = entriesOf(config, env));
			heard.clear();
		},
	};
}

/** Those that are set up, and all others that can be named. */
function entriesOf(config: Config, env: Env): { readonly named: readonly Entry[]; readonly entries: readonly Entry[] } {
	const named = config.providers.map((provider): Entry => {
		return { provider, source: config.configured.includes(provider.id) ? "config" : "environment" };
	});
	const others = offered(config.known).flatMap((known): Entry[] => {
		if (config.providers.some(({ id }) => id === known.id)) return [];
		if (known.offer !== "local") return [{ provider: asProvider(known, env), source: "environment" }];
		const elsewhere = config.discovery[known.id];
		return elsewhere === false ? [] : [{ provider: asProvider(known, env, elsewhere), source: "local" }];
	});
	return { named, entries: [...named, ...others] };
}

function listed({ provider, source }: Entry, status: ProviderStatus, known: readonly ProviderRow[]): Listed {
	const { id, kind, baseUrl } = provider;
	return {
		id,
		kind,
		source,
		baseUrl: shown(baseUrl),
		efforts: [...effortsOf(provider, undefined, known)],
		...status,
		models: [...status.models],
	};
}

/** Without a name and a password in it. */
function shown(baseUrl: string): string | undefined {
	try {
		const { origin, pathname } = new URL(baseUrl);
		return `${origin}${pathname}`;
	} catch {
		return undefined;
	}
}
