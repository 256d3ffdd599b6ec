/** What the first word of a fence means, and which words are nearly one that does something. */
export type FenceUse = "command" | "zsh" | "session" | "write" | "check";

/** Undefined for other languages and for unknown words. */
export function useOf(word: string): FenceUse | undefined {
	if (word === "write" || word === "check") return word;
	return shells.get(word.toLowerCase());
}

const shells: ReadonlyMap<string, FenceUse> = new Map([
	...["sh", "bash", "shell"].map((word) => [word, "command"] as const),
	["zsh", "zsh"],
	...["console", "terminal", "session", "shellsession"].map((word) => [word, "session"] as const),
	...["shell", "sh", "bash", "zsh"].map((word) => [`${word}-session`, "session"] as const),
]);

/** Whether the word is a language of its own, whatever else it looks like. */
export function isLanguage(word: string): boolean {
	return languages.has(word.toLowerCase());
}

/** The word that was meant by one that is nearly it: in another letter case, mistyped, or with something stuck to it. */
export function wordMeant(word: string): string | undefined {
	const plain = word.toLowerCase().replaceAll("_", "-");
	if (plain === "" || useOf(word) || isLanguage(plain)) return undefined;
	if (plain !== word && (plain === "write" || plain === "check" || shells.has(plain))) return plain;
	if (otherNames.has(plain)) return otherNames.get(plain);
	// `bash,norun`, `check:`, `sh[2]`: the word, and something that no fence can say like this.
	const [head] = /^[a-z]+/.exec(plain) ?? [""];
	if (head !== plain && meant.includes(head)) return head;
	return meant.find((one) => isNear(plain, one));
}

const meant = ["check", "write", "sh", "bash", "shell", "zsh", "console", "terminal", "shell-session"];

const otherNames: ReadonlyMap<string, string> = new Map(
	["shellscript", "shell-script", "sh-script", "bash-script", "bashscript", "zsh-script"].map((name) => [
		name,
		name.startsWith("zsh") ? "zsh" : name.startsWith("bash") ? "bash" : "sh",
	]),
);

/** A long word may have two slips, a short one a single one, and one of two letters none: `hs` is Haskell. */
function isNear(word: string, wanted: string): boolean {
	const slips = wanted.length < 3 ? 0 : wanted.length < 5 ? 1 : 2;
	return slips > 0 && Math.abs(word.length - wanted.length) <= slips && distance(word, wanted) <= slips;
}

/** Letters to add, take away, change or swap with their neighbour, to make one word of the other. */
export function distance(a: string, b: string): number {
	const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			row[j] = Math.min(
				rows[i - 1]![j]! + 1,
				row[j - 1]! + 1,
				rows[i - 1]![j - 1]! + same,
				swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY,
			);
		}
		rows.push(row);
	}
	return rows[a.length]![b.length]!;
}

/**
 * Words that people write behind fences for something else. Those that look like one of ours must be here; the others
 * are known as what cannot be the path in `write js app.js`.
 */
const languages = new Set(
	`abap ada adoc ansi apache apex applescript arduino arm asciidoc asm astro autohotkey awk ballerina bas basic bat
	batch bats bibtex bicep blade bqn bsh c c# c++ caddyfile ceylon chapel chef chuck clj clojure cljs cmake cmd cobol coffee
	coffeescript coq cpp crystal cs csh csharp cson css csv cue cypher cython d dart dash diff django docker dockerfile
	dos dot dotenv ebnf edn eex elixir elisp elm elvish env erb erlang ex exs f# fish flow fortran fsharp gdscript
	gherkin git gitignore gleam glsl go golang gradle graphql groovy hack haml handlebars haskell haxe hbs hcl heex
	hjson hlsl hs html http hy ini io j java javascript jinja jinja2 jl js json json5 jsonc jsonl jsonnet jsp jsx julia
	kotlin ksh kt kts latex less liquid lisp log logs lua luau make makefile markdown mathematica matlab md mdx mediawiki
	mermaid meson mksh move nasm nginx nim nix nu nushell objc objective-c ocaml odin org osh output pascal patch perl php
	pig pl plain plaintext plantuml plsql po postcss postscript powershell prisma prolog properties proto protobuf ps1
	psql pug puppet purescript pwsh py pycon python python3 q qml r raku razor rb rbs reason rego regex rescript rest rkt
	robot rs rst ruby rust sas sass scala scheme scss sed self sexp shex shen shader skill sml solidity sparql sql ssh
	sshconfig stata stylus sv svelte svg swift systemd systemverilog tcl tcsh terminfo terraform tex text textile tf
	thrift tla toml tree ts tsv tsx turtle twig txt typescript typst v vb vba verilog vhdl vim vimscript viml vue vyper
	wasm wat webidl wgsl wit wren x86asm xml xonsh xsh xslt yaml yang yml ysh zig ash doscon ps1con rsh shell-output
	bash-output console-output terminal-output`.split(/\s+/),
);
