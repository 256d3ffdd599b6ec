/** Waits until `holds` is true, and throws after `limitMs` with what it waited for: a busy machine makes a test slow, not red. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 45_000): Promise<void> {
	const end = performance.now() + limitMs;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
