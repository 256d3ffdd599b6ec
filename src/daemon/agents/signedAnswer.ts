import type { LanguageModelV3StreamPart, SharedV3ProviderMetadata } from "@ai-sdk/provider";
import type { RecordedEvent } from "../../core/events.ts";
import type { SignedAnswer } from "../../core/signedAnswer.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { SignedFields } from "../providers/wires/wire.ts";

/**
 * Reasoning that its provider signed, or encrypted, so that it can be sent back: what an answer consisted of, in its
 * order, with the signatures where they were. It is kept with the turn and goes to the same model alone.
 */
export interface SignatureBook {
	add(part: LanguageModelV3StreamPart): void;
	/** Undefined where nothing was signed. */
	whole(): SignedAnswer | undefined;
}

type Part = SignedAnswer["parts"][number];
type Data = Record<string, string>;
/** While it arrives. */
type Open = { -readonly [K in keyof Part]: Part[K] };

/** More than this is no signature; the answer counts without it. */
const maxChars = 4 * 1024 * 1024;

export function signatureBook(signs: SignedFields): SignatureBook {
	const parts: Open[] = [];
	const open = new Map<string, Open>();
	const dataOf = (metadata: SharedV3ProviderMetadata | undefined, names: readonly string[]): Data | undefined => {
		const own = metadata?.[signs.namespace];
		const found = names.flatMap((name) => (typeof own?.[name] === "string" ? [[name, own[name]] as const] : []));
		return found.length > 0 ? Object.fromEntries(found) : undefined;
	};

	function piece(of: "reasoning" | "text", id: string, text: string, data: Data | undefined): void {
		const key = `${of} ${id}`;
		let part = open.get(key);
		if (!part) {
			part = of === "reasoning" ? { of, text: "" } : { of, chars: 0 };
			open.set(key, part);
			parts.push(part);
		}
		if (part.of === "reasoning") part.text = (part.text ?? "") + text;
		else part.chars = (part.chars ?? 0) + text.length;
		if (data) part.data = { ...part.data, ...data };
	}

	return {
		add(part) {
			switch (part.type) {
				case "reasoning-start":
				case "reasoning-delta":
				case "reasoning-end":
				case "text-start":
				case "text-delta":
				case "text-end": {
					const of = part.type.startsWith("text") ? "text" : "reasoning";
					piece(of, part.id, "delta" in part ? part.delta : "", dataOf(part.providerMetadata, signs[of]));
					break;
				}
				case "tool-call": {
					const data = dataOf(part.providerMetadata, signs.call);
					const last = parts.at(-1);
					if (last?.of === "calls" && !last.data && !data) last.count = (last.count ?? 0) + 1;
					else parts.push({ of: "calls", count: 1, ...(data && { data }) });
					break;
				}
				default:
			}
		},
		whole() {
			// What was thought and not signed is not taken back.
			const kept = parts.filter((part) => part.of !== "reasoning" || part.data !== undefined);
			if (!kept.some((part) => part.data !== undefined)) return undefined;
			const signed: SignedAnswer = { by: signs.namespace, parts: kept };
			return JSON.stringify(signed).length > maxChars ? undefined : signed;
		},
	};
}

/** Whether what was signed at the end of a turn goes back to who is asked now. */
export function goesBack(
	turn: RecordedEvent<"turn.completed">,
	asked: ModelChoice,
	signs: SignedFields | undefined,
): SignedAnswer | undefined {
	const { signed } = turn;
	const isSame = turn.asked.provider === asked.provider && turn.asked.model === asked.model;
	return isSame && signed !== undefined && signed.by === signs?.namespace ? signed : undefined;
}
