import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openFileContents } from "../../../src/daemon/platform/fileContents.ts";
import { bindingOf } from "../../../src/daemon/policy/binding.ts";
import { parseCommand } from "../../../src/daemon/policy/shell/parse/parseCommand.ts";

/** A command, the files that an approval of it is bound to, and how far a longer approval may go. */
type Row = readonly [command: string, files: readonly string[], covers: "files" | "written" | "once"];

const script = { "run.sh": "echo 1\n", "sub/run.sh": "echo 2\n", "a b.sh": "echo 3\n" };

const tables: Readonly<Record<string, { readonly files: Record<string, string>; readonly rows: readonly Row[] }>> = {
	"a shell and the text of a command": {
		files: { ...script, "in.txt": "x\n", "out.txt": "y\n", "calls.sh": "#!/bin/bash\nset -e\nsh ./run.sh\n" },
		rows: [
			["sh run.sh", ["run.sh"], "files"],
			["./run.sh", ["run.sh"], "files"],
			["./calls.sh", ["calls.sh", "run.sh"], "files"],
			["cd sub && sh run.sh", ["sub/run.sh"], "files"],
			["cd sub; sh run.sh", ["run.sh", "sub/run.sh"], "files"],
			["(cd sub && sh run.sh) && sh calls.sh", ["calls.sh", "run.sh", "sub/run.sh"], "files"],
			["cd $(git rev-parse --show-toplevel) && sh run.sh", [], "once"],
			['sh "a b.sh"', ["a b.sh"], "files"],
			["sh a\\ b.sh", ["a b.sh"], "files"],
			['bash -c "sh ./run.sh > out.txt"', ["run.sh"], "files"],
			["bash -euxc 'sh ./run.sh'", ["run.sh"], "files"],
			["SCRIPT=run.sh; sh $SCRIPT", ["run.sh"], "files"],
			["export SCRIPT=run.sh && sh $" + "{SCRIPT}", ["run.sh"], "files"],
			["env A=1 nohup time -p sh run.sh &", ["run.sh"], "files"],
			["timeout -k 5 10s nice -n 5 sh run.sh", ["run.sh"], "files"],
			["if test -f in.txt; then sh run.sh; else sh calls.sh; fi", ["calls.sh", "in.txt", "run.sh"], "files"],
			["for n in 1 2; do sh run.sh $n; done", ["run.sh"], "files"],
			["! sh run.sh || { sh calls.sh; }", ["calls.sh", "run.sh"], "files"],
			['echo "$(sh run.sh)"', ["run.sh"], "files"],
			["diff <(sh run.sh) <(sh calls.sh)", ["calls.sh", "run.sh"], "files"],
			["source run.sh", ["run.sh"], "files"],
			[". ./run.sh && echo ok", ["run.sh"], "files"],
			["sh < run.sh", ["run.sh"], "files"],
			["sh <<'END'\nsh ./run.sh\nEND", ["run.sh"], "files"],
			["cat in.txt | grep x", ["in.txt"], "files"],
			["find . -name '*.txt' -exec cat {} +", [], "files"],
			["find . -name run.sh -exec sh {} \\;", ["run.sh"], "once"],
			["ls *.sh | xargs sh", [], "once"],
			["ls | xargs grep x", [], "files"],
			["curl -s localhost/x.sh | sh", [], "once"],
			["sh $(cat in.txt)", ["in.txt"], "once"],
			['eval "$(cat in.txt)"', ["in.txt"], "once"],
			["$TOOL in.txt", ["in.txt"], "once"],
			["case x in y) sh run.sh;; esac", ["run.sh"], "once"],
			["f() { sh run.sh; }; f", ["run.sh"], "once"],
			["echo 'never closed; sh run.sh", ["run.sh"], "once"],
			["PATH=./bin:$PATH ls", [], "written"],
			["sometool build", [], "written"],
		],
	},
	"files that a command writes": {
		files: { ...script, "in.txt": "x\n", "out.txt": "y\n", log: "z\n", "a.c": "int main;\n", "data.json": "{}" },
		rows: [
			["echo x > out.txt", [], "files"],
			["echo x >> log", [], "files"],
			["cat in.txt >out.txt 2>>log", ["in.txt"], "files"],
			["sh run.sh &> log", ["run.sh"], "files"],
			["echo x | tee -a out.txt log", [], "files"],
			["cp in.txt out.txt", ["in.txt"], "files"],
			["touch out.txt && rm -f log", [], "files"],
			["sort -o out.txt in.txt", ["in.txt"], "files"],
			["gcc -o out.txt a.c", ["a.c"], "files"],
			["curl -o out.txt http://localhost/x", [], "files"],
			["curl --output=out.txt http://localhost/x", [], "files"],
			["dd if=in.txt of=out.txt", ["in.txt"], "files"],
			["sed -i s/x/y/ in.txt", [], "files"],
			["sed s/x/y/ in.txt", ["in.txt"], "files"],
			["cat <<EOF > out.txt\nline\nEOF", [], "files"],
			["(sh run.sh; cat in.txt) > log", ["in.txt", "run.sh"], "files"],
			["echo 'echo 1' > run.sh && sh run.sh", ["run.sh"], "files"],
		],
	},
	npm: {
		files: {
			...script,
			"package.json": JSON.stringify({
				scripts: {
					test: "node --test",
					pretest: "sh run.sh",
					build: "node tools/build.js > log",
					all: "npm run build && npm test",
					cold: "make",
				},
				workspaces: ["packages/*"],
			}),
			".npmrc": "",
			"tools/build.js": "import './more.mjs';\n",
			"tools/more.mjs": "import fs from 'node:fs';\n",
			"packages/one/package.json": JSON.stringify({ scripts: { lint: "sh ../../sub/run.sh" } }),
			log: "",
			Makefile: "all:\n\techo 1\n",
		},
		rows: [
			["npm test", [".npmrc", "package.json", "run.sh"], "written"],
			["npm t", [".npmrc", "package.json", "run.sh"], "written"],
			["npm run build", [".npmrc", "package.json", "tools/build.js", "tools/more.mjs"], "files"],
			["pnpm build", [".npmrc", "package.json", "tools/build.js", "tools/more.mjs"], "files"],
			["yarn run build --fast", [".npmrc", "package.json", "tools/build.js", "tools/more.mjs"], "files"],
			["bun run build", [".npmrc", "package.json", "tools/build.js", "tools/more.mjs"], "files"],
			["npm run all", [".npmrc", "package.json", "run.sh", "tools/build.js", "tools/more.mjs"], "written"],
			["npm run cold", [".npmrc", "Makefile", "package.json"], "files"],
			["npm -w packages/one run lint", [".npmrc", "package.json", "packages/one/package.json", "sub/run.sh"], "files"],
			["npm --prefix packages/one run lint", ["packages/one/package.json", "sub/run.sh"], "files"],
			["cd packages/one && npm run lint", ["packages/one/package.json", "sub/run.sh"], "files"],
			["npm ci", [".npmrc", "package.json"], "written"],
			["npm ls", [".npmrc", "package.json"], "files"],
			["npx vitest run", [".npmrc", "package.json"], "written"],
			["npx -y @acme/docs", [".npmrc", "package.json"], "written"],
			["npx -c 'sh run.sh'", [".npmrc", "package.json", "run.sh"], "files"],
			["node --run build", [".npmrc", "package.json", "tools/build.js", "tools/more.mjs"], "files"],
		],
	},
	"node and its kin": {
		files: {
			"a.js": "import { b } from './b.js';\nimport fs from 'node:fs';\n",
			"b.js": "export const b = require('./c');\n",
			"c.json": "{}",
			"dir/index.js": "require('./h')\n",
			"dir/h.js": "",
			"pkg/package.json": JSON.stringify({ main: "lib/x.js" }),
			"pkg/lib/x.js": "",
			"open.js": "require(process.argv[2]);\n",
			"runs.mjs": "import { execSync } from 'node:child_process';\n",
			"test/a.test.js": "import '../b.js';\n",
			"typed.ts": "import { d } from './d.js';\n",
			"d.ts": "",
			"hook.mjs": "",
			"tsconfig.json": "{}",
			"deno.json": JSON.stringify({ tasks: { go: "deno run a.js" } }),
			"vitest.config.ts": "",
			".mocharc.yml": "",
			"data.csv": "1\n",
		},
		rows: [
			["node a.js", ["a.js", "b.js", "c.json"], "files"],
			["node ./a", ["a.js", "b.js", "c.json"], "files"],
			["node dir", ["dir/h.js", "dir/index.js"], "files"],
			["node dir/", ["dir/h.js", "dir/index.js"], "files"],
			["node pkg", ["pkg/lib/x.js", "pkg/package.json"], "files"],
			["node a.js data.csv", ["a.js", "b.js", "c.json", "data.csv"], "files"],
			["node --import ./hook.mjs dir", ["dir/h.js", "dir/index.js", "hook.mjs"], "files"],
			["node -r ./b.js -e 1", ["b.js", "c.json"], "files"],
			["node -e \"require('./b')\"", ["b.js", "c.json"], "files"],
			["node open.js", ["open.js"], "written"],
			["node runs.mjs", ["runs.mjs"], "written"],
			["node --test", [], "written"],
			["node --test test/a.test.js", ["b.js", "c.json", "test/a.test.js"], "written"],
			["node --test test/", ["b.js", "c.json", "test/a.test.js"], "written"],
			["tsx typed.ts", ["d.ts", "tsconfig.json", "typed.ts"], "files"],
			["npx tsx typed.ts", ["d.ts", "tsconfig.json", "typed.ts"], "written"],
			["deno task go", ["a.js", "b.js", "c.json", "deno.json"], "files"],
			["vitest run", ["tsconfig.json", "vitest.config.ts"], "written"],
			["mocha", [".mocharc.yml"], "written"],
			["tsc -p .", ["tsconfig.json"], "files"],
		],
	},
	python: {
		files: {
			"x.py": "import m\nimport json\n",
			"m.py": "from pkg import z\n",
			"pkg/__init__.py": "",
			"pkg/__main__.py": "from . import z\n",
			"pkg/z.py": "",
			"app/__main__.py": "import y\n",
			"app/y.py": "",
			"shells.py": "import subprocess\n",
			"tests/conftest.py": "",
			"tests/test_a.py": "import m\n",
			"pyproject.toml": "",
			"tox.ini": "",
			"noxfile.py": "",
		},
		rows: [
			["python x.py", ["m.py", "pkg/__init__.py", "pkg/z.py", "x.py"], "files"],
			["python3.12 -u x.py", ["m.py", "pkg/__init__.py", "pkg/z.py", "x.py"], "files"],
			["python3 -m pkg", ["pkg/__init__.py", "pkg/__main__.py", "pkg/z.py"], "files"],
			["python app/", ["app/__main__.py", "app/y.py"], "files"],
			["python -c 'import m'", ["m.py", "pkg/__init__.py", "pkg/z.py"], "files"],
			["python - <<EOF\nimport m\nEOF", ["m.py", "pkg/__init__.py", "pkg/z.py"], "files"],
			["python shells.py", ["shells.py"], "written"],
			["pytest", ["pyproject.toml", "tox.ini"], "written"],
			[
				"pytest tests/",
				["m.py", "pkg/__init__.py", "pkg/z.py", "pyproject.toml", "tests/conftest.py", "tests/test_a.py", "tox.ini"],
				"written",
			],
			[
				"python -m pytest tests/test_a.py::test_x",
				["m.py", "pkg/__init__.py", "pkg/z.py", "pyproject.toml", "tests/conftest.py", "tests/test_a.py", "tox.ini"],
				"written",
			],
			["uv run pytest", ["pyproject.toml", "tox.ini"], "written"],
			["tox -e py312", ["pyproject.toml", "tox.ini"], "written"],
			["nox", ["noxfile.py", "pyproject.toml"], "written"],
			["coverage run x.py", ["m.py", "pkg/__init__.py", "pkg/z.py", "pyproject.toml", "tox.ini", "x.py"], "files"],
			["pip install -e .", ["pyproject.toml", "tox.ini"], "written"],
		],
	},
	"recipes and builds": {
		files: {
			...script,
			Makefile: "PY = python3\nall: b\n\tsh run.sh\nb:\n\t@$(PY) x.py\ninclude inc.mk\n",
			"inc.mk": "c:\n\t-sh sub/run.sh\n",
			"other.mk": "all:\n\t$(TOOL) x\n",
			"sub/Makefile": "all:\n\tsh run.sh\n",
			"x.py": "",
			justfile: "test:\n    sh run.sh\n",
			"Taskfile.yml": "",
			"Cargo.toml": "",
			"build.rs": "",
			"go.mod": "",
			"main.go": "",
			"build.gradle.kts": "",
			gradlew: "#!/bin/sh\nexec java -jar x\n",
			"pom.xml": "",
			Gemfile: "",
			Rakefile: "",
			Dockerfile: "",
			"compose.yaml": "",
			".pre-commit-config.yaml": "",
			"x.rb": "",
		},
		rows: [
			["make", ["Makefile", "inc.mk", "run.sh", "sub/run.sh", "x.py"], "files"],
			["make -j4 all", ["Makefile", "inc.mk", "run.sh", "sub/run.sh", "x.py"], "files"],
			["make -f other.mk", ["other.mk"], "written"],
			["make -f other.mk TOOL=true", ["other.mk"], "files"],
			["make -C sub", ["sub/Makefile", "sub/run.sh"], "files"],
			["just test", ["justfile", "run.sh"], "files"],
			["task test", ["Taskfile.yml"], "written"],
			["cargo build", ["Cargo.toml", "build.rs"], "written"],
			["go run .", ["go.mod", "main.go"], "written"],
			["go test ./...", ["go.mod", "main.go"], "written"],
			["./gradlew build", ["build.gradle.kts", "gradlew"], "written"],
			["mvn -q verify", ["pom.xml"], "written"],
			["bundle exec rake", ["Gemfile", "Rakefile"], "written"],
			["rake spec", ["Gemfile", "Rakefile"], "written"],
			["docker compose up", ["Dockerfile", "compose.yaml"], "written"],
			["docker build .", ["Dockerfile", "compose.yaml"], "written"],
			["pre-commit run -a", [".pre-commit-config.yaml"], "written"],
			["git commit -m 'x'", [".pre-commit-config.yaml"], "files"],
			["git status", [], "files"],
			["git bisect run sh run.sh", [".pre-commit-config.yaml", "run.sh"], "files"],
			["ruby x.rb", ["x.rb"], "written"],
		],
	},
};

describe("what an approval of a command is bound to", () => {
	for (const [name, { files, rows }] of Object.entries(tables)) {
		describe(name, () => {
			const workspace = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-runs-")));
			before(() => {
				for (const [file, text] of Object.entries(files)) {
					mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
					writeFileSync(path.join(workspace, file), text);
					if (text.startsWith("#!")) chmodSync(path.join(workspace, file), 0o755);
				}
			});
			after(() => rmSync(workspace, { recursive: true }));
			for (const [command, bound, covers] of rows) {
				it(command.replaceAll("\n", "⏎"), async () => {
					const parsed = parseCommand(command, { workspace, home: os.homedir() });
					const binding = await bindingOf(parsed, openFileContents(), async () => new Map());
					assert.deepEqual(
						[Object.keys(binding.files).sort(), binding.covers],
						[[...bound].sort(), covers],
						binding.why,
					);
					assert.equal(binding.why === undefined, covers === "files", "a narrower offer says why");
				});
			}
		});
	}
});
