/**
 * Where goals can be kept, by the word that an address begins with: `sqlite:` is the data folder. Another store is a name
 * here, a row in beginStore.ts (what comes up before the daemon is loaded), and one in openStore.ts.
 */
export const storeKinds = ["sqlite"] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Throws a sentence for what no version of this daemon knows. An address may hold a password, so it is not repeated. */
export function storeKindOf(address: string | undefined): StoreKind {
	const [word = ""] = (address || "sqlite:").split(":");
	const kind = storeKinds.find((one) => one === word);
	if (kind) return kind;
	const name = /^[a-z][a-z0-9+.-]{0,20}$/i.test(word) ? `“${word}”` : "what MISSION_STORE says";
	throw new Error(
		`Goals cannot be kept in ${name}: this version keeps them in ${storeKinds.join(" or ")}. Correct MISSION_STORE, or leave it out.`,
	);
}
