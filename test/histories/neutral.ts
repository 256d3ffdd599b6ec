import { digestOf, genesisHash, hashOf, newSalt } from "../../src/chain/chain.ts";
import { endLine, eventLine } from "../../src/chain/logFile.ts";
import { redactTexts } from "../../src/daemon/dossier/redact.ts";
import type { StoredEvent } from "../../src/daemon/store/eventStore.ts";

/** Names of the machine that recorded, each with what stands for it; the first that fits is taken first. */
export type Names = readonly (readonly [name: string | RegExp, instead: string])[];

/** The log as another machine would have recorded it, with a chain of its own that holds. */
export function neutralLog(rows: readonly StoredEvent[], names: Names): string {
	const neutral = (text: string) => names.reduce((all, [name, instead]) => all.replaceAll(name, instead), text);
	let previous: Uint8Array = genesisHash;
	const lines = rows.map((row) => {
		const body = row.body && JSON.stringify(redactTexts(JSON.parse(row.body), neutral));
		const salt = row.salt === undefined ? undefined : newSalt();
		const digest = body !== undefined && salt ? digestOf(salt, body) : Buffer.from(row.digest, "hex");
		previous = hashOf(previous, row, digest);
		return eventLine({
			...row,
			body,
			salt: salt?.toString("hex"),
			digest: digest.toString("hex"),
			hash: Buffer.from(previous).toString("hex"),
		});
	});
	const last = rows.at(-1)!;
	return `${[...lines, endLine(last.goalId, last.seq, Buffer.from(previous).toString("hex"))].join("\n")}\n`;
}
