import { textWord } from "../tree/script.ts";
import {
	asks,
	builds,
	inside,
	installs,
	logged,
	online,
	publishes,
	remote,
	removes,
	settings,
	told,
} from "./packageVerbs.ts";
import { dangerous, network, type Row, runsOther, write, writesFile } from "./row.ts";

/** Managers of packages and of versions, and what they run. */
export const packages: readonly Row[] = [
	{
		names: "rustup",
		risk: "network",
		reason: "installs programs, or runs them",
		operands: "text",
		stops: true,
		flags: "-v -q",
		verbs: {
			run: { ...inside, judge: ({ operands: [, ...rest] }, judgement) => judgement.run(rest) },
			"toolchain target component": { ...asks, verbs: { list: asks }, anyVerb: installs },
			"which help": asks,
		},
		anyVerb: { risk: "network", reason: "installs programs", operands: "text" },
	},
	{
		names: "nvm fnm volta asdf mise n nodenv pyenv rbenv sdk proto",
		risk: "network",
		reason: "installs programs, or runs them",
		operands: "text",
		stops: true,
		verbs: { "exec x run": inside, "current which ls list version versions --version where": asks },
		anyVerb: { risk: "network", reason: "installs programs", operands: "text" },
	},
	{
		names: "node-gyp lerna nx turbo wireit moon lage",
		risk: "write",
		reason: "runs code of the project",
		operands: "text",
		verbs: { exec: inside, publish: publishes },
		anyVerb: builds,
		asks: false,
	},
	{
		names: "pip pip3",
		risk: "write",
		operands: "text",
		verbs: {
			"list freeze show check inspect debug help hash": {
				risk: "read",
				options: {
					...logged,
					"-o --outdated -u --uptodate": network("asks a registry of packages"),
				},
				valued: "--path --exclude --format -i --index-url --extra-index-url",
			},
			"download index search": { ...online, options: logged },
			"install wheel": { ...installs, options: { ...installs.options, ...logged } },
			uninstall: removes,
			"config cache": settings,
		},
		asks: "-V -h",
		flags: "-q -v -qq --quiet --disable-pip-version-check --no-input --no-color",
	},
	{
		names: "conda mamba micromamba",
		risk: "network",
		reason: "installs packages, or runs what they hold",
		operands: "text",
		stops: true,
		asks: "-V -h",
		verbs: {
			"list info": asks,
			env: { ...asks, verbs: { list: asks }, anyVerb: installs },
			run: { ...inside, valued: "-n -p --name --prefix --cwd" },
			search: online,
			"config init activate shell": settings,
		},
		anyVerb: installs,
	},
	{
		names: "uv",
		risk: "write",
		operands: "text",
		stops: true,
		asks: "-V -h",
		valued: "--directory --project --color --config-file --cache-dir",
		flags: "-q -v --quiet --verbose --offline --no-cache -n --no-progress --no-config",
		verbs: {
			run: {
				...inside,
				judge: ({ operands }, judgement) =>
					judgement.run(/\.py$/.test(operands[0]?.text ?? "") ? [textWord("python"), ...operands] : operands),
			},
			pip: {
				...installs,
				verbs: { "list freeze show check tree": asks, "install sync compile": installs, uninstall: removes },
				anyVerb: installs,
			},
			"tree help version": { ...told },
			python: { ...installs, verbs: { "list find dir": asks }, anyVerb: installs },
			tool: { ...installs, verbs: { "list dir": asks, run: remote }, anyVerb: installs },
			cache: settings,
			publish: publishes,
			auth: settings,
		},
		anyVerb: installs,
	},
	{
		names: "poetry pipenv pdm hatch rye pixi",
		risk: "write",
		reason: "runs a tool that the project may tell what to load",
		operands: "text",
		stops: true,
		asks: false,
		valued: "-C -p --directory --project",
		verbs: {
			run: {
				...inside,
				judge: ({ operands }, judgement) =>
					judgement.run(/\.py$/.test(operands[0]?.text ?? "") ? [textWord("python"), ...operands] : operands),
			},
			"show list tree check version info help about": told,
			env: { ...told, verbs: { "info list": told }, anyVerb: installs },
			publish: publishes,
			"config auth shell activate": settings,
		},
		anyVerb: installs,
	},
	{
		names: "cargo",
		risk: "write",
		reason: "runs a compiler that the project may name",
		operands: "text",
		stops: true,
		asks: false,
		options: { "--config=": runsOther },
		valued: "-C -Z --color --manifest-path",
		flags: "-v -q --verbose --quiet --locked --offline --frozen --list -V -h",
		verbs: {
			"tree metadata locate-project pkgid read-manifest verify-project help version": told,
			"search info": online,
			"build check test run bench doc clippy fmt fix clean rustc rustdoc expand b c t r d nextest": {
				...builds,
				options: { "--config=": runsOther },
			},
			"fetch update add install remove generate-lockfile vendor init new upgrade audit": installs,
			"publish yank owner login logout": publishes,
		},
		anyVerb: builds,
	},
	{
		names: "go",
		risk: "write",
		operands: "text",
		stops: true,
		valued: "-C",
		verbs: {
			"version help doc list": {
				risk: "read",
				operands: "text",
				style: "single",
				options: {
					"-toolexec= -exec= -vettool= -overlay= -modfile=": runsOther,
					"-m -u -versions -retracted": network("asks for modules"),
					"-export -compiled": write("builds what it lists"),
				},
				valued: "-f -tags -C -mod",
			},
			env: {
				risk: "read",
				operands: "text",
				style: "single",
				options: { "-w -u": dangerous("changes settings of go", "text") },
			},
			"build test run vet fmt fix tool clean generate": {
				...builds,
				style: "single",
				options: { "-exec= -toolexec= -vettool=": runsOther, "-o=": writesFile },
			},
			"get install mod work": installs,
			telemetry: settings,
		},
		anyVerb: builds,
	},
	{
		names: "gem luarocks opam nuget",
		risk: "network",
		reason: "installs packages",
		operands: "text",
		stops: true,
		asks: "-v",
		verbs: {
			"list show which environment contents specification": {
				...asks,
				options: { "-r --remote -b --both": network("asks a registry of packages"), "--config-file=": runsOther },
			},
			"info search outdated": online,
			exec: inside,
			"push publish yank owner signin": publishes,
		},
		anyVerb: installs,
	},
	{
		names:
			"bundle bundler composer cpan cpanm vcpkg conan mix rebar3 hex cabal stack nimble shards dub spack pub dart flutter swift pod carthage elm gleam",
		risk: "network",
		reason: "installs packages, or runs code of the project",
		operands: "text",
		stops: true,
		asks: false,
		flags: "-v -V -q --version --help --verbose --quiet",
		verbs: {
			"list show info outdated help tree about check": told,
			exec: inside,
			"test build compile run analyze format": builds,
			"push publish yank owner signin": publishes,
		},
		anyVerb: installs,
		judge: ({ operands, args }, judgement) => {
			if (operands.length === 0 && args.length > 0)
				judgement.add("write", "runs a tool that the project may tell what to load");
		},
	},
	{
		names:
			"apt apt-get aptitude dnf yum zypper pacman apk brew port snap flatpak nix nix-env nix-shell guix emerge xbps-install dpkg rpm choco winget scoop pkg pkg_add installer softwareupdate mas apt-key add-apt-repository update-alternatives alternatives",
		risk: "dangerous",
		reason: "installs or removes programs of the system",
		operands: "text",
		stops: true,
		verbs: {
			"list search show info policy -Q -Qi -Qs -Ql -Qo -l -L -s -S -qa -qi -ql -qf -q deps outdated leaves": {
				risk: "read",
				operands: "text",
				judge: ({ args }, judgement) => {
					if (args.some(({ text }) => /^-[a-z]*[oc]|^--(op|co)|^--(pipe|eval|define|load|macros)/.test(text)))
						judgement.add("dangerous", "sets what it runs");
				},
			},
		},
		anyVerb: { risk: "dangerous", reason: "installs or removes programs of the system", operands: "text" },
	},
	{
		names: "dpkg-query apt-cache",
		risk: "read",
		operands: "text",
		options: { "-o= --option= -c= --config-file=": dangerous("sets what it runs", "text") },
		flags: "--showformat?",
	},
	{ names: "twine vsce ovsx np", risk: "dangerous", reason: "publishes, or changes what others see", operands: "text" },
	{ names: "pkg-config pkgconf", risk: "read", operands: "text" },
];
