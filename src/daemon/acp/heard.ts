import type { FoundAcpAgent } from "../discovery/acpAgents.ts";
import { type AgentOffers, offersOf } from "../discovery/agentOffers.ts";
import type { Conversation } from "./conversation.ts";
import type { Fields } from "./fields.ts";

/** Who is told of what an agent lets one choose. */
interface Hearing {
	readonly found: FoundAcpAgent;
	hearAgent(id: string, offers: AgentOffers): void;
}

interface Heard {
	readonly conversation: Conversation;
	readonly offers?: AgentOffers;
}

/** An old session that is opened again may say nothing of it. */
export function heard({ found, hearAgent }: Hearing, answer: Fields): AgentOffers | undefined {
	if (!Array.isArray(answer.configOptions) && !answer.models) return undefined;
	const offers = offersOf(answer, found);
	hearAgent(found.id, offers);
	return offers;
}

/** Models that it tells of later. Its efforts stay those of the model that it began with: threads differ in theirs. */
export function hearLater({ found, hearAgent }: Hearing, { conversation, offers }: Heard): void {
	const { options, models } = conversation.options;
	const now = offersOf({ configOptions: options, models }, found).models;
	const isNews = now.length > 0 && JSON.stringify(now) !== JSON.stringify(offers?.models);
	if (offers && isNews) hearAgent(found.id, { ...offers, models: now });
}
