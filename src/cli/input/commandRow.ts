import type { MethodName } from "../../protocol/methods.ts";
import type { Context } from "./context.ts";

/** What a row of the table of commands says (commands.ts). */
export interface CommandRow {
	/** One word, or a group and a word. */
	readonly name: string;
	readonly about: string;
	/** `<required>`, `[optional]`. */
	readonly arguments?: readonly (readonly [name: string, about: string])[];
	readonly options?: readonly OptionRow[];
	/** The protocol's requests that it makes, beside the first hello. */
	readonly asks: readonly MethodName[];
	/** What its group does when nothing else is named. */
	readonly isDefault?: boolean;
	/** Every end that is not the exit code 0 is a `Failure` thrown, so that none is without its sentence. */
	readonly run: (context: Context, args: readonly string[], options: OptionValues) => Promise<void>;
}

export interface OptionRow {
	readonly flags: string;
	readonly about: string;
	/** May be given several times. */
	readonly many?: true;
	readonly choices?: readonly string[];
}

export type OptionValues = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;
