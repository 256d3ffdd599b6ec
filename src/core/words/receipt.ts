import type { Receipt } from "../rules/receipt.ts";

/** What stands behind the model that answered. One row a receipt. */
export const receiptWords: Readonly<Record<Receipt, string>> = {
	asAsked: "as asked",
	own: "the agent’s own choice",
	untold: "the agent does not say which model",
	other: "another model than asked",
};
