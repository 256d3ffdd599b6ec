/**
 * Which variables of a text have one value throughout: those that are written once and named nowhere else, except where
 * their value is asked for. Of all others nothing is known; `read`, `printf -v`, `unset` and the like have to name them.
 */
export function steadyNames(text: string): (name: string) => boolean {
	const answers = new Map<string, boolean>();
	return (name) => {
		let answer = answers.get(name);
		if (answer === undefined) {
			answer =
				/^\w+$/.test(name) &&
				!set.test(name) &&
				[...text.matchAll(new RegExp(`(?<![\\w$]|\\$\\{[!#]?)${name}(?!\\w)`, "g"))].length === 1;
			answers.set(name, answer);
		}
		return answer;
	};
}

/** What a command's environment or the shell itself gives a value, so that it has one before the text gives it another. */
const set =
	/^(_|IFS|PATH|HOME|PWD|OLDPWD|SHELL|USER|LOGNAME|LANG|LC_.*|TERM|TMPDIR|HOSTNAME|RANDOM|SECONDS|LINENO|REPLY|UID|EUID|PPID|OPT.*|BASH.*|INPUT_.*)$/;
