/**
 * How a row of the tree looks, as data. Shape, then word, then colour: every icon that carries a colour has a word
 * beside it or in its label, and the label for screen readers says all of it.
 */
export interface Row {
	/** The same for the same thing over all updates, so that what is folded or selected stays so. */
	readonly id: string;
	readonly label: string;
	readonly description?: string;
	readonly tooltip?: string;
	readonly icon?: Icon;
	readonly spoken?: string;
	/** What menus look at: words parted by dots, then `;can.` with each request that is allowed now. */
	readonly context: string;
	readonly fold: "leaf" | "folded" | "open";
	/** A command of ours that a click runs, with the node as its argument. */
	readonly click?: string;
}

export interface Icon {
	readonly codicon: string;
	/** A colour of the theme. */
	readonly color?: string;
}
