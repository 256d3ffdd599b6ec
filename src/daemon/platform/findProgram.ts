import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The file that a command's PATH finds under this name, or the system's folders do. */
export function findProgram(name: string, path = ""): string | undefined {
	return findOnPath(name, [path, "/bin", "/usr/bin"].join(delimiter));
}

/** The file that the PATH finds under this name. */
export function findOnPath(name: string, path: string): string | undefined {
	const folders = path.split(delimiter).filter((folder) => folder.startsWith("/"));
	return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
