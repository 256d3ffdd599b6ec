import assert from "node:assert/strict";
import { Failure } from "../../../src/cli/terminal/failure.ts";
import { ago, oneLine, shortIds, table } from "../../../src/cli/terminal/layout.ts";
import { createOutput, paint, visible, widthOf } from "../../../src/cli/terminal/output.ts";

function stage({ isTTY = false, json = false, env = {} as NodeJS.ProcessEnv } = {}) {
	const written = { stdout: "", stderr: "" };
	const stream = (name: keyof typeof written) => ({
		write: (text: string) => {
			written[name] += text;
		},
		isTTY,
		columns: 80,
	});
	return { written, output: createOutput({ stdout: stream("stdout"), stderr: stream("stderr"), env }, json) };
}

describe("the command line's output", () => {
	it("has colours in a terminal, and none elsewhere or where they are not wanted", () => {
		for (const [given, expected] of [
			[{ isTTY: true }, "\x1b[32mfine\x1b[0m\n"],
			[{ isTTY: false }, "fine\n"],
			[{ isTTY: true, env: { NO_COLOR: "1" } }, "fine\n"],
			[{ isTTY: true, env: { TERM: "dumb" } }, "fine\n"],
		] as const) {
			const { written, output } = stage(given);
			output.result({}, paint.green("fine"));
			assert.equal(written.stdout, expected);
		}
	});

	it("shows what an agent's text would do to the terminal, instead of doing it", () => {
		const { written, output } = stage({ isTTY: true });
		output.line({}, "rm -rf x\x1b[2K\x1b[1Gecho harmless\u202e\x07");
		assert.equal(written.stdout, "rm -rf x\\x1b[2K\\x1b[1Gecho harmless\\u{202e}\\x07\n");
		assert.equal(visible("tab\tand\nline"), "tab\tand\nline");
	});

	it("writes a diff into a pipe as it is", () => {
		const { written, output } = stage();
		output.raw({}, "+\x1b[31mred\x1b[0m\r\n");
		assert.equal(written.stdout, "+\x1b[31mred\x1b[0m\r\n");
	});

	it("with --json says what is noted in the document, in the error, or beside a list or a stream", () => {
		const noted = (write: (output: ReturnType<typeof stage>["output"]) => void) => {
			const { written, output } = stage({ json: true });
			output.note("one");
			output.note("two");
			write(output);
			output.end();
			const parsed = (text: string) => text && JSON.parse(text);
			return [parsed(written.stdout), parsed(written.stderr)];
		};
		const notes = ["one", "two"];
		assert.deepEqual(
			noted((output) => output.result({ a: 1 }, "")),
			[{ a: 1, notes }, ""],
		);
		assert.deepEqual(
			noted((output) => output.raw({ a: 1 }, "")),
			[{ a: 1, notes }, ""],
		);
		assert.deepEqual(
			noted((output) => output.result([1], "")),
			[[1], { notes }],
		);
		assert.deepEqual(
			noted((output) => output.line({ seq: 1 }, "")),
			[{ seq: 1 }, { notes }],
		);
		assert.deepEqual(
			noted((output) => output.failure(new Failure("notNow", "No."))),
			["", { error: { code: "notNow", message: "No." }, notes }],
		);
	});

	it("with --json is one document, or one object a line, and nothing else", () => {
		const one = stage({ json: true, isTTY: true });
		one.output.aside("beside the point");
		one.output.result({ a: [1] }, "text");
		assert.deepEqual(JSON.parse(one.written.stdout), { a: [1] });
		assert.equal(one.written.stderr, "");
		const many = stage({ json: true });
		many.output.line({ seq: 1 }, "text");
		many.output.line({ seq: 2 }, "text");
		assert.equal(many.written.stdout, '{"seq":1}\n{"seq":2}\n');
	});

	it("says a failure in one sentence, or as an error with a code", () => {
		const failure = new Failure("notNow", "The goal is paused already.");
		const text = stage();
		text.output.failure(failure);
		assert.equal(text.written.stderr, "The goal is paused already.\n");
		const json = stage({ json: true });
		json.output.failure(failure);
		assert.deepEqual(JSON.parse(json.written.stderr), {
			error: { code: "notNow", message: "The goal is paused already." },
		});
		assert.equal(json.written.stdout, "");
	});
});

describe("the command line's layout", () => {
	it("aligns columns by what is seen, and leaves empty ones out", () => {
		const text = table([
			[paint.green("✓"), "a", "", "last"],
			["漢", "bcd", "", "one"],
		]);
		assert.equal(text.replace(/[\uE010-\uE01F]/g, ""), "✓   a    last\n漢  bcd  one");
		assert.equal(widthOf(paint.red("漢a")), 3);
		assert.equal(widthOf("e\u0301👩‍👩‍👧🇫🇷"), 5, "an accent takes no column, a family and a flag two each");
	});

	it("makes one line of a text, and shortens it to the room there is", () => {
		assert.equal(oneLine("one\n  two\nthree"), "one two three");
		assert.equal(oneLine("one\ntwo\nthree", 8), "one two…");
		assert.equal(oneLine("漢漢漢漢", 5), "漢漢…");
		assert.equal(oneLine("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5), "👩‍👩‍👧👩‍👩‍👧…", "a family is not cut apart");
	});

	it("tells in its largest unit how long ago something was", () => {
		assert.equal(ago("2026-01-01T00:00:00.000Z", Date.parse("2026-01-01T00:00:02.000Z")), "now");
		assert.equal(ago("2026-01-01T00:00:00.000Z", Date.parse("2026-01-01T01:00:00.000Z")), "1 h ago");
	});

	it("shortens ids as far as they stay different", () => {
		const short = shortIds(["g-0011223344556677", "g-0011229944556677", "g-ff11223344556677", "tiny"]);
		assert.equal(short("g-0011223344556677"), "g-001122" + "3");
		assert.equal(short("g-ff11223344556677"), "g-ff1122");
		assert.equal(short("tiny"), "tiny");
	});
});
