import { isBuiltin } from "node:module";
import path from "node:path";
import type { Language } from "./program.ts";

/**
 * What a module loads, as far as its text tells: the candidates of each import in the workspace, and whether it may load
 * or run something that the text does not name. A text is read as text; a comment may be taken for code, never the other
 * way round.
 */
export interface Imports {
	/** Absolute, in any of the spellings in which they may stand there. */
	readonly candidates: readonly string[];
	/** Why not all can be told. */
	readonly loads?: string;
}

export function importsOf(language: Language, text: string, file: string, root: string): Imports {
	return language === "javascript" ? javascriptImports(text, file) : pythonImports(text, file, root);
}

const endings = ["", ".js", ".mjs", ".cjs", ".json", ".node", ".ts", ".mts", ".cts", ".tsx", ".jsx"];
const specifiers =
	/(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\(|\brequire\.resolve\s*\(|\bnew\s+URL\s*\()\s*(["'`])([^"'`\n$]+)\1/g;
const openJavascript =
	/\b(?:require|import)\s*\(\s*(?!["'`][^"'`$]*["'`]\s*[,)])|\beval\s*\(|\bnew\s+Function\b|\bcreateRequire\b|\brequire\.(?:cache|extensions|main)\b|\bprocess\.(?:dlopen|binding)\b|\bWorker\s*\(/;
const running: ReadonlySet<string> = new Set(["child_process", "vm", "worker_threads", "cluster", "module", "repl"]);

function javascriptImports(text: string, file: string): Imports {
	const candidates: string[] = [];
	let loads = openJavascript.test(text) ? "loads modules whose names are worked out" : undefined;
	for (const [, , specifier] of text.matchAll(specifiers)) {
		const name = specifier!;
		if (/^\.{0,2}\//.test(name) || name === "." || name === "..")
			candidates.push(...spellings(path.resolve(path.dirname(file), name)));
		else if (name.startsWith("file:")) loads ??= "loads a file by its address";
		else if (isBuiltin(name)) {
			if (running.has(name.replace(/^node:/, "").split("/")[0]!)) loads ??= `uses \`${name}\`, which runs more`;
		} else
			loads ??= `loads the package \`${name
				.split("/")
				.slice(0, name.startsWith("@") ? 2 : 1)
				.join("/")}\``;
	}
	return { candidates, loads };
}

function spellings(place: string): readonly string[] {
	// A TypeScript module is imported by the name of what it is compiled to.
	const source = place.replace(/\.([cm]?)js$/, ".$1ts");
	const compiled = source === place ? [] : [source, source.replace(/ts$/, "tsx")];
	return [
		...endings.map((ending) => place + ending),
		...compiled,
		...["package.json", ...endings.slice(1).map((ending) => `index${ending}`)].map((name) => path.join(place, name)),
	];
}

const openPython =
	/\b(?:importlib|__import__|runpy|subprocess|multiprocessing|pkgutil|imp|ctypes|pty|pickle|marshal)\b|\b(?:exec|eval|execfile|compile)\s*\(|\bos\s*\.\s*(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*|startfile)\b|\bsys\s*\.\s*(?:path|meta_path|modules)\b|\bsite\.addsitedir\b/;

function pythonImports(text: string, file: string, root: string): Imports {
	const names = [
		...[...text.matchAll(/^[ \t]*import[ \t]+([^\n#;]+)/gm)].flatMap(([, list]) =>
			list!.split(",").map((one) => one.trim().split(/\s/)[0]!),
		),
		...[...text.matchAll(/(?:^|[;:])[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)/gm)].flatMap(
			([, from, list]) => [
				from!,
				...list!
					.replace(/[()\\]/g, " ")
					.split(",")
					.map((one) => `${from!.replace(/\.$/, ".")}${/\.$/.test(from!) ? "" : "."}${one.trim().split(/\s/)[0]}`),
			],
		),
		...[...text.matchAll(/;[ \t]*import[ \t]+([\w.]+)/g)].map(([, name]) => name!),
	];
	const here = path.dirname(file);
	const candidates = new Set<string>();
	for (const name of names) {
		const dots = /^\.*/.exec(name)![0].length;
		const bases = dots > 0 ? [path.resolve(here, ...Array<string>(dots - 1).fill(".."))] : [...new Set([here, root])];
		const parts = name.slice(dots).split(".").filter(Boolean);
		for (const base of bases)
			for (let length = 1; length <= parts.length; length++) {
				const place = path.join(base, ...parts.slice(0, length));
				candidates.add(`${place}.py`).add(path.join(place, "__init__.py"));
			}
		if (dots > 0) for (const base of bases) candidates.add(path.join(base, "__init__.py"));
	}
	return { candidates: [...candidates], loads: openPython.test(text) ? "runs or loads what it works out" : undefined };
}
