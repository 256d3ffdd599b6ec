import assert from "node:assert/strict";
import { parseCommand } from "../../../src/daemon/policy/shell/parse/parseCommand.ts";
import type { CommandRisk } from "../../../src/daemon/policy/shell/rules/findings.ts";
import { commandRisk } from "../../../src/daemon/policy/shell/rules/risk.ts";
import { riskOf } from "../../../src/daemon/policy/shell/rules/riskOf.ts";
import { type Grammars, loadGrammars } from "../../../src/daemon/policy/shell/tree/grammars.ts";
import { type CorpusLine, corpusLines, type Expected } from "./corpus/corpus.ts";

const where = { workspace: "/house/project", home: "/house/ann" };
const order = ["read", "write", "network", "dangerous"];

describe("the corpus of commands", function () {
	this.timeout(60_000);
	const lines = corpusLines();
	let judged: readonly (readonly [CorpusLine, CommandRisk])[] = [];

	before(async () => {
		const grammars = await loadGrammars();
		judged = await Promise.all(lines.map(async (line) => [line, await judge(line, grammars)] as const));
	});

	it("has at least 600 lines, of each class and each shell, and none twice", () => {
		assert.ok(lines.length >= 600, String(lines.length));
		for (const dialect of ["bash", "powershell", "cmd"])
			for (const expected of ["read", "write", "network", "dangerous", "unsure"]) {
				const found = lines.filter((line) => line.dialect === dialect && line.expected === expected);
				assert.ok(found.length > 0, `${dialect}: ${expected}`);
			}
		const seen = new Set<string>();
		const twice = lines.filter(({ dialect, text }) => seen.size === seen.add(`${dialect} ${text}`).size);
		assert.deepEqual(twice.map(named), []);
	});

	it("is judged as each of its lines says", () => {
		const wrong = judged.filter(([line, risk]) => !fits(line, risk));
		assert.deepEqual(wrong.map(told), []);
	});

	it("has no dangerous line that passes without a question", () => {
		const passed = judged.filter(([{ expected }, { risk, certain }]) => {
			const isBad = expected === "dangerous" || expected === "unsure" || expected === "at least write";
			return isBad && (risk === "read" || (expected !== "at least write" && risk === "write")) && certain;
		});
		assert.deepEqual(passed.map(told), []);
	});

	it("has at most 3 in 100 harmless reads that are asked about", () => {
		const reads = judged.filter(([{ expected }]) => expected === "read" || expected === "read, but asked");
		const asked = reads.filter(([, { risk, certain }]) => risk !== "read" || !certain);
		assert.ok(reads.length >= 300, String(reads.length));
		assert.ok(asked.length <= reads.length * 0.03, asked.map(told).join("\n"));
	});

	it("says of every line that is asked about what it does, in words", () => {
		const silent = judged.filter(([, { risk, certain, reasons }]) => {
			const isTold = reasons.length > 0 && reasons.every((reason) => /^[a-z].*\w/.test(reason));
			return (risk !== "read" || !certain) && (!isTold || reasons.includes("only reads"));
		});
		assert.deepEqual(silent.map(told), []);
	});
});

function judge({ text, dialect }: CorpusLine, grammars: Grammars): Promise<CommandRisk> | CommandRisk {
	const isShell = dialect === "bash" && process.platform !== "win32";
	return isShell ? commandRisk(parseCommand(text, where)) : riskOf({ text, ...where, dialect }, grammars);
}

function fits({ expected, word }: CorpusLine, { risk, certain, reasons }: CommandRisk): boolean {
	const isTold = word === undefined || reasons.some((reason) => reason.includes(word));
	return isTold && expectations[expected](risk, certain);
}

const expectations: Readonly<Record<Expected, (risk: string, isCertain: boolean) => boolean>> = {
	read: (risk, isCertain) => risk === "read" && isCertain,
	write: (risk, isCertain) => risk === "write" && isCertain,
	network: (risk, isCertain) => risk === "network" && isCertain,
	dangerous: (risk) => risk === "dangerous",
	"at least write": (risk) => order.indexOf(risk) >= order.indexOf("write"),
	unsure: (risk, isCertain) => !isCertain || risk === "dangerous",
	"read, but asked": () => true,
};

function told([line, { risk, certain, reasons }]: readonly [CorpusLine, CommandRisk]): string {
	return `${named(line)} → ${risk}${certain ? "" : ", unsure"}: ${reasons.join("; ")}`;
}

function named({ at, expected, text }: CorpusLine): string {
	return `${at} [${expected}] ${JSON.stringify(text)}`;
}
