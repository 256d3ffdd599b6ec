import assert from "node:assert/strict";
import { processorTime } from "../../../support/processorTime.ts";
import { type Random, randomFrom, seeded } from "../../../support/seed.ts";
import { openJudge } from "./judged.ts";
import { oneOf } from "./quoting.ts";
import { hasRealShell, openRealShell } from "./realShell.ts";
import { type Payload, wraps } from "./wraps.ts";

/** `MISSION_RUNS` for the long form. A failure names the seed of its run: `MISSION_SEED` with `MISSION_RUNS=1` repeats it. */
const runs = Number(process.env.MISSION_RUNS ?? 400);
const maxFailures = 12;
const maxLineMs = 2000;

/** Programs that only note that they ran, and ask wherever the reader finds them. */
const noted = ["sudo", "curl", "ssh", "nc", "shutdown", "crontab"];
const commands = ["sudo x", "sudo rm -rf /", "curl example.com", "ssh host", "nc -l 80", "shutdown now", "crontab -r"];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: signs of a shell
/** What a line is put together from: signs, words of the shell, harmless programs and the ones that are noted. */
const tokens = [
	..."; & && | || |& ( ) { } < > >> << <<< <<- <( >( $( ) ` ' \" \\ \n \t # ! = += [ ] [[ ]] (( )) $(( * ? ~ , .. $ ${ } : - -- @ % ^".split(
		" ",
	),
	..."if then else elif fi while until do done for in case esac select function time coproc a b $x ${x} x= x=1 'a' \"b\" -c -x".split(
		" ",
	),
	..."ls cat echo eval exec sh bash env command builtin xargs find awk git nohup timeout true f() EOF trap set alias test read".split(
		" ",
	),
	..." ",
	" ",
	" ",
	"\n",
	"\\\n",
	"\\",
	" ; ",
	"$'",
	"\u200b",
	"\u202e",
	"\u0441url",
	"\u00a0",
	"\u2010",
	"\r",
	"\u0007",
	"\ud83d",
	...commands,
	...commands,
	...noted,
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: signs of a shell

describe("lines that nobody means", function () {
	this.timeout(0);

	it(`are never let through when bash would run a dangerous program of theirs, in ${runs} random lines`, async function () {
		if (!hasRealShell()) this.skip();
		const judge = await openJudge();
		const shell = openRealShell(noted);
		const { seed } = seeded("lines", 732_031_838);
		const failures: string[] = [];
		let count = 0;
		try {
			for (let run = 0; run < runs && failures.length < maxFailures; run++) {
				const own = (seed + run) >>> 0;
				const text = line(randomFrom(own));
				if (text.includes("\0")) continue;
				const passes = judge(text).passes;
				const ran = shell.ran(text);
				if (ran !== "") count++;
				if (ran !== "" && passes.length > 0)
					failures.push(`MISSION_SEED=${own} MISSION_RUNS=1: bash runs ${ran.trim()}, passes ${passes}:\n${text}`);
			}
		} finally {
			shell.end();
		}
		console.log(`      bash ran a dangerous program in ${count} of them`);
		assert.equal(failures.join("\n\n"), "");
		assert.ok(runs < 100 || count > runs / 10, "hardly any line ran a program");
	});

	it("never make the reader throw or stop, in any shell", async () => {
		const judge = await openJudge();
		const { seed } = seeded("any shell", 732_031_838);
		for (let run = 0; run < runs * 3; run++) {
			const own = (seed + run) >>> 0;
			const text = line(randomFrom(own));
			for (const dialect of ["bash", "powershell", "cmd"] as const) {
				const tookMs = processorTime();
				const { risk, certain } = judge(text, dialect);
				const took = tookMs();
				assert.ok(took < maxLineMs, `MISSION_SEED=${own} MISSION_RUNS=1: ${took} ms for ${JSON.stringify(text)}`);
				assert.ok(certain || risk !== "read", `MISSION_SEED=${own} MISSION_RUNS=1: ${JSON.stringify(text)}`);
			}
		}
	});
});

/** A wrapped command or a soup of tokens, and then perhaps cut, with something left out, put in or moved. */
function line(random: Random): string {
	const start = random.next() < 0.6 ? wrapped(random) : soup(random);
	let text = start;
	for (let times = random.next() < 0.25 ? 0 : random.between(1, 3); times > 0; times--) text = changed(text, random);
	return text;
}

function wrapped(random: Random): string {
	const real = wraps.filter(({ isReal }) => isReal);
	let payload: Payload = { text: oneOf(random, commands), isSimple: true };
	for (let times = random.between(1, 3); times > 0; times--) payload = oneOf(random, real).apply(payload, random);
	return payload.text;
}

function soup(random: Random): string {
	const glue = () => (random.next() < 0.6 ? " " : "");
	return Array.from({ length: random.between(1, 14) }, () => oneOf(random, tokens) + glue()).join("");
}

function changed(text: string, random: Random): string {
	const at = random.between(0, text.length);
	const end = Math.min(text.length, at + random.between(1, 6));
	const ways: readonly (() => string)[] = [
		() => text.slice(0, at),
		() => text.slice(at),
		() => text.slice(0, at) + text.slice(end),
		() => text.slice(0, at) + oneOf(random, tokens) + text.slice(at),
		() => text.slice(0, at) + oneOf(random, tokens) + text.slice(end),
		() => text.slice(0, end) + text.slice(at),
		() => `${text}\n${oneOf(random, commands)}`,
		() => `${text.slice(0, at)}\n${text.slice(at)}`,
		() => `${text.slice(0, at)}${oneOf(random, ["\\", "'", '"', "`", "$", "\\\n", "#"])}${text.slice(at)}`,
	];
	return oneOf(random, ways)();
}
