import "vscode-jsonrpc/node";
import { runCommandLine } from "./program.ts";

/** The process `mission`. It ends by itself once its output is written; what would keep it alive is closed by then. */
process.stdout.on("error", leaveQuietly);
process.stderr.on("error", leaveQuietly);

void runCommandLine(process.argv.slice(2)).then((exitCode) => {
	process.exitCode = exitCode;
});

/** The reader of our output has seen enough (`mission feed … | head`). */
function leaveQuietly(cause: NodeJS.ErrnoException): void {
	if (cause.code === "EPIPE") process.exit(0);
	throw cause;
}
