import { readBash } from "../tree/bash/readBash.ts";
import { readCmd } from "../tree/cmd/readCmd.ts";
import type { Grammars } from "../tree/grammars.ts";
import { readPowershell } from "../tree/powershell/readPowershell.ts";
import type { Dialect, Script, Start } from "../tree/script.ts";

export function readScript(text: string, dialect: Dialect, grammars: Grammars, start: Start): Script {
	if (dialect === "cmd") return readCmd(text, start);
	return dialect === "bash" ? readBash(text, grammars, start) : readPowershell(text, grammars, start);
}
