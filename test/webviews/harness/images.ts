import { type Image, imageTypeOf, readImage } from "../../../src/core/image.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import type { GivenImage } from "../../../src/protocol/methods.ts";
import type { AddedImages } from "../../../src/protocol/webview.ts";

/** What the editor keeps of images for a page, and the daemon for a goal, by their digests; tests change it. */
export const imageWorld = {
	/** What the next dialog comes to. */
	chosen: [] as GivenImage[],
	/** Of a goal, and of what is written in the page. */
	kept: {} as Record<string, string>,
	/** A file that is drawn here, so that pages have something to look at. */
	drawn,
	keptOf,
};

export async function keptOf(given: readonly GivenImage[]): Promise<Image[]> {
	return (await added(given)).images;
}

async function added(given: readonly GivenImage[]): Promise<AddedImages> {
	const images: Image[] = [];
	const problems: string[] = [];
	for (const { name, base64 } of given) {
		const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
		const read = readImage(name, bytes);
		if ("problem" in read) {
			problems.push(read.problem);
			continue;
		}
		const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
		const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
		imageWorld.kept[sha256] = base64;
		images.push({ sha256, ...read });
	}
	return { images, problems };
}

function bytesOf(sha256: string) {
	const base64 = imageWorld.kept[sha256];
	if (base64 === undefined)
		throw new Refusal("unknownImage", "An image is not kept any more. Remove it, and add it again.");
	const mediaType = imageTypeOf(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))!;
	return { base64, mediaType };
}

export const imageHandlers = {
	"draft/chooseImages": () => added(imageWorld.chosen),
	"draft/takeFiles": () => added(imageWorld.chosen),
	"draft/keepImages": ({ images }: { images: GivenImage[] }) => added(images),
	"draft/image": ({ sha256 }: { sha256: string }) => bytesOf(sha256),
	"draft/keepOnly": () => ({}),
	"image/get": ({ sha256 }: { sha256: string }) => bytesOf(sha256),
};

/** A drawing of a page with a bar and a few lines. */
function drawn(name: string, width: number, height: number, colour: string): GivenImage {
	const canvas = document.createElement("canvas");
	canvas.width = width;
	canvas.height = height;
	const context = canvas.getContext("2d")!;
	context.fillStyle = "#ffffff";
	context.fillRect(0, 0, width, height);
	context.fillStyle = colour;
	context.fillRect(0, 0, width, height / 5);
	for (let line = 1; line < 5; line++)
		context.fillRect(width / 10, (height * (line + 0.6)) / 6, width * (1 - line / 8), height / 24);
	return { name, base64: canvas.toDataURL("image/png").split(",")[1]! };
}
