import assert from "node:assert/strict";
import { htmlText } from "../../../src/daemon/tools/htmlText.ts";
import { processorTime } from "../../support/processorTime.ts";

const text = (html: string) => htmlText(html, "https://example.org/docs/page").text;

describe("a page as text", () => {
	const rows: readonly (readonly [name: string, html: string, expected: string])[] = [
		["headings and paragraphs", "<h1>One</h1><p>Two\n three</p><h3>Four</h3>", "# One\n\nTwo three\n\n### Four"],
		["lists in lists", "<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>", "- a\n\n  1. b\n  2. c\n\n- d"],
		[
			"code as it stands",
			"<p>Run <code>npm i</code>:</p><pre><code>a\n  b\n</code></pre>",
			"Run `npm i`:\n\n```\na\n  b\n\n```",
		],
		[
			"links, absolute",
			'<p><a href="../x?y=1#z">There</a> and <a href="#here">here</a></p>',
			"[There](https://example.org/x?y=1#z) and here",
		],
		["no links that run", '<a href="javascript:alert(1)">x</a> <a href="data:text/html,x">y</a>', "x y"],
		["tables", "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "| a | b |\n| 1 | 2 |"],
		["quotes", "<blockquote><p>Said.</p></blockquote><p>After</p>", "> Said.\n\nAfter"],
		[
			"nothing that runs or only looks",
			"<style>p{}</style><script>alert('<p>x</p>')</script><p>Left</p><noscript>No</noscript>",
			"Left",
		],
		["entities", "<p>a &lt; b &amp;&nbsp;c &#x41;</p>", "a < b & c A"],
		["words for images", '<p><img src="x.png" alt="A tree"> and <img src="y.png"></p>', "[image: A tree] and"],
		["tags that are never closed", "<div><p>One<p>Two<ul><li>Three<li>Four", "One\n\nTwo\n\n- Three\n- Four"],
		["tags that were never opened", "</ul></a></pre></main><p>Left</p></blockquote>", "Left"],
	];
	for (const [name, html, expected] of rows)
		it(`has ${name}`, () => assert.equal(text(html).replace(/\u00a0/g, " "), expected));

	it("is what the page says is the matter, and its title", () => {
		const matter = `<p>${"This is what it is about. ".repeat(20)}</p>`;
		const page = htmlText(
			`<html><head><title> The\nTitle </title></head><body><nav>Menu</nav><main>${matter}</main><footer>Foot</footer>`,
			"https://example.org/",
		);
		assert.equal(page.title, "The\nTitle");
		assert.match(page.text, /^This is what/);
		assert.doesNotMatch(page.text, /Menu|Foot/);
	});

	it("takes a page that is nothing but brackets, and a million of them in each other, at once", () => {
		const tookMs = processorTime();
		assert.ok(text("<".repeat(100_000)).length < 100_100);
		text("<div><ul><li><blockquote><a href=x>".repeat(60_000));
		text(`<pre>${"x\n".repeat(500_000)}`);
		assert.ok(tookMs() < 20_000);
	});

	const longLines: readonly (readonly [what: string, piece: string])[] = [
		["links", "<a href=b>x</a> "],
		["words in marks", "<code>x</code> "],
		["links that are never closed", "<a href=b>x "],
		["cells", "<td>x"],
		["lines of code", "<pre><b>x</b></pre>"],
	];
	for (const [what, piece] of longLines)
		it(`takes twice as long for twice as many ${what}`, () => {
			const took = (count: number) => {
				const html = piece.repeat(count);
				const once = () => {
					const tookMs = processorTime();
					text(html);
					return tookMs();
				};
				return Math.min(once(), once(), once());
			};
			took(1000);
			const ratio = took(64_000) / took(8000);
			assert.ok(ratio < 24, `${ratio} times as long for 8 times as many`);
		}).timeout(60_000);

	it("is no larger than can be read, however long its addresses are", () => {
		const html = "<a href=b>x</a>".repeat(120_000);
		assert.doesNotMatch(htmlText(html, `https://example.org/${"a".repeat(4000)}/`).text, /example/);
		const long = htmlText(html, `https://example.org/${"a".repeat(400)}/`).text;
		assert.ok(long.length < 4.1 * 1024 * 1024, `${long.length} characters`);
		assert.match(long, /\[the text of the page is longer than is read\]$/);
		assert.ok(Math.max(...long.split("\n").map((line) => line.length)) < 10_000);
	});

	it("breaks a line without an end between its words", () => {
		const words = Array.from({ length: 10_000 }, (_, at) => `word${at}`);
		const lines = text(`<p>${words.join(" ")}</p>`).split("\n");
		assert.ok(lines.length > 5);
		assert.deepEqual(lines.join(" ").split(" "), words);
	});
});
