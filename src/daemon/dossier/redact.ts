import { leaving } from "../../core/leavingEvent.ts";
import { redactValues } from "../secrets/redactValues.ts";
import { tokenShapes } from "./tokenShapes.ts";

/**
 * What leaves the machine in an export. The keys of providers never do. On request whatever else looks like a secret
 * goes too: values of environment variables whose names say so, tokens that are known by their shape, passwords where
 * one is assigned; and the home folder becomes `~`, since it names the person.
 *
 * What is found is replaced by a mark that says what stood there. It is a net, not a proof: a secret without a known
 * shape, in no variable and under no telling name, stays.
 */
export interface Redaction {
	/** Without the keys of providers. */
	keys(text: string): string;
	/** Without anything that looks like a secret. */
	all(text: string): string;
}

export interface RedactionOptions {
	/** Takes the providers' keys out of a text. */
	readonly keys: (text: string, mark: string) => string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Home folders; the longest path first where one holds another. */
	readonly homes: readonly string[];
}

export function createRedaction({ keys, env, homes }: RedactionOptions): Redaction {
	const withoutKeys = (text: string) => keys(text, "[redacted key]");
	const secrets = secretsOf(env);
	const homePatterns = [...new Set(homes)].flatMap(homePattern);
	return {
		keys: withoutKeys,
		all(text) {
			let clean = redactValues(withoutKeys(text), secrets);
			for (const { pattern, mark } of tokenShapes) clean = clean.replace(pattern, mark);
			for (const pattern of homePatterns) clean = clean.replace(pattern, "~");
			return clean;
		},
	};
}

/** A value with every text in it redacted, names of fields too: the same value when there was nothing to redact. */
export function redactTexts<T>(value: T, redact: (text: string) => string): T {
	if (typeof value === "string") return redact(value) as T;
	if (Array.isArray(value)) {
		const items = value.map((item) => redactTexts(item, redact));
		return (items.some((item, index) => item !== value[index]) ? items : value) as T;
	}
	if (typeof value !== "object" || value === null) return value;
	let changed = false;
	const entries = Object.entries(value).map(([name, item]) => {
		const clean = [redact(name), redactTexts(item, redact)] as const;
		changed ||= clean[0] !== name || clean[1] !== item;
		return clean;
	});
	return changed ? (Object.fromEntries(entries) as T) : value;
}

/** The JSON of an event's body, redacted, without what only a provider can read; undefined when it leaves as it is. */
export function redactBody(body: string, redact: (text: string) => string): string | undefined {
	const parsed = JSON.parse(body) as object;
	const clean = redactTexts(leaving(parsed), redact);
	return clean === parsed ? undefined : JSON.stringify(clean);
}

/** Shorter values are words of the language as often as not. */
const minSecretChars = 8;

/** Longest first, so that a secret that holds another goes whole. */
function secretsOf(env: RedactionOptions["env"]): readonly (readonly [value: string, mark: string])[] {
	return Object.entries(env)
		.flatMap(([name, given]) => {
			const value = given?.trim() ?? "";
			const counts = value.length >= minSecretChars && soundsSecret(name) && !isPlace(value);
			return counts ? [[value, `[redacted ${name}]`] as const] : [];
		})
		.sort(([a], [b]) => b.length - a.length);
}

const secretWords = /^(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE|PAT|DSN)$/;
const secretEnds = /(?:APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE)$/;

function soundsSecret(name: string): boolean {
	return name
		.toUpperCase()
		.split("_")
		.some((word) => secretWords.test(word) || secretEnds.test(word));
}

/** Where a secret lies is none: a path, or an address without a password. */
function isPlace(value: string): boolean {
	return /^(?:[/~.]|[A-Za-z]:[\\/])/.test(value) || (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) && !value.includes("@"));
}

/** A home folder where a path begins with it. The root of everything is no user's home. */
function homePattern(home: string): RegExp[] {
	const names = home.split(/[\\/]+/).filter(Boolean);
	if (names.length === 0) return [];
	const isWindows = /^[A-Za-z]:/.test(home);
	const start = isWindows ? "" : "/";
	const path = start + names.map(escaped).join(isWindows ? "[\\\\/]+" : "/");
	const flags = isWindows ? "gi" : "g";
	return [new RegExp(`(?<=^|[^\\w./\\\\~-]|file:///?)${path}(?![\\w-]|\\.\\w)`, flags)];
}

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
