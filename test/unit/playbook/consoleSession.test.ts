import assert from "node:assert/strict";
import { readSession } from "../../../src/daemon/playbook/consoleSession.ts";

describe("a copied session", () => {
	const sessions: readonly [way: string, lines: readonly string[], commands: readonly string[]][] = [
		["commands and their output", ["$ ls", "a  b", "$ cat a", "hello"], ["ls", "cat a"]],
		["an empty prompt", ["$ ls", "$", "$ "], ["ls"]],
		["output that looks like a continuation", ["$ npm test", "", "> app@1.0.0 test", "> mocha"], ["npm test"]],
		["output right below that looks like one", ["$ npm test", "> app@1.0.0 test", "ok"], ["npm test"]],
		["a backslash", ["$ docker run \\", "> -p 80:80 \\", "> nginx", "id"], ["docker run \\\n-p 80:80 \\\nnginx"]],
		["a backslash without a second prompt", ["$ docker run \\", "    nginx", "id"], ["docker run \\\n    nginx"]],
		["an open quote", ["$ echo 'a", "> b'", "a", "b"], ["echo 'a\nb'"]],
		["a here-document", ["$ cat > f <<EOF", "> a", "> EOF", "$ cat f", "a"], ["cat > f <<EOF\na\nEOF", "cat f"]],
		["an indented here-document", ["$ cat <<-'X' | sort", "> \ta", "> \tX", "a"], ["cat <<-'X' | sort\n\ta\n\tX"]],
		["a here-string", ["$ cat <<< hello", "hello"], ["cat <<< hello"]],
		["a loop", ["$ for f in a b; do", "> echo $f", "> done", "a", "b"], ["for f in a b; do\necho $f\ndone"]],
		["a condition in one line", ["$ if true; then echo a; fi", "> not more"], ["if true; then echo a; fi"]],
		["a pipe that goes on", ["$ ls |", "> wc -l", "3"], ["ls |\nwc -l"]],
		["a function", ["$ f() {", "> echo a", "> }", "$ f"], ["f() {\necho a\n}", "f"]],
		["a subshell", ["$ (cd a", "> ls)", "b"], ["(cd a\nls)"]],
		["words that only look like openings", ["$ echo if for { while", "if"], ["echo if for { while"]],
		["a comment with a quote", ["$ ls # it's", "a"], ["ls # it's"]],
		["a substitution", ["$ echo $(date)", "x"], ["echo $(date)"]],
		["prompts with names", ["me@host:~/app$ ls", "[me@host app]$ pwd", "~/app $ id"], ["ls", "pwd", "id"]],
		["a prompt further in", ["Usage:", "  $ tool"], []],
		["prices", ["cost: $ 5", "$5"], []],
	];
	for (const [way, lines, commands] of sessions)
		it(`runs what stands behind its prompts: ${way}`, () => {
			const read = readSession(lines.join("\n"));
			assert.deepEqual([read.commands, read.unfinished], [commands, undefined]);
		});

	it("tells where a command does not end, and which lines stand behind a root prompt", () => {
		for (const open of ["echo 'a", "cat <<EOF", "ls &&", "if true; then", "( ls"])
			assert.equal(readSession(`$ ls\n$ ${open}\noutput`).unfinished, 1, open);
		assert.deepEqual(readSession("# apt install x\n$ ls\n# a").rootLines, [0, 2]);
	});
});
