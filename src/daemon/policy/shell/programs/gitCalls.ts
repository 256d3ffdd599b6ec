import { known, textWord } from "../tree/script.ts";
import type { Call, Judgement, Verb } from "./row.ts";

/** Settings with which git runs programs, reaches elsewhere, or trusts. */
const running =
	/^(core\.(fsmonitor|sshcommand|pager|editor|askpass|hookspath|gitproxy|alternaterefscommand|attributesfile|worktree)|alias\.|filter\.|credential\.|include(if)?\.|pager\.|diff\.external|(diff|merge|difftool|mergetool|browser|man|tar|interactive|guitool)\..*|gpg\..*|sequence\.editor|protocol\.|uploadpack\.|remote\..*\.(uploadpack|receivepack|vcs|proxy)|url\.|init\.templatedir|web\.browser|help\.|ssh\.variant|submodule\.|sendemail\.|trailer\..*(cmd|command)|remote\.|branch\..*\.remote|extensions\.|gitcvs\.|sendpack\.|pack\.packsizelimit$|instaweb\.|http\..*(proxy|helper|key|cert)|receive\.|transfer\.|safe\.)/i;

const harmless =
	/^((color|advice|log|column|blame|user|i18n|status|grep)\.|(core\.(quotepath|abbrev)|gc\.auto|diff\.(renames|renamelimit|noprefix|mnemonicprefix|algorithm|colormoved|context))=|(core\.pager|pager\.\w+)=(cat|false|)$)/i;

/** What a setting, `name=value`, does to one command. */
export function setBy(setting: string, judgement: Judgement): void {
	if (
		running.test(setting) &&
		!/^(core\.(pager|editor)|pager\.\w+)=(cat|true|false|:|)$|^(diff|merge)\.(renames|renamelimit|noprefix|mnemonicprefix|algorithm|conflictstyle|ff|colormoved|context)=/i.test(
			setting,
		)
	)
		judgement.add("dangerous", "sets what git runs");
	else if (!harmless.test(setting)) judgement.add("write", "sets how git works");
}

/** `git config` */
export function configured({ args, operands, has, values }: Call, judgement: Judgement): void {
	for (const file of values("-f", "--file")) judgement.read(file, true);
	const [first, ...rest] = operands;
	const isVerb =
		first !== undefined && /^(list|get|set|unset|edit|rename-section|remove-section)$/.test(known(first) ?? "");
	const names = isVerb ? rest : operands;
	if (args.some(({ text }) => /extraheader|passw|token|secret/i.test(text)))
		judgement.add("dangerous", "shows or changes a setting of git that may be secret");
	if (
		has(
			"-l",
			"--list",
			"--get",
			"--get-all",
			"--get-regexp",
			"--get-urlmatch",
			"--get-color",
			"--get-colorbool",
			"--show-origin",
		) ||
		first?.text === "list" ||
		first?.text === "get"
	)
		return;
	const [name] = names;
	for (const value of names.slice(1))
		if (/^[a-z+-]+::/i.test(value.text)) judgement.add("dangerous", "sets what git runs");
	const isChange =
		(isVerb ? first?.text !== "list" : names.length > 1) ||
		args.some(({ text }) => /^--(unset|add|replace|rename|remove)/.test(text));
	if (!isChange && !args.some(({ isOpen }) => isOpen)) return;
	judgement.add("write", "changes settings of git");
	if (name === undefined || known(name) === undefined || running.test(name.text))
		judgement.add("dangerous", "sets what git runs");
	if (has("--global", "--system")) judgement.add("dangerous", "changes settings of git for all repositories");
	setBy(`${(name ?? textWord("")).text}=${names[1]?.text ?? ""}`, judgement);
}

/** Addresses that name a program. */
export function addresses({ args }: Call, judgement: Judgement): void {
	for (const { text } of args) {
		if (/ext::|^fd::|^[a-z+-]+::/i.test(text) || /-oProxyCommand/i.test(text))
			judgement.add("dangerous", "gives git a program to run instead of an address");
		if (/^-.*(upload|receive)-pack|^--exec/.test(text)) judgement.add("dangerous", "runs another program");
	}
}

/** A verb that lists, or with some options changes. */
export const listOr =
	(reason: string, changes: string): Verb["judge"] =>
	({ operands, args, has }, judgement) => {
		const changing = changes.split(" ");
		if (has("-l", "--list") && !has(...changing)) return;
		const isShown = has(
			"--contains",
			"--merged",
			"--no-merged",
			"--points-at",
			"--show-current",
			"-v",
			"--verify",
			"-n",
		);
		if (has(...changing) || (operands.length > 0 && !isShown) || args.some(({ maySplit }) => maySplit))
			judgement.add("write", reason);
	};
