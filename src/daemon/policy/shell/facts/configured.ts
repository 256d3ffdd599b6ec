import { namesLike, type Program, type Reading, type Runs } from "./program.ts";

/** Programs that read a configuration and then load what they find: one row each. */
interface Row {
	readonly names: string;
	/** Of the folder in which they run. */
	readonly files: string;
	/** Configuration in many spellings: names that begin so. */
	readonly like?: RegExp;
	/** Why not all of it can be told; absent where the files are all there is. */
	readonly loads?: string;
}

const finds = "loads the tests that it finds, and what they load";
const plugins = "loads what its configuration names";
const builds = "builds and runs code of the workspace";

const rows: readonly Row[] = [
	{ names: "vitest", files: "package.json tsconfig.json", like: /^(vitest|vite)\.(config|workspace)\./, loads: finds },
	{
		names: "jest",
		files: "package.json tsconfig.json babel.config.js .babelrc",
		like: /^(jest|babel)\.(config|setup)\./,
		loads: finds,
	},
	{ names: "mocha _mocha", files: "package.json", like: /^\.mocharc/, loads: finds },
	{ names: "ava", files: "package.json", like: /^ava\.config\./, loads: finds },
	{ names: "tap tape tst uvu lab brittle jasmine", files: "package.json .taprc jasmine.json", loads: finds },
	{ names: "playwright", files: "package.json", like: /^playwright.*\.config\./, loads: finds },
	{
		names: "cypress wdio karma",
		files: "package.json",
		like: /^(cypress|wdio|karma)\.(config|conf)?\.?/,
		loads: finds,
	},
	{
		names: "webpack rspack",
		files: "package.json tsconfig.json",
		like: /^(webpack|rspack|babel|postcss)\.config/,
		loads: plugins,
	},
	{
		names: "vite astro nuxt nuxi next svelte-kit remix gatsby",
		files: "package.json tsconfig.json .env",
		like: /^(vite|astro|nuxt|next|svelte|remix|gatsby|postcss|tailwind)[\w-]*\.(config|ts|js)/,
		loads: plugins,
	},
	{
		names: "rollup esbuild tsup parcel swc babel unbuild microbundle",
		files: "package.json tsconfig.json .parcelrc .swcrc .babelrc",
		like: /^(rollup|tsup|build|babel)\.config/,
		loads: plugins,
	},
	{ names: "tsc vue-tsc tsgo", files: "", like: /^tsconfig.*\.json$/ },
	{
		names: "eslint standard xo",
		files: "package.json .eslintignore tsconfig.json",
		like: /^(\.eslintrc|eslint\.config\.)/,
		loads: plugins,
	},
	{
		names: "prettier",
		files: "package.json .editorconfig",
		like: /^(\.prettierrc|prettier\.config\.)/,
		loads: plugins,
	},
	{ names: "biome", files: "biome.json biome.jsonc" },
	{
		names: "stylelint commitlint knip depcheck madge lint-staged semantic-release release-it changeset",
		files: "package.json",
		like: /^\.?(stylelint|commitlint|knip|lintstaged|lint-staged|release|release-it)(rc|\.config)?/,
		loads: plugins,
	},
	{
		names: "turbo nx lerna rush gulp grunt wireit ng storybook",
		files: "package.json turbo.json nx.json lerna.json rush.json angular.json Gruntfile.js",
		like: /^(gulpfile|Gruntfile|turbo|project)\./,
		loads: builds,
	},
	{ names: "npm-run-all run-s run-p concurrently", files: "package.json", loads: "runs scripts by their names" },
	{
		names: "unittest nose2 nosetests behave lettuce robot",
		files: "pyproject.toml setup.cfg tox.ini unittest.cfg behave.ini",
		loads: finds,
	},
	{ names: "tox", files: "tox.ini tox.toml pyproject.toml setup.cfg setup.py", loads: builds },
	{ names: "nox", files: "noxfile.py pyproject.toml", loads: builds },
	{
		names: "invoke inv fab doit scons waf",
		files: "tasks.py fabfile.py dodo.py SConstruct wscript pyproject.toml invoke.yaml",
		loads: builds,
	},
	{ names: "build flit twine", files: "pyproject.toml setup.py setup.cfg", loads: builds },
	{
		names: "mypy pyright pylint flake8 ruff black isort",
		files: "pyproject.toml setup.cfg mypy.ini .pylintrc .flake8 ruff.toml .ruff.toml pyrightconfig.json tox.ini",
		loads: plugins,
	},
	{
		names: "gunicorn uvicorn hypercorn flask django-admin celery alembic",
		files: "pyproject.toml gunicorn.conf.py alembic.ini .flaskenv .env wsgi.py app.py",
		loads: builds,
	},
	{
		names: "pre-commit lefthook",
		files: ".pre-commit-config.yaml lefthook.yml lefthook.yaml package.json",
		loads: "runs the hooks that its configuration names",
	},
	{
		names: "cargo",
		files:
			"Cargo.toml Cargo.lock build.rs .cargo/config.toml .cargo/config rust-toolchain rust-toolchain.toml clippy.toml",
		loads: builds,
	},
	{ names: "go", files: "go.mod go.sum go.work go.work.sum vendor/modules.txt", like: /\.go$/, loads: builds },
	{
		names: "gradle gradlew",
		files: "gradlew gradle.properties gradle/wrapper/gradle-wrapper.properties gradle/wrapper/gradle-wrapper.jar",
		like: /\.gradle(\.kts)?$/,
		loads: builds,
	},
	{
		names: "mvn mvnw mvnd",
		files: "pom.xml mvnw .mvn/maven.config .mvn/jvm.config .mvn/extensions.xml .mvn/wrapper/maven-wrapper.properties",
		loads: builds,
	},
	{
		names: "ant sbt mill lein clojure clj bb",
		files: "build.xml build.sbt build.sc project/build.properties project/plugins.sbt project.clj deps.edn bb.edn",
		loads: builds,
	},
	{
		names: "dotnet msbuild nuget",
		files: "global.json Directory.Build.props Directory.Build.targets nuget.config NuGet.Config",
		like: /\.(csproj|fsproj|vbproj|sln|slnx|props|targets)$/,
		loads: builds,
	},
	{ names: "rake", files: "Rakefile rakefile Rakefile.rb rakefile.rb Gemfile .rakerc", loads: builds },
	{
		names: "bundle bundler",
		files: "Gemfile Gemfile.lock gems.rb .bundle/config Rakefile .rspec",
		like: /\.gemspec$/,
		loads: builds,
	},
	{
		names: "rspec cucumber minitest rails",
		files: ".rspec Gemfile Rakefile config.ru spec/spec_helper.rb cucumber.yml config/application.rb",
		loads: finds,
	},
	{
		names: "composer phpunit pest artisan",
		files: "composer.json composer.lock phpunit.xml phpunit.xml.dist artisan",
		loads: builds,
	},
	{
		names: "cmake ctest cpack",
		files: "CMakeLists.txt CMakePresets.json CMakeUserPresets.json CTestTestfile.cmake",
		loads: builds,
	},
	{
		names: "ninja meson bazel bazelisk buck2 xmake premake5",
		files:
			"build.ninja meson.build meson_options.txt MODULE.bazel WORKSPACE BUILD BUILD.bazel .bazelrc .bazelversion xmake.lua",
		loads: builds,
	},
	{ names: "swift xcodebuild pod fastlane", files: "Package.swift Podfile Fastfile fastlane/Fastfile", loads: builds },
	{
		names: "stack cabal dune opam mix rebar3 gleam elm zig nim nimble crystal shards",
		files:
			"stack.yaml cabal.project dune-project dune mix.exs mix.lock rebar.config gleam.toml elm.json build.zig build.zig.zon shard.yml",
		like: /\.(cabal|nimble|opam)$/,
		loads: builds,
	},
	{
		names: "docker docker-compose podman podman-compose nerdctl buildah",
		files:
			"Dockerfile Containerfile .dockerignore compose.yaml compose.yml docker-compose.yml docker-compose.yaml compose.override.yaml compose.override.yml docker-compose.override.yml docker-compose.override.yaml .env",
		like: /^(Dockerfile|Containerfile|docker-compose|compose)[.-]/,
		loads: "builds or runs what its files name",
	},
	{
		names:
			"vagrant packer terraform tofu terragrunt pulumi ansible ansible-playbook helm helmfile kubectl skaffold tilt act serverless sam cdk",
		files:
			"Vagrantfile Pulumi.yaml ansible.cfg Chart.yaml values.yaml skaffold.yaml Tiltfile .actrc serverless.yml template.yaml cdk.json terragrunt.hcl",
		like: /\.(tf|tfvars|pkr\.hcl)$/,
		loads: "carries out what its files name",
	},
	{ names: "bats shunit2 shellspec", files: ".shellspec", loads: finds },
];

export const configured: readonly Program[] = rows.map((row) => ({
	names: row.names.split(" "),
	async read({ program, folder, args }, reading): Promise<Runs> {
		const isAsked = args.length > 0 && args.every(({ text }) => /^(--?version|-[vV]|--?help|-h)$/.test(text));
		if (isAsked) return {};
		const found = await places(reading, row, folder);
		return { files: found, loads: row.loads && `\`${program}\` ${row.loads}` };
	},
}));

async function places(reading: Reading, { files, like }: Row, folder: string): Promise<readonly string[]> {
	return namesLike(reading, folder, [...files.split(" ").filter(Boolean), ...(like ? [like] : [])]);
}
