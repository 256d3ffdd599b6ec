import assert from "node:assert/strict";
import { htmlText } from "../../../src/daemon/tools/htmlText.ts";

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
		const startedAt = performance.now();
		assert.equal(text("<".repeat(100_000)).length <= 100_000, true);
		text("<div><ul><li><blockquote><a href=x>".repeat(60_000));
		text(`<pre>${"x\n".repeat(500_000)}`);
		assert.ok(performance.now() - startedAt < 10_000);
	});
});
