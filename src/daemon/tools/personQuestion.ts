/** A question to the person in the middle of something that goes on: an agent's turn, a call of a server. */
export interface PersonQuestion {
	/** What whoever asks knows it by: the same is asked once. */
	readonly id: string;
	readonly question: string;
	/** No two of one label; none for an answer in words. */
	readonly options?: readonly { readonly label: string; readonly description?: string }[];
	readonly several?: boolean;
	/** Only the options count, and no words. */
	readonly closed?: boolean;
	/** Labels of options, or words where there are none. */
	readonly default?: string[];
	/** An address of the web that the person is to open. */
	readonly url?: string;
	/** Who asks, where that is not the agent itself. */
	readonly from?: string;
}

export type PersonAnswer =
	/** `chosen` are labels, or the default in words; what was written is `text`. */
	| { readonly kind: "answered"; readonly chosen: readonly string[]; readonly text?: string }
	| { readonly kind: "declined"; readonly reason?: string }
	/** What asked is over before anybody answered. */
	| { readonly kind: "over" };
