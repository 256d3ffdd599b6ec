import path from "node:path";
import { type Command, open, shown, textWord, type Word } from "../tree/script.ts";
import type { Findings, Touched } from "./findings.ts";
import { placesOf, secretIn, targetOf } from "./places.ts";

/** What reading or writing a file comes to, for the commands of one workspace. */
export interface FileRisks {
	/** `reason`: what is done to it, where it lies inside. */
	write(file: Word, command: Command, reason?: string): void;
	read(file: Word, command: Command, isShown: boolean): void;
	/** Whether it lies in the workspace for sure. */
	isInside(file: Word, command: Command): boolean;
	/** Whether the word names something secret. */
	secret(word: Word, command: Command): boolean;
}

export function fileRisks(
	workspace: string,
	home: string | undefined,
	{ add, unsure, touch }: Pick<Findings, "add" | "unsure" | "touch">,
): FileRisks {
	return { write, read, secret, isInside };

	function isInside({ text }: Word, { folders }: Command): boolean {
		const places = placesOf(text.replaceAll("\\", "/"), { workspace, home, folders });
		return places.length > 0 && places.every((place) => isWithin(place, workspace));
	}

	function write(file: Word, command: Command, reason?: string): void {
		if (command.dialect !== "bash" && /^(\$null|nul:?)$/i.test(file.text)) return;
		const target = targetOf(file, { workspace, home, folders: command.folders });
		const name = shown(file);
		if (target === "nothing") return;
		touches(file, command, "changes");
		if (target === "inside" || target === "temporary") add("write", reason ?? `writes ${name}`);
		else if (target === "outside") add("dangerous", `changes what lies outside the workspace: ${name}`);
		else if (target === "git") add("dangerous", `changes what git keeps or runs: ${name}`);
		else if (target === "device") add("dangerous", `writes to the machine itself: ${name}`);
		else if (target === "connection") add("dangerous", "opens a connection by itself");
		else {
			add("write", reason ?? "writes a file");
			unsure("which file it changes is not known beforehand");
		}
		secret(file, command);
	}

	function read(file: Word, command: Command, isShown: boolean): void {
		if (/^\/dev\/(tcp|udp)\//.test(file.text)) add("dangerous", "opens a connection by itself");
		const named = isShown && secretIn(file, { workspace, home, folders: command.folders }) === undefined;
		if (named && isWholeHome(file, command)) add("dangerous", `reads all of ${shown(file)}, with what is secret there`);
		else if (named && isOfPerson(file, command))
			add("dangerous", `shows a file of yours outside the workspace: ${shown(file)}`);
		if (!secret(file, command) && isShown && isAnyFile(file, command))
			unsure("which file it shows is not known beforehand");
		else if (isShown) touches(file, command, "shows");
	}

	function touches(file: Word, { folders }: Command, how: Touched["how"]): void {
		if (file.isOpen || file.isGlob) return;
		for (const place of placesOf(file.text, { workspace, home, folders }))
			if (isWithin(place, workspace)) touch({ place, how });
	}

	/** The home folder, or one that holds it. */
	function isWholeHome(file: Word, { folders }: Command): boolean {
		if (home === undefined || file.isOpen) return false;
		return placesOf(file.text, { workspace, home, folders }).some(
			(place) => isWithin(home, place) && path.relative(place, workspace) !== "",
		);
	}

	/** In the home folder and not in the workspace; not what package managers keep there. */
	function isOfPerson({ text, isOpen }: Word, { folders }: Command): boolean {
		if (home === undefined || isOpen) return false;
		return placesOf(text, { workspace, home, folders }).some(
			(place) => isWithin(place, home) && !isWithin(place, workspace) && !kept.test(place),
		);
	}

	function isAnyFile({ text, isOpen }: Word, { folders }: Command): boolean {
		if (text.includes(open)) return !plainEnding.test(text) || text.includes("..");
		if (isOpen || folders.length > 0 || text === "-") return false;
		const [place] = placesOf(text, { workspace, home, folders: [] });
		return place === undefined;
	}

	function secret(word: Word, { folders, dialect }: Command): boolean {
		if (dialect !== "bash" && /^\/\/[^/]/.test(word.text)) add("network", "reaches a folder of another machine");
		const found = secretIn(word, { workspace, home, folders });
		if (found !== undefined) add("dangerous", `names secrets: ${shown(textWord(found))}`);
		return found !== undefined;
	}
}

/** What a name ends with, when files of that kind hold no secrets. */
const plainEnding = /\.(md|[cm]?[jt]sx?|py|go|rs|java|c|h|cc|cpp|hpp|rb|php|swift|kt|css|scss|html|vue|svelte)$/;

function isWithin(place: string, folder: string): boolean {
	const relative = path.relative(folder, place);
	return !relative.startsWith("..") && !path.isAbsolute(relative);
}

/** Where package managers keep what others wrote. */
const kept =
	/\/(node_modules|site-packages|\.cargo\/(registry|git)|go\/pkg|\.rustup|\.nvm|\.pyenv|\.rbenv|\.m2\/repository|\.gradle\/caches|\.npm|\.local\/(lib|share\/(pnpm|uv)))\//;
