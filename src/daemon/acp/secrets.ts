/**
 * An agent has its person's keys in its environment, because it speaks with its models itself; a command of its own may
 * print them. What is told of it goes into the log without them.
 */
export type Redact = (text: string) => string;

const names = /key|token|secret|passw|credential/i;
/** Shorter ones are found in ordinary words. */
const leastChars = 8;

export function redactionOf(environment: Readonly<Record<string, string>>): Redact {
	const values = Object.entries(environment)
		.filter(([name, value]) => names.test(name) && value.trim().length >= leastChars)
		.flatMap(([name, value]) =>
			[value.trim(), JSON.stringify(value.trim()).slice(1, -1)].map((form) => [form, name] as const),
		)
		// A longer one may have a shorter one in it.
		.sort(([a], [b]) => b.length - a.length);
	return (text) => values.reduce((clean, [value, name]) => clean.replaceAll(value, `[${name}]`), text);
}
