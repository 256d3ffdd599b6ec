import { type Image, imageKind, imageTokens } from "../../core/image.ts";
import type { TakesImages } from "../providers/wires/wire.ts";
import type { Turn } from "./agent.ts";

/** What a prompt shows of the images of its thread. */
export interface Pictures {
	/** They stand in the results of calls; otherwise they follow in a message of their own. */
	readonly inResults: boolean;
	/** Its bytes in base64; or why it is not shown, in a sentence, where there is a reason. */
	of(image: Image): { readonly base64: string } | { readonly left?: string };
}

/** A text that only names them. */
export const named: Pictures = { inResults: true, of: () => ({}) };

export interface ShownPictures extends Pictures {
	readonly shown: readonly Image[];
	/** Of those that are shown, likely. */
	readonly tokens: number;
}

/** In one request: more are refused, or scaled down, by some vendors. */
const maxShown = 20;
const maxShownBytes = 12_000_000;

/**
 * Reads what is shown: `images` in the order of their worth. Why nothing is shown at all stands in `refused`. An image
 * that is no longer kept, or is one too many, is named with the reason.
 */
export async function picturesOf(
	images: readonly Image[],
	{ readImage }: Pick<Turn, "readImage">,
	{ inResults, types, maxBytes = maxShownBytes }: TakesImages,
	refused: string | undefined,
): Promise<ShownPictures> {
	const reasons = new Map<Image, string>();
	const bodies = new Map<Image, string>();
	const read = new Map<string, Promise<Uint8Array | undefined>>();
	const shown: Image[] = [];
	let bytes = 0;
	for (const image of images) {
		const why = refused ?? (types && !types.includes(image.mediaType) ? wrongKind(image) : undefined);
		if (why !== undefined) reasons.set(image, why);
		else if (shown.length >= maxShown || bytes + image.bytes > maxBytes) reasons.set(image, tooMany);
		else {
			const reading = read.get(image.sha256) ?? readImage(image);
			read.set(image.sha256, reading);
			const body = await reading;
			if (!body) reasons.set(image, "It is not kept any more.");
			else {
				bodies.set(image, Buffer.from(body).toString("base64"));
				shown.push(image);
				bytes += image.bytes;
			}
		}
	}
	return {
		inResults,
		shown,
		tokens: shown.reduce((sum, image) => sum + imageTokens(image).likely, 0),
		of(image) {
			const base64 = bodies.get(image);
			return base64 === undefined ? { left: reasons.get(image) } : { base64 };
		},
	};
}

function wrongKind(image: Image): string {
	return `You can look at no ${imageKind(image)}: convert it first, if you need it.`;
}

const tooMany = "It is left out to save space: look at it again, if you need it.";
