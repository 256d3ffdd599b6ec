import { builds, installs, publishes } from "./packageVerbs.ts";
import { type Call, type Effect, type Judgement, type Row, runsOther, type Verb, write, writesFile } from "./row.ts";

const asks: Verb = { risk: "read", operands: "text" };
const checks = "checks code by settings of the project, which may load programs";
const compiling: Readonly<Record<string, Effect>> = { "-wrapper= -fplugin= -B=": runsOther, "-o=": writesFile };

/** Compilers, runners of tests and tasks, checkers: what they do is in files of the project. */
export const builders: readonly Row[] = [
	{
		names: "make gmake ninja cmake ctest cpack just task",
		risk: "write",
		reason: "runs tasks of the project",
		operands: "text",
		options: {
			"-f= --file= --makefile=": write("runs tasks of a file", "program"),
			"-C= --directory=": write("works in another folder"),
		},
		valued: "-j -I -S -B -P -D",
		judge: tasks,
		asks: "-v -V -h",
	},
	{
		names:
			"mage rake invoke inv fab doit scons waf meson bazel bazelisk buck2 xmake premake5 ant sbt mill lein gradle gradlew mvn mvnw mvnd msbuild xcodebuild fastlane gulp grunt earthly dagger pants tup redo xcrun",
		risk: "write",
		reason: "runs tasks of the project",
		operands: "text",
		judge: tasks,
		asks: false,
	},
	{
		names: "dotnet",
		risk: "write",
		operands: "text",
		stops: true,
		verbs: {
			"--version --info --list-sdks --list-runtimes": asks,
			"build test run clean format msbuild vstest publish pack watch exec": builds,
			"restore add remove new tool workload sdk list": installs,
			"nuget dev-certs user-secrets": publishes,
		},
		anyVerb: builds,
		asks: "--info --list-sdks --list-runtimes -h",
	},
	{
		names: "vitest jest playwright cypress ginkgo",
		risk: "write",
		reason: "runs tests of the project",
		operands: "text",
		asks: "-v",
	},
	{
		names:
			"mocha _mocha ava tap tape uvu lab jasmine karma wdio pytest py.test nose2 nosetests behave tox nox unittest rspec cucumber minitest phpunit pest bats shellspec gotestsum robot testcafe storybook c8 nyc coverage stryker jest-runner node-test",
		risk: "write",
		reason: "runs tests of the project",
		operands: "text",
		asks: false,
	},
	{
		names:
			"tsc vue-tsc tsgo eslint prettier biome stylelint oxlint mypy ruff black isort golangci-lint gofmt clang-format clang-tidy cppcheck shellcheck shfmt",
		risk: "write",
		reason: checks,
		operands: "files",
		options: { "-o= --output= --output-file= --outDir= --outdir= --out-file= --outFile=": writesFile },
		asks: "-v -V -h",
	},
	{
		names:
			"standard xo dprint knip depcheck madge commitlint markdownlint markdownlint-cli2 cspell htmlhint pyright basedpyright pylint flake8 bandit autopep8 yapf vulture rubocop staticcheck goimports rustfmt clippy-driver hadolint actionlint yamllint jsonlint taplo checkstyle ktlint detekt swiftlint swiftformat phpstan psalm phpcs php-cs-fixer ansible-lint tflint checkov semgrep codespell typos vale terraform-docs lychee swagger-cli spectral redocly prisma drizzle-kit protoc buf sqlfluff",
		risk: "write",
		reason: checks,
		operands: "files",
		options: { "-o= --output= --output-file= --out-file=": writesFile },
		asks: false,
	},
	{
		names:
			"gcc g++ cc c++ clang clang++ javac kotlinc scalac ghc ld as nasm swiftc zig nim crystal gfortran tcc esbuild",
		risk: "write",
		reason: "builds code of the project",
		operands: "text",
		options: compiling,
		style: "single",
		asks: "-v -V -version version",
	},
	{
		names:
			"rustc ocamlc ocamlopt dmd fpc emcc nvcc webpack rspack rollup vite tsup parcel swc babel unbuild microbundle next nuxt nuxi astro remix gatsby svelte-kit ng vue expo electron-builder electron sass less-css postcss tailwindcss terser uglifyjs rolldown metro",
		risk: "write",
		reason: "builds code of the project",
		operands: "text",
		options: compiling,
		style: "single",
		asks: false,
	},
	{
		names:
			"husky lint-staged pre-commit lefthook semantic-release release-it changeset standard-version commitizen cz git-cz",
		risk: "write",
		reason: "runs hooks or releases of the project",
		operands: "text",
		judge: ({ operands, name }, judgement) => {
			if (/release/.test(name) || operands.some(({ text }) => text === "publish"))
				judgement.add("dangerous", "publishes, or changes what others see");
		},
	},
	{
		names: "run-s run-p npm-run-all npm-run-all2 concurrently wait-on start-server-and-test onchange chokidar",
		risk: "write",
		reason: "runs scripts by their names",
		operands: "text",
		judge: ({ operands, name }, judgement) => {
			if (/^(concurrently|onchange|start-server)/.test(name))
				for (const one of operands) if (/\s/.test(one.text)) judgement.script(one);
		},
	},
	{
		names:
			"alembic django-admin manage.py flask rails artisan uvicorn gunicorn hypercorn celery streamlit jupyter ipython notebook mkdocs sphinx-build jekyll hugo eleventy docusaurus vitepress typedoc jsdoc doxygen",
		risk: "write",
		reason: "runs code of the project",
		operands: "text",
	},
	{
		names: "objdump readelf nm size ldd otool addr2line c++filt javap jps jstat dwarfdump",
		risk: "read",
		judge: ({ name }, judgement) => {
			if (name === "ldd") judgement.add("write", "may run the program that it looks into");
		},
	},
];

function tasks({ args, name, has }: Call, judgement: Judgement): void {
	const isMake = /make$/.test(name);
	if (has("-f", "--file", "--makefile") && args.some(({ text }) => /^(-f|--(make)?file=?)-$|^-$/.test(text)))
		judgement.add("dangerous", "runs commands that it reads");
	for (const { text } of args) {
		if (/^(SHELL|CC|CXX|LD|AR|MAKE|MAKEFLAGS|.*FLAGS)[:+?]?=/.test(text))
			judgement.add("dangerous", "sets what it runs");
		if (isMake && /^--ev|^-E/.test(text) && name !== "cmake")
			judgement.add("dangerous", "runs a program that the command holds");
		if (name === "cmake" && /^-E$/.test(text)) judgement.unsure("it runs a command of cmake");
		if (/exec:|exec\.executable/.test(text)) judgement.add("dangerous", "runs another program");
		if (/publish|deploy|release|upload/i.test(text)) judgement.add("network", "may publish or deploy");
	}
}
