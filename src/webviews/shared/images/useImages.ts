import { useEffect, useRef, useState } from "preact/hooks";
import { type Image, maxImageBytes, maxImages, problemTogether, tooManyBytes } from "../../../core/image.ts";
import type { GivenImage } from "../../../protocol/methods.ts";
import type { AddedImages } from "../../../protocol/webview.ts";
import type { Host } from "../host.ts";
import { sentence } from "../sentence.ts";
import { t } from "../words.ts";
import { droppedFrom, nameBeside, pastedFrom } from "./transfer.ts";

/** Images that go with what is written in a page: chosen, pasted or dropped, kept by the editor until they are sent. */
export interface WrittenImages {
	readonly images: readonly Image[];
	/** Why what was given last was not taken, a sentence each. */
	readonly problems: readonly string[];
	readonly isAdding: boolean;
	/** Files are held over the page. */
	readonly isOver: boolean;
	/** For who hears the page: what was added last. */
	readonly said: string;
	choose(): void;
	remove(image: Image): void;
	/** As they are sent. */
	given(): Promise<GivenImage[]>;
	/** They were sent, or what was written was thrown away. */
	forget(): void;
}

export function useImages(
	host: Host,
	images: readonly Image[],
	change: (images: readonly Image[]) => void,
	/** Whether there is something that they could go with. */
	isOpen = true,
): WrittenImages {
	const [problems, setProblems] = useState<readonly string[]>([]);
	const [said, setSaid] = useState("");
	const [adding, setAdding] = useState(0);
	const [isOver, setOver] = useState(false);
	const latest = useRef({ images, change });
	latest.current = { images, change };

	function show(next: readonly Image[]): void {
		latest.current.images = next;
		latest.current.change(next);
	}

	/** As many of them as go with one message. */
	function take({ images: added, problems: told }: AddedImages): void {
		let next = latest.current.images;
		const leftOut: Image[] = [];
		for (const image of added) {
			if (next.some(({ sha256 }) => sha256 === image.sha256)) continue;
			if (problemTogether([...next, image])) leftOut.push(image);
			else next = [...next, image];
		}
		const names = added.filter((image) => next.includes(image)).map(({ name }) => name);
		const why = leftOut.length > 0 ? problemTogether([...next, ...leftOut]) : undefined;
		const all = why
			? [
					...told,
					notTaken(
						why,
						leftOut.map(({ name }) => name),
					),
				]
			: told;
		if (all.length > 0) setProblems((was) => [...new Set([...was, ...all])]);
		if (names.length === 0) return;
		setSaid(names.length === 1 ? t("{0} added.", names[0]!) : t("{0} images added.", names.length));
		show(next);
	}

	async function add(ask: () => Promise<AddedImages>): Promise<void> {
		setAdding((count) => count + 1);
		setProblems([]);
		try {
			take(await ask());
		} catch (cause) {
			setProblems([sentence(cause)]);
		}
		setAdding((count) => count - 1);
	}

	/** One after the other: a message holds one, and what has no room is not read. */
	async function keepFiles(files: readonly File[]): Promise<AddedImages> {
		const kept: Image[] = [];
		const told: string[] = [];
		const room = maxImages - latest.current.images.length;
		for (const [index, file] of files.entries()) {
			if (kept.length >= room) {
				const rest = files.slice(index);
				const count = latest.current.images.length + kept.length + rest.length;
				const why = problemTogether(Array.from({ length: count }, () => ({ bytes: 0 })));
				told.push(
					notTaken(
						why ?? "",
						rest.map((one) => one.name),
					),
				);
				break;
			}
			if (file.size > maxImageBytes) {
				told.push(tooManyBytes(file.name, file.size));
				continue;
			}
			const base64 = await base64Of(file);
			if (base64 === undefined) {
				told.push(t("{0} cannot be read.", file.name));
				continue;
			}
			const name = nameBeside([...latest.current.images, ...kept], file.name);
			const one = await host.request("draft/keepImages", { images: [{ name, base64 }] });
			kept.push(...one.images);
			told.push(...one.problems);
		}
		return { images: kept, problems: told };
	}

	const actions = useRef({ add, keepFiles });
	actions.current = { add, keepFiles };
	useEffect(() => {
		// What nobody remembers any more is not kept either.
		const wanted = latest.current.images.map(({ sha256 }) => sha256);
		void host.request("draft/keepOnly", { images: wanted }).catch(() => undefined);
	}, [host]);
	useEffect(() => {
		if (!isOpen) return;
		const addFiles = (files: readonly File[]) => void actions.current.add(() => actions.current.keepFiles(files));
		const onPaste = (event: ClipboardEvent) => {
			const files = pastedFrom(event.clipboardData);
			if (files.length === 0) return;
			event.preventDefault();
			addFiles(files);
		};
		const onOver = (event: DragEvent) => {
			if (!droppedFrom(event.dataTransfer).mayHoldFiles) return;
			event.preventDefault();
			event.dataTransfer!.dropEffect = "copy";
			setOver(true);
		};
		const onLeave = (event: DragEvent) => {
			if (event.relatedTarget === null) setOver(false);
		};
		const onDrop = (event: DragEvent) => {
			setOver(false);
			const { files, uris } = droppedFrom(event.dataTransfer);
			if (files.length === 0 && uris.length === 0) return;
			event.preventDefault();
			if (files.length > 0) addFiles(files);
			else void actions.current.add(() => host.request("draft/takeFiles", { uris: [...uris] }));
		};
		const options = { capture: true };
		window.addEventListener("paste", onPaste, options);
		window.addEventListener("dragover", onOver, options);
		window.addEventListener("dragleave", onLeave, options);
		window.addEventListener("drop", onDrop, options);
		return () => {
			window.removeEventListener("paste", onPaste, options);
			window.removeEventListener("dragover", onOver, options);
			window.removeEventListener("dragleave", onLeave, options);
			window.removeEventListener("drop", onDrop, options);
		};
	}, [host, isOpen]);

	return {
		images,
		problems,
		isAdding: adding > 0,
		isOver,
		said,
		choose: () => void add(() => host.request("draft/chooseImages", {})),
		remove({ sha256, name }) {
			setProblems([]);
			setSaid(t("{0} removed.", name));
			show(latest.current.images.filter((image) => image.sha256 !== sha256));
		},
		given: () =>
			Promise.all(
				latest.current.images.map(async ({ name, sha256 }) => {
					const { base64 } = await host.request("draft/image", { sha256 });
					return { name, base64 };
				}),
			),
		forget() {
			setProblems([]);
			setSaid("");
			void host.request("draft/keepOnly", { images: [] }).catch(() => undefined);
		},
	};
}

function notTaken(why: string, names: readonly string[]): string {
	return t("{0} Left out: {1}.", why, names.join(", "));
}

function base64Of(file: File): Promise<string | undefined> {
	return new Promise((resolve) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
		// Also of a folder.
		reader.onerror = () => resolve(undefined);
		reader.readAsDataURL(file);
	});
}
