import { createHash } from "node:crypto";

/** Hex SHA-256 of a value's JSON, or of bytes as they are. */
export function sha256(value: unknown): string {
	const hash = createHash("sha256");
	return hash.update(value instanceof Uint8Array ? value : JSON.stringify(value)).digest("hex");
}
