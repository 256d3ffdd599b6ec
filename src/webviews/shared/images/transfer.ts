import type { Image } from "../../../core/image.ts";

/** Files that were pasted. Text that brings a picture of itself along, as spreadsheets do, stays text. */
export function pastedFrom(data: DataTransfer | null): readonly File[] {
	if (!data) return [];
	const isRichText = data.types.includes("text/plain") && data.types.includes("text/html");
	return isRichText ? [] : [...data.files];
}

export interface Dropped {
	/** As far as it is known before the drop, when only the types are told. */
	readonly mayHoldFiles: boolean;
	readonly files: readonly File[];
	/** Of files of the explorer, which the editor reads. */
	readonly uris: readonly string[];
}

export function droppedFrom(data: DataTransfer | null): Dropped {
	if (!data) return { mayHoldFiles: false, files: [], uris: [] };
	const lists = editorLists.filter((type) => data.types.includes(type));
	const uris = lists.flatMap((type) =>
		data
			.getData(type)
			.split(/\r?\n/)
			.filter((line) => /^[a-z][a-z0-9+.-]+:/i.test(line)),
	);
	return {
		mayHoldFiles: data.types.includes("Files") || lists.length > 0,
		files: [...data.files],
		uris: [...new Set(uris)].slice(0, maxUris),
	};
}

/** In which VS Code names what is dragged from its explorer. */
const editorLists = ["application/vnd.code.uri-list"] as const;
const maxUris = 100;

/** `image.png`, and `image-2.png` beside that: whatever is pasted is called the same. */
export function nameBeside(images: readonly Pick<Image, "name">[], name: string): string {
	const [, stem = name, ending = ""] = /^(.*?)(\.[^.]*)?$/s.exec(name) ?? [];
	let free = name;
	for (let number = 2; images.some((image) => image.name === free); number++) free = `${stem}-${number}${ending}`;
	return free;
}
