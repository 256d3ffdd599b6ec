import type { Random } from "../../support/seed.ts";
import { maxFileBytes } from "./oracleWorld.ts";

/** Shell commands that do to files what steps and people do to them; each can fail, and the next goes on. */
export function randomCommand(random: Random, acts: number, marks: { next: number }): string {
	return Array.from({ length: acts }, () => quiet(randomAct(random, marks))).join("\n");
}

/** What is there before the goal: files of every kind, rules, often a repository with two branches. */
export function randomStart(random: Random, marks: { next: number }): string {
	const lines = [`printf '${rules(random)}' > .gitignore`];
	if (random.next() < 0.4) {
		lines.push(
			"git init -q -b main --template= .",
			"echo base > tracked.txt; echo old > other.txt; git add -f tracked.txt other.txt",
			"git commit -qm one; git branch other; git add .gitignore; git commit -qm two",
		);
		if (random.next() < 0.5) lines.push(`mkdir -p .git/info; printf '${rules(random)}' > .git/info/exclude`);
	}
	for (let count = random.between(6, 14); count > 0; count--) lines.push(write(random, marks));
	for (let count = random.between(0, 4); count > 0; count--) lines.push(randomAct(random, marks));
	return lines.map(quiet).join("\n");
}

type Act = (random: Random, marks: { next: number }) => string;

const inside = [
	"a.txt",
	"b.txt",
	"dir/c.txt",
	"dir/d.bin",
	".env",
	"logs/x.log",
	"notes/n.md",
	"big.csv",
	"build/o.out",
];
inside.push("sub/inner/e.txt", "sub/f.log", "run.sh", "link");
const outside = ["../o/one.txt", "../o/two.csv", "../o/deep/three.md"];
const folders = ["dir", "logs", "notes", "build", "sub", "sub/inner"];
const rights = ["600", "640", "644", "755", "750", "444", "2750", "4711", "000"];
const patterns = [".env", "logs/", "*.log", "notes/", "build", "big.csv", "!x.log", "dir/*.bin", "/sub/inner", "*.txt"];

const pick = <T>(random: Random, from: readonly T[]): T => from[random.between(0, from.length - 1)]!;
const anywhere = (random: Random) => pick(random, random.next() < 0.8 ? inside : outside);
const above = (file: string) => (file.includes("/") ? `mkdir -p ${file.slice(0, file.lastIndexOf("/"))}; ` : "");

function rules(random: Random): string {
	return Array.from({ length: random.between(0, 4) }, () => `${pick(random, patterns)}\\n`).join("");
}

/** Text of its own, often about as large as is recorded at most. */
function write(random: Random, marks: { next: number }): string {
	const file = anywhere(random);
	const size = pick(random, [0, 0, 0, maxFileBytes - 20, maxFileBytes, maxFileBytes + 1, 3 * maxFileBytes]);
	const fill = size > 0 ? `; head -c ${size} /dev/zero | tr '\\0' '.' >> ${file}` : "";
	const mode = random.next() < 0.3 ? `; chmod ${pick(random, rights)} ${file}` : "";
	return `${above(file)}printf 'mark ${marks.next++}\\nline\\nline\\n' > ${file}${fill}${mode}`;
}

function append(random: Random, marks: { next: number }): string {
	return `printf 'more ${marks.next++}\\n' >> ${anywhere(random)}`;
}

function move(random: Random): string {
	const to = anywhere(random);
	return `${above(to)}mv -fT ${anywhere(random)} ${to}`;
}

const acts: readonly Act[] = [
	write,
	write,
	write,
	append,
	append,
	move,
	move,
	move,
	(random) => `chmod ${pick(random, rights)} ${anywhere(random)}`,
	(random) => `chmod ${pick(random, rights)} ${anywhere(random)}`,
	(random) => `rm -f ${anywhere(random)}`,
	(random) => `rm -f ${anywhere(random)}`,
	(random) => `rm -rf ${pick(random, folders)}`,
	(random) => `mv -T ${pick(random, folders)} ${pick(random, [...folders, "../o/folder"])}`,
	(random) => `ln -sfT ${pick(random, [...inside, "nowhere", "../o/one.txt", "dir", "../o"])} ${anywhere(random)}`,
	(random) => `ln -sfT ../o ${pick(random, folders)}`,
	(random) => `rm -rf ${pick(random, folders)}; ln -sT ../o ${pick(random, folders)}`,
	(random) => `ln -f ${anywhere(random)} ${anywhere(random)}`,
	(random) => `cp -pfT ${anywhere(random)} ${anywhere(random)}`,
	(random) => `truncate -s ${pick(random, [0, 10, maxFileBytes + 100])} ${anywhere(random)}`,
	(random) => `sed -i 's/line/changed/' ${anywhere(random)}`,
	(random) => `tar cf ../o/t.tar ${pick(random, folders)}; rm -rf ${pick(random, folders)}`,
	() => "tar xpf ../o/t.tar; rm -f ../o/t.tar",
	(random) => `printf '${rules(random)}' > .gitignore`,
	(random) => `printf '${rules(random)}' > .gitignore`,
	() => "rm -f .gitignore",
	(random) => `echo '${pick(random, patterns)}' >> .gitignore`,
	(random) => `mkdir -p ${pick(random, folders)}; printf '${rules(random)}' > ${pick(random, folders)}/.gitignore`,
	(random) => `mkdir -p .git/info; printf '${rules(random)}' > .git/info/exclude`,
	(random) => `git init -q --template= ${pick(random, folders)}`,
	(random) => `rm -rf ${pick(random, [".git", "sub/.git", "dir/.git"])}`,
	() => "git checkout -qf other",
	() => "git checkout -qf main",
	() => "git add -A; git commit -qm more",
	(random) => `rm -f ${pick(random, inside)}; mknod ${pick(random, inside)} c 1 3`,
	(random) => `rm -rf ${pick(random, inside)}; mkdir -p ${pick(random, inside)}`,
];

function randomAct(random: Random, marks: { next: number }): string {
	return pick(random, acts)(random, marks);
}

function quiet(line: string): string {
	return `{ ${line}; } 2>/dev/null </dev/null || :`;
}
