import assert from "node:assert/strict";
import { accepted, refused, run } from "./playbooks.ts";

/** A step with this in it, and a command of its own so that something runs. */
function step(text: string) {
	const [found] = accepted(`## S\n\n${text}\n\n## Other\n${run}`).steps;
	return found!;
}

function commands(text: string): readonly string[] {
	return (step(text).actions ?? []).map((action) => (action.kind === "command" ? action.command : action.path));
}

describe("a fence of a playbook", () => {
	const fence = (info: string, content = "echo a", marks = "```") => `${marks}${info}\n${content}\n${marks}`;

	const runs: readonly (readonly [way: string, text: string, command?: string])[] = [
		...["sh", "bash", "shell", "Bash", "SH", "sHeLL", "BASH"].map((word) => [word, fence(word)] as const),
		["zsh", fence("zsh"), "zsh -c 'echo a'"],
		["ZSH with a quote", fence("ZSH", "echo it's"), "zsh -c 'echo it'\\''s'"],
		["console", fence("console", "$ echo a\na"), "echo a"],
		["shell-session", fence("shell-session", "$ echo a\na\n$ echo b\nb"), "echo a\necho b"],
		["ShellSession", fence("ShellSession", "$ echo a"), "echo a"],
		["bash-session", fence("bash-session", "user@host:~/app$ echo a"), "echo a"],
		["terminal", fence("terminal", "(venv) $ echo a"), "echo a"],
		["Pandoc's class", fence("{.bash}")],
		["Pandoc's classes", fence("{.sh .numberLines startFrom=3}")],
		["Pandoc's id before the class", fence("{#build .bash}")],
		["R Markdown's word", fence("{bash, echo=TRUE}")],
		["a title", fence('bash title="x y.sh"')],
		["a brace without a blank", fence("sh{1,3-5}")],
		["attributes in braces", fence('sh {linenos=table,hl_lines=[1,"2-3"]}')],
		["a word behind it", fence("sh copy")],
		["a folder", fence("bash{cwd=app}"), "cd -- 'app' || exit\necho a"],
		["a folder with a blank", fence('bash {cwd="my app/"}'), "cd -- 'my app/' || exit\necho a"],
		["a folder in R Markdown's way", fence("{bash, cwd = './app'}"), "cd -- './app' || exit\necho a"],
		["the workspace as the folder", fence("sh dir=.")],
		["a session in a folder", fence("console dir=app", "$ ls"), "cd -- 'app' || exit\nls"],
		["tildes", fence("sh", "echo a", "~~~")],
		["a blank before the word", fence("  sh")],
		["three blanks before it", "   ```sh\n   echo a\n   ```"],
		["a list, by two blanks", "- Do\n\n  ```sh\n  echo a\n  ```"],
		["a numbered list, by four blanks", "1. Do\n\n    ```sh\n    echo a\n    ```"],
		["a list, by a tab", "1. Do\n\n\t```sh\n\techo a\n\t```"],
		["a list, behind its mark", "- ```sh\n  echo a\n  ```"],
		[
			"a list in a list",
			"- a\n  - b\n\n    ```sh\n    if true; then\n      echo a\n    fi\n    ```",
			"if true; then\n  echo a\nfi",
		],
		["a quote", "> ```sh\n> echo a\n> ```"],
		["a note in a quote", "> [!NOTE]\n> Do:\n>\n> ```sh\n> echo a\n> ```"],
		["a quote in a list", "- x\n  > ```sh\n  > echo a\n  > ```"],
		["folded HTML with a blank line", "<details>\n\n```sh\necho a\n```\n\n</details>"],
		["a heading of its own under the step", "### Part\n\n```sh\necho a\n```"],
		["a paragraph right before it", "Do:\n```sh\necho a\n```\nDone."],
		["a says-to-run attribute", fence("bash eval=TRUE")],
	];
	for (const [way, text, command = "echo a"] of runs)
		it(`runs: ${way}`, () => {
			assert.deepEqual(commands(text), [command]);
			assert.equal(step(text).notRun, undefined);
		});

	const writes: readonly [info: string, path: string][] = [
		["write a.txt", "a.txt"],
		["write notes/a b.txt", "notes/a b.txt"],
		['write "a b/js app.js"', "a b/js app.js"],
		["write 'it.txt'", "it.txt"],
		["write “größe.txt”", "größe.txt"],
		["write Makefile", "Makefile"],
		["write python", "python"],
		["write St. Gallen/plan.txt", "St. Gallen/plan.txt"],
	];
	for (const [info, path] of writes) it(`writes: ${info}`, () => assert.deepEqual(commands(fence(info, "x")), [path]));

	it("writes exactly the lines between its marks, without those of a list", () => {
		const contents = [
			"```write a\n```",
			"```write a\n\n```",
			"```write a\n\tx\n\n```",
			"- a\n\n  ~~~write a\n  x\n   y\n  ~~~",
		].map((text) => step(text).actions?.map((action) => action.kind === "write" && action.content));
		assert.deepEqual(contents, [[""], ["\n"], ["\tx\n\n"], ["x\n y\n"]]);
	});

	it("is a check of its step also in a list", () => {
		assert.deepEqual(
			step("1. Look\n\n   ```check\n   test -f a\n   ```\n").checks.map((check) => check.command),
			["test -f a"],
		);
	});

	const passedOver: readonly [way: string, text: string, what: string, line?: number][] = [
		["python", fence("python", "print(1)"), "python fence"],
		["py", fence("py", "print(1)"), "py fence"],
		["text", fence("text", "x"), "text fence"],
		["fish", fence("fish"), "fish fence"],
		["ssh", fence("ssh"), "ssh fence"],
		["powershell", fence("powershell"), "powershell fence"],
		["a word that nobody knows", fence("frobnicate"), "frobnicate fence"],
		["no language", fence(""), "fence without a language"],
		["no language, with attributes", fence("{#x}"), "fence without a language"],
		["a class that is another language", fence("{.python .numberLines}"), "python fence"],
		["indented code", "Do:\n\n    echo a", "indented code", 5],
		["an indented fence", "    ```sh\n    echo a\n    ```", "indented code"],
		["a session without a prompt", fence("console", "% echo a\na"), "console fence"],
		["help text with a prompt further in", fence("console", "Usage:\n  $ tool init"), "console fence"],
		["what says so", fence("bash eval=FALSE"), "bash fence"],
		["what says so in a word", fence("sh norun"), "sh fence"],
		["what says so as R Markdown does", fence("{bash, eval=F}"), "bash fence"],
		["HTML around a fence without a blank line", "<details>\n```sh\necho a\n```\n</details>", "code inside HTML", 4],
		["code in HTML", "<pre>\necho a\n</pre>", "code inside HTML"],
		["a fence in one line", "Do\n```sh echo a```", "code within a line", 4],
		["what a list holds", "- ```js\n  x()\n  ```", "js fence"],
	];
	for (const [way, text, what, line = 3] of passedOver)
		it(`does not run, and is told: ${way}`, () => {
			const { actions, notRun } = step(text);
			assert.deepEqual(actions, []);
			assert.deepEqual(
				notRun?.map((one) => [one.what, one.line]),
				[[what, line]],
			);
			const strict = refused(`---\nstrict: true\n---\n## S\n\n${text}\n\n## Other\n${run}`);
			assert.match(strict[0]!, new RegExp(`^p\\.md:${line + 3}: this ${what} would not run`));
		});

	it("is told, and not run, before the first step", () => {
		const { notRun, objective } = accepted(`# T\n\nDo.\n\n\`\`\`sh\nrm -r x\n\`\`\`\n\n## S\n${run}`);
		assert.deepEqual(
			notRun.map(({ line, what }) => [line, what]),
			[[5, "sh fence"]],
		);
		assert.match(objective, /rm -r x/);
		assert.match(refused(`---\nstrict: yes\n---\n## S\n${run}`)[0]!, /^p\.md:2: “strict” cannot be read/);
		assert.match(
			refused(`---\nstrict: true\n---\n\`\`\`sh\nrm -r x\n\`\`\`\n\n## S\n${run}`)[0]!,
			/^p\.md:4: this sh fence would not run: it is before the first step/,
		);
	});

	it("is hidden by a comment, wherever the comment stands", () => {
		for (const text of ["<!--\n```sh\nrm x\n```\n-->", "- a\n\n  <!--\n  ```sh\n  rm x\n  ```\n  -->"]) {
			const { actions, notRun, instructions } = step(text);
			assert.deepEqual([actions, notRun], [[], undefined]);
			assert.doesNotMatch(instructions, /rm x/);
		}
	});

	const meant: readonly [written: string, word: string][] = [
		["Check", "check"],
		["checks", "check"],
		["chekc", "check"],
		["CHECK", "check"],
		["сheck", "check"],
		["check:", "check"],
		["{.Check}", "check"],
		["wirte a.txt", "write"],
		["Write a.txt", "write"],
		["wrtie a.txt", "write"],
		["write:a.txt", "write"],
		["bahs", "bash"],
		["bsah", "bash"],
		["bassh", "bash"],
		["bash,norun", "bash"],
		["bash:line-numbers", "bash"],
		["sh;", "sh"],
		["shel", "shell"],
		["zhs", "zsh"],
		["consol", "console"],
		["shell_session", "shell-session"],
		["shellscript", "sh"],
	];
	for (const [written, word] of meant)
		it(`is refused with the word that was meant: ${written}`, () => {
			const [sentence] = refused(`## S\n${run}\n${fence(written)}\n`);
			assert.match(sentence!, new RegExp(`^p\\.md:6: unknown fence “.+”\\. Write “${word}” `));
		});

	for (const word of "fish ksh csh tcsh dash ssh bat batch hs haskell chuck hack wit shex self swift c r go sql".split(
		" ",
	))
		it(`is a language of its own: ${word}`, () => assert.equal(step(fence(word)).notRun?.[0]?.what, `${word} fence`));

	const wrong: readonly [way: string, text: string, sentence: RegExp][] = [
		[
			"write js path",
			fence("write js src/app.js"),
			/:3: “js src\/app\.js” reads like more than a path.*write src\/app\.js/,
		],
		["write path js", fence("write src/app.js js"), /:3: .*write src\/app\.js/],
		["write two files", fence("write a.txt b.txt"), /:3: .*more than a path/],
		["write to a file", fence("write to a.txt"), /:3: .*write a\.txt/],
		["write with attributes", fence("write a.sh mode=755"), /:3: .*more than a path/],
		["write with braces", fence("write{path=a.sh}"), /:3: /],
		["words behind a quoted path", fence('write "a.txt" b'), /:3: .*more than a path/],
		["an open quote", fence('write "a.txt'), /:3: the quote before this path is never closed/],
		["a path outside, in a list", "- ```write ../x\n  a\n  ```", /:3: “\.\.\/x” leads out of the workspace/],
		["a folder outside", fence("bash cwd=../x"), /:3: “\.\.\/x” leads out of the workspace/],
		["the root as the folder", fence("bash cwd=/"), /:3: “\/?” .*|:3: the path is empty/],
		["the home folder", fence("bash dir=~/x"), /:3: “~\/x” names the home folder/],
		["variables", fence('bash env="A=1"'), /:3: “env=A=1”|:3: “env="A=1"”/],
		[
			"a variable",
			fence("sh NODE_ENV=production"),
			/:3: “NODE_ENV=production” after this sh fence would change how it runs/,
		],
		["a time limit", fence("sh timeout=5"), /:3: “timeout=5”/],
		["another user", fence("sh {user=root}"), /:3: “user=root”/],
		["sudo", fence("sh sudo"), /:3: “sudo”/],
		["the background", fence("bash background"), /:3: “background”/],
		["a check with a limit", fence("check retries=3"), /:3: “retries=3”/],
		["a prompt in an sh fence", fence("sh", "\n$ echo a"), /:5: this sh fence begins with a prompt/],
		[
			"a session that does not end",
			fence("console", "$ cat <<EOF\nhello"),
			/:4: the command after this prompt does not end/,
		],
		["an empty fence in a quote", "> ```sh\n> ```", /:3: this sh fence is empty/],
		[
			"an unclosed fence in a list",
			"- ```sh\n  echo a\n\nafter",
			/:3: the “sh” fence that begins here is never closed/,
		],
		[
			"an unclosed fence in a quote",
			"> ```sh\n> echo a\n\nafter",
			/:3: the “sh” fence that begins here is never closed/,
		],
		["an unclosed fence of no language", "~~~\necho a\n", /:3: the fence that begins here is never closed/],
		["two backticks", "``sh\necho a\n``", /:3: “``sh” does not begin a fence/],
		["quotes for backticks", "'''sh\necho a\n'''", /:3: “'''sh” does not begin a fence/],
		["a NUL", "```sh\necho \0\n```", /:4: this line holds a NUL character/],
	];
	for (const [way, text, sentence] of wrong)
		it(`is refused, with line and what to do: ${way}`, () => {
			const sentences = refused(`## S\n\n${text}\n\n## Other\n${run}`);
			assert.ok(
				sentences.some((one) => sentence.test(one)),
				sentences.join("\n"),
			);
		});

	it("is what a playbook needs at least one of that runs", () => {
		const [sentence] = refused("# T\n\n## S\n\nDo.\n\n```python\nprint(1)\n```\n\n    make\n");
		assert.match(
			sentence!,
			/^p\.md:3: nothing in this playbook would run\. .*line 7, python fence.*; line 11, indented code/,
		);
		accepted("## S\n```check\ntrue\n```\n");
		accepted("## S\n```write a\n```\n");
		assert.match(refused("---\nchecks: [make]\n---\n## S\nDo.\n")[0]!, /^p\.md:4: nothing in this playbook would run/);
	});

	it("is named by strict, each with its line, up to a bound", () => {
		const many = refused(`---\nstrict: true\n---\n## S\n${run}${"```py\nx\n```\n".repeat(30)}`);
		assert.equal(many.length, 20);
		assert.match(many[19]!, /10 more are not named\.$/);
		accepted(`---\nstrict: true\n---\n## S\n${run}`);
		accepted(`---\nstrict: false\n---\n## S\n${run}${fence("py", "x")}`);
	});
});
