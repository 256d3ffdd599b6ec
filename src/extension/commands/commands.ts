import { approvalCommands } from "./approvalCommands.ts";
import { centreCommands } from "./centreCommands.ts";
import type { CommandRow } from "./commandShapes.ts";
import { daemonCommands } from "./daemonCommands.ts";
import { goalCommands } from "./goalCommands.ts";
import { launchCommands } from "./launchCommands.ts";
import { openCommands } from "./openCommands.ts";
import { policyCommands } from "./policyCommands.ts";
import { stepCommands } from "./stepCommands.ts";

/**
 * Everything a person can do in the editor, one row a command: what it is called, where it is offered and when, what it
 * does. The manifest is made from these rows.
 */
export const commands = {
	...launchCommands,
	...openCommands,
	...goalCommands,
	...stepCommands,
	...approvalCommands,
	...centreCommands,
	...policyCommands,
	...daemonCommands,
} satisfies Record<string, CommandRow>;
