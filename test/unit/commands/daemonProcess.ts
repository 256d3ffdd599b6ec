import { writeSync } from "node:fs";
import type { CommandSpec } from "../../../src/daemon/commands/command.ts";
import { openCommands } from "../../../src/daemon/commands/commands.ts";
import { openWalls } from "./workbench.ts";

/**
 * As much of a daemon as a command notices: it is given a folder and a command, says that it begins, runs the command
 * and prints the outcome as JSON. Tests kill it.
 */
const [folder = "", spec = "{}"] = process.argv.slice(2);
const commands = openCommands({ folder, sandbox: openWalls(folder) });
writeSync(1, "begin\n");
commands.run(JSON.parse(spec) as CommandSpec).then((outcome) => writeSync(1, `${JSON.stringify(outcome)}\n`));
