import { crashPoint } from "../platform/crashPoint.ts";
import { dropSpools, type Spools } from "./spool.ts";

/** Removes every spool of the id. What lies under outputs/ belongs to the outcome, which names it, and stays. */
export async function forgetCommand(spools: Spools, id: string): Promise<void> {
	crashPoint("spool.kept");
	for (const boot of [spools.current, ...spools.earlier]) await dropSpools(spools, boot, id);
}
