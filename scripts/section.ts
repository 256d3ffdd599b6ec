/** A document with what stands between two marks replaced. It throws where the marks are missing. */
export function withSection(text: string, name: string, content: string): string {
	const begin = `<!-- ${name}: written by "npm run docs" -->`;
	const end = `<!-- end of ${name} -->`;
	const [from, to] = [text.indexOf(begin), text.indexOf(end)];
	if (from < 0 || to < from) throw new Error(`The document lacks the lines ${begin} and ${end}.`);
	return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
