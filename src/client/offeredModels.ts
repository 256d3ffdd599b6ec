import type { EditorAnswerEnd, EditorAnswerPart, EditorRequest, OfferedModels } from "../protocol/editorModels.ts";
import { type ModelMethods, type ModelNotices, modelMethods } from "../protocol/editorModels.ts";
import type { Handlers, Notice } from "../protocol/methods.ts";
import { type Answering, answering } from "../protocol/peer.ts";

/** Models that a client has for the daemon. */
export interface ModelOffer {
	list(): Promise<OfferedModels>;
	/** Streams an answer piece by piece. Never rejects; an abort ends it as cancelled. */
	respond(
		request: EditorRequest,
		emit: (parts: EditorAnswerPart[]) => void,
		signal: AbortSignal,
	): Promise<EditorAnswerEnd>;
	/** Called with what there is now, once `list` was asked. */
	onChange(listener: (offered: OfferedModels) => void): () => void;
}

type Tell = <K extends keyof ModelNotices & string>(name: K, params: Notice<ModelNotices, K>) => void;

/** One connection's part of an offer: what is asked over it ends with it. */
export function offerModels(
	offer: ModelOffer,
	tell: Tell,
): { readonly answers: Answering; cancel(callId: string): void; close(): void } {
	const calls = new Map<string, AbortController>();
	const stop = offer.onChange((offered) => tell("model/changed", offered));
	const handlers: Handlers<ModelMethods, undefined> = {
		"model/list": () => offer.list(),
		async "model/respond"(request) {
			const { callId } = request;
			const ends = new AbortController();
			calls.set(callId, ends);
			try {
				return await offer.respond(
					request,
					(parts) => {
						if (!ends.signal.aborted) tell("model/parts", { callId, parts });
					},
					ends.signal,
				);
			} finally {
				calls.delete(callId);
			}
		},
	};
	return {
		answers: answering(modelMethods, handlers, undefined),
		cancel: (callId) => calls.get(callId)?.abort(),
		close() {
			stop();
			for (const ends of calls.values()) ends.abort();
		},
	};
}
