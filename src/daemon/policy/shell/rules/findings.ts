import type { Risk } from "../../../../core/values.ts";
import { known, type Word } from "../tree/script.ts";

export interface CommandRisk {
	readonly risk: Risk;
	readonly reasons: readonly string[];
	/** All of it was read and understood. */
	readonly certain: boolean;
	/** Files of the workspace that it names for that, by their names: whether links lead elsewhere is not looked at. */
	readonly touched: readonly Touched[];
	/** Each command of the text, also those inside of others, whose risk is then part of the outer one's. */
	readonly parts: readonly CommandPart[];
}

export interface CommandPart {
	/** Program and arguments; undefined what is not known beforehand. Empty where there are only redirections. */
	readonly words: readonly (string | undefined)[];
	readonly risk: Risk;
	readonly certain: boolean;
	readonly touched: readonly Touched[];
}

/** A file, absolute, that a command changes or shows. */
export interface Touched {
	readonly place: string;
	readonly how: "changes" | "shows";
}

/** What is found out about a command, piece by piece. */
export interface Findings {
	add(risk: Risk, reason: string): void;
	/** Why it cannot be read for sure. */
	unsure(why: string): void;
	touch(touched: Touched): void;
	/** What is found while `look` runs is of this command. */
	during(words: readonly Word[], look: () => void): void;
	sum(): CommandRisk;
}

const risks: readonly Risk[] = ["read", "write", "network", "dangerous"];
const maxReasons = 12;

export function openFindings(): Findings {
	const reasons = new Map<string, Risk>();
	const doubts = new Set<string>();
	const touched: Touched[] = [];
	const parts: (Pick<CommandPart, "words"> & { risk: Risk; certain: boolean; touched: Touched[] })[] = [];
	const open: (typeof parts)[number][] = [];
	let worst: Risk = "read";
	return {
		add(risk, reason) {
			if (isWorse(risk, worst)) worst = risk;
			for (const part of open) if (isWorse(risk, part.risk)) part.risk = risk;
			if (reason !== "" && risk !== "read" && isWorse(risk, reasons.get(reason) ?? "read")) reasons.set(reason, risk);
		},
		unsure(why) {
			doubts.add(`cannot be read for sure: ${why}`);
			for (const part of open) part.certain = false;
		},
		touch(one) {
			for (const list of [touched, ...open.map((part) => part.touched)]) list.push(one);
		},
		during(words, look) {
			const part = { words: words.map(known), risk: "read" as Risk, certain: true, touched: [] };
			parts.push(part);
			open.push(part);
			look();
			open.pop();
		},
		sum() {
			const certain = doubts.size === 0;
			const risk = certain || worst !== "read" ? worst : "write";
			const byRisk = [...reasons].sort(([, one], [, other]) => risks.indexOf(other) - risks.indexOf(one));
			const all = [...byRisk.map(([reason]) => reason), ...doubts].slice(0, maxReasons);
			return { risk, certain, reasons: all.length > 0 ? all : ["only reads"], touched, parts };
		},
	};
}

export function isWorse(one: Risk, other: Risk): boolean {
	return risks.indexOf(one) > risks.indexOf(other);
}
