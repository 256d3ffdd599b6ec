/**
 * Small pictures of images, made once and kept while the page lives: an image may have megabytes, and a list shows many.
 * They are asked for one after the other, so that a list that is scrolled past asks for what it stops at.
 */
export type ReadImage = () => Promise<{ readonly base64: string; readonly mediaType: string }>;

/** A `data:` address; undefined where the image is not there, cannot be drawn, or was given up before its turn. */
export function thumbnailOf(sha256: string, read: ReadImage, signal: AbortSignal): Promise<string | undefined> {
	const known = made.get(sha256);
	if (known !== undefined) return Promise.resolve(known);
	const next = queue.then(async () => {
		if (signal.aborted) return undefined;
		const there = made.get(sha256);
		if (there !== undefined) return there;
		const drawn = await draw(await read());
		made.set(sha256, drawn);
		if (made.size > maxKept) made.delete(made.keys().next().value!);
		return drawn;
	});
	queue = next.catch(() => undefined);
	return next.catch(() => undefined);
}

export function knownThumbnail(sha256: string): string | undefined {
	return made.get(sha256);
}

const made = new Map<string, string>();
let queue: Promise<unknown> = Promise.resolve();

/** On the longer side: twice what is shown, for screens with many pixels. */
const maxSide = 320;
const maxKept = 300;

async function draw({ base64, mediaType }: Awaited<ReturnType<ReadImage>>): Promise<string> {
	const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
	const bitmap = await createImageBitmap(new Blob([bytes], { type: mediaType }));
	const scale = Math.min(1, maxSide / Math.max(bitmap.width, bitmap.height));
	const canvas = document.createElement("canvas");
	canvas.width = Math.max(1, Math.round(bitmap.width * scale));
	canvas.height = Math.max(1, Math.round(bitmap.height * scale));
	canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	bitmap.close();
	return canvas.toDataURL("image/png");
}
