import type { ContextKeys } from "./contextKeys.ts";

/** A condition of a menu, as VS Code reads it. A key that is never set, or a value that a key never has, does not compile. */
export type When = string & { readonly [condition]: true };
declare const condition: unique symbol;

type KeyOf<T> = { [K in keyof ContextKeys]: ContextKeys[K] extends T ? K : never }[keyof ContextKeys];
type Flag = KeyOf<boolean>;
/** Keys whose value is any text are matched; the others are compared. */
type Text = { [K in keyof ContextKeys]: string extends ContextKeys[K] ? K : never }[keyof ContextKeys];
type Word = Exclude<keyof ContextKeys, Flag | Text>;

export const never = "false" as When;

export function flag(key: Flag): When {
	return key as string as When;
}

export function noFlag(key: Flag): When {
	return `!${key}` as When;
}

export function is<K extends Word>(key: K, value: ContextKeys[K]): When {
	return `${key} == ${value}` as When;
}

export function isNot<K extends Word>(key: K, value: ContextKeys[K]): When {
	return `${key} != ${value}` as When;
}

/** `pattern` is a regular expression without slashes. */
export function fits(key: Text, pattern: string): When {
	return `${key} =~ /${pattern}/` as When;
}

export function all(...parts: readonly When[]): When {
	return parts.map((part) => (part.includes(" || ") ? `(${part})` : part)).join(" && ") as When;
}

export function either(...parts: readonly When[]): When {
	return parts.join(" || ") as When;
}

export function not(part: When): When {
	return `!(${part})` as When;
}
