import { readFileSync } from "node:fs";
import { storeError } from "./storeFailure.ts";
import type { StoreOwner } from "./storeMessages.ts";

/**
 * Who may write. A daemon that was frozen while another took over must not write when it wakes, so the file that names
 * the owner is read again before every commit (some 20 µs beside an fsync).
 */
export function ownerCheck({ file, nonce }: StoreOwner): () => void {
	return () => {
		let text: string;
		try {
			text = readFileSync(file, "utf8");
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code ?? "EIO";
			if (code === "ENOENT" || code === "ENOTDIR") throw storeError("notOwner", `${file} is gone`);
			throw storeError("io", `${code} from reading ${file}`);
		}
		if (!text.includes(nonce)) throw storeError("notOwner", `${file} names another owner`);
	};
}
