/** How the page looks, on a screen in light and dark, and on paper. */
export const htmlStyle = `
:root {
	color-scheme: light dark;
	--text: #1f2328; --soft: #59636e; --line: #d1d9e0; --ground: #ffffff; --raised: #f6f8fa; --link: #0550ae;
}
@media (prefers-color-scheme: dark) {
	:root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --ground: #0d1117; --raised: #161b22; --link: #79b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.55 system-ui, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; overflow-wrap: break-word; }
nav {
	position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; justify-content: center;
	padding: .6rem 1.5rem; background: var(--raised); border-bottom: 1px solid var(--line); font-size: 13px;
}
a { color: var(--link); }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover, nav a:focus-visible { color: var(--text); text-decoration: underline; }
h1 { margin: 0 0 1rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.4rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); font-size: 1.35rem; scroll-margin-top: 3.5rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
p, ul, ol, pre, blockquote, .table { margin: .6rem 0; }
li { margin: .2rem 0; }
code { padding: .1em .35em; border-radius: 4px; background: var(--raised); font: .88em/1.5 ui-monospace, "SF Mono", Consolas, monospace; overflow-wrap: anywhere; }
pre { padding: .7rem .9rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); overflow: auto; }
pre code { padding: 0; background: none; overflow-wrap: normal; }
blockquote { padding: .1rem 1rem; border-left: 3px solid var(--line); }
.table { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .35rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
hr { margin: 3rem 0 1rem; border: 0; border-top: 1px solid var(--line); }
hr ~ p { color: var(--soft); font-size: 13px; }
@media print {
	:root { color-scheme: light; --text: #000; --soft: #444; --line: #bbb; --ground: #fff; --raised: #f4f4f4; --link: #000; }
	@page { margin: 18mm 16mm; }
	body { font-size: 10.5pt; }
	nav { display: none; }
	main { max-width: none; padding: 0; }
	h2, h3 { break-after: avoid; }
	li, tr { break-inside: avoid; }
	pre { white-space: pre-wrap; overflow-wrap: anywhere; }
	thead { display: table-header-group; }
}
`;
