import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";

/** Accepts the row that a list begins with, or stands at. */
export const accept = "workbench.action.acceptSelectedQuickOpenItem";
/** From the first row it goes to the last. */
export const previous = "workbench.action.quickOpenSelectPrevious";

const limitMs = 60_000;
/** After this many rounds of keys, what is asked is closed: a key that came in the middle may have led astray. */
const roundsAtMost = 50;
/** A command that has ended gets this long until it shows what it did. */
const showsWithinMs = 5000;

/**
 * Runs a command that asks by lists, and presses keys until `look` finds what it is to come to. Nothing says when a list
 * is there. So keys are pressed again and again, and the command is run anew where it ended and nothing came of it.
 */
export async function throughPicks<Found>(
	what: string,
	run: () => Thenable<unknown>,
	keys: readonly string[],
	look: () => Found | Promise<Found>,
): Promise<NonNullable<Found>> {
	const deadline = performance.now() + limitMs;
	let running: Promise<unknown> | undefined;
	let endedAt = Number.NEGATIVE_INFINITY;
	for (let round = 1; ; round++) {
		// Looked for first: a command that is run anew after all was done would ask for ever.
		const found = await look();
		if (found) {
			await running;
			return found;
		}
		if (performance.now() > deadline) throw new Error(`It never came to this: ${what}.`);
		if (!running && performance.now() - endedAt > showsWithinMs)
			running = Promise.resolve(run()).finally(() => {
				running = undefined;
				endedAt = performance.now();
			});
		if (round % roundsAtMost === 0) await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
		else for (const key of keys) await vscode.commands.executeCommand(key);
		await sleep(20);
	}
}
