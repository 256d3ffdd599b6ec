import { askPerson } from "./askPerson.ts";
import { readOutput, stopCommand } from "./backgroundTools.ts";
import { delegate } from "./delegate.ts";
import { editFile } from "./editFile.ts";
import { fetchUrl } from "./fetchUrl.ts";
import { createFindText } from "./findText.ts";
import { createListFiles } from "./listFiles.ts";
import { readFile } from "./readFile.ts";
import { findRipgrep } from "./ripgrep.ts";
import { runCommand } from "./runCommand.ts";
import type {
	BackgroundTool,
	CommandTool,
	DelegateTool,
	EditTool,
	FetchTool,
	QuestionTool,
	ReadTool,
	TodoTool,
	Tool,
} from "./tool.ts";
import { updateTodos } from "./updateTodos.ts";
import { writeFile } from "./writeFile.ts";

/** Every tool there is. `env` says where ripgrep is: `MISSION_RIPGREP`, or the first `rg` on the path. */
export function createTools(env: Readonly<Record<string, string | undefined>>): readonly Tool[] {
	const ripgrep = findRipgrep(env);
	return [
		row(readFile),
		row(writeFile),
		row(editFile),
		row(createListFiles(ripgrep)),
		row(createFindText(ripgrep)),
		row(runCommand),
		row(readOutput),
		row(stopCommand),
		row(updateTodos),
		row(delegate),
		row(askPerson),
		row(fetchUrl),
	];
}

/**
 * A row of the table forgets its type of arguments, so that rows of all types fit: whoever holds one can call it only
 * with what its own `params` let through.
 */
export function row<Args>(
	tool:
		| ReadTool<Args>
		| EditTool<Args>
		| CommandTool<Args>
		| TodoTool<Args>
		| DelegateTool<Args>
		| QuestionTool<Args>
		| FetchTool<Args>
		| BackgroundTool<Args>,
): Tool {
	return tool as unknown as Tool;
}
