import assert from "node:assert/strict";
import { Marked } from "marked";
import { cell, code, fence, inline, quote } from "../../../src/daemon/dossier/agentText.ts";
import { processorTime } from "../../support/processorTime.ts";
import { seeded } from "../../support/seed.ts";

/** As a reader that lets everything through would render it. */
const render = (markdown: string) => new Marked({ gfm: true }).parse(markdown) as string;

const pieces = [
	..."#!$*-<>[]()_`|~\\&".split(""),
	..."\n;\n\n;\r\n;\t;    ;`` ;```;~~~;===;---;> ;- ;1. ;- [x] ;word; ;**;~~".split(";"),
	"![x](https://evil.example/a.png?what=was-read)",
	"![r]\n\n[r]: https://evil.example/ref",
	"[a](command:workbench.action.quit)",
	"https://evil.example/x",
	"ftp://evil.example/x",
	"<img src=x>",
	"<script>alert(1)</script>",
	"<!-- -->",
	"<a href='x'>",
	"<https://evil.example/auto>",
	"&lt;img&gt;",
	"&#91;x](y)",
	"| a | b |\n|---|---|\n| 1 | 2 |",
	"\u202e",
	"\x1b[31m",
];

/** Whatever is not inside code. */
const outsideCode = (html: string) => html.replace(/<(code|pre)[^>]*>[\s\S]*?<\/\1>/g, "");

describe("an agent's words in the dossier", () => {
	it("stay words, whatever they are: no picture, no HTML, no heading, no link but to what it says, no way out", () => {
		const random = seeded("words of agents");
		for (let round = 0; round < 2000; round++) {
			const text = Array.from(
				{ length: random.between(1, 9) },
				() => pieces[random.between(0, pieces.length - 1)],
			).join("");
			const places = {
				quotation: `before\n\n${quote(text)}\n\nEND`,
				"list item": `- **what** ${inline(text)} END\n- next`,
				table: `| a | b |\n|---|---|\n| 1 | ${cell(inline(text))} |\n\nEND`,
				code: `- ${code(text)} END`,
				fence: `${fence(text)}\n\nEND`,
			};
			for (const [place, markdown] of Object.entries(places)) {
				const html = outsideCode(render(markdown));
				const where = `${place} of ${JSON.stringify(text)}: ${markdown}\n${html}`;
				assert.doesNotMatch(html, /<(?:img|script|div|h[1-6]|hr|!--)/i, where);
				for (const [, href, shown] of html.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g)) {
					assert.match(href ?? "", /^(?:https?:\/\/|mailto:)/, where);
					assert.ok(href?.replace(/^mailto:/, "").endsWith(shown ?? "?"), where);
				}
				assert.ok(html.replace(/<blockquote>[\s\S]*<\/blockquote>/, "").includes("END"), where);
				if (place === "table") assert.equal(html.match(/<td/g)?.length, 2, where);
			}
		}
	});

	it("keep nobody waiting, however they are tangled", () => {
		for (const unit of [
			"> ",
			"- ",
			"1. ",
			"> - ",
			"[",
			"![",
			"*a",
			"_a_",
			"``a",
			"~~a",
			"[a](",
			"<a ",
			"=\n",
			"\n- a\n  ",
		]) {
			const tookMs = processorTime();
			const text = quote(unit.repeat(6000 / unit.length));
			render(text);
			assert.ok(tookMs() < 10_000, `${JSON.stringify(unit)} took ${tookMs()} ms of processor time`);
		}
	});

	it("keep their lists, tables, code and stress", () => {
		const report =
			"# Done\n\n1. one *two* **three**\n   - `a|b`\n2. four\n\n```sh\nls | wc\n```\n\n| a | b |\n|---|---|\n| 1 | `2` |";
		assert.equal(
			quote(report),
			[
				"> **Done**",
				">",
				"> 1. one *two* **three**",
				">    - `a|b`",
				"> 2. four",
				">",
				"> ```sh",
				"> ls | wc",
				"> ```",
				">",
				"> | a | b |",
				"> |---|---|",
				"> | 1 | `2` |",
			].join("\n"),
		);
	});

	it("are not read backwards, and move no cursor", () => {
		assert.equal(inline("a\u202etxt.exe \x1b[31mred\x1b[0m\x07"), "a\ufffdtxt.exe red\ufffd");
	});

	it("that name money are no mathematics, and snake_case needs no escape", () => {
		assert.equal(inline("from $5 to $6 in my_file_name.ts"), "from \\$5 to \\$6 in my_file_name.ts");
	});
});
