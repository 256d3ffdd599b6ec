import * as v from "valibot";

/**
 * An image as the log knows it: what it is, and the digest by which its bytes are found. The bytes lie beside the log,
 * never in it.
 */
const names = { "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WebP" } as const;
const mediaTypes = Object.keys(names) as (keyof typeof names)[];

export const Image = v.object({
	/** Of the bytes, in hex. */
	sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
	mediaType: v.picklist(mediaTypes),
	bytes: v.number(),
	/** In pixels. */
	width: v.number(),
	height: v.number(),
	/** Of its file, for whoever reads about it. */
	name: v.string(),
});
export type Image = v.InferOutput<typeof Image>;

/** Vendors take 5 MB an image, as base64. */
export const maxImageBytes = 3_750_000;
/** On a side; more is refused by Anthropic. */
export const maxImagePixels = 8000;
/** With one message, so that it fits into one of the wire. */
export const maxImages = 10;
const maxImagesBytes = 8_000_000;

/** `logo.png (PNG, 64×64 pixels, 1234 bytes)`. */
export function imageText({ name, mediaType, width, height, bytes }: Omit<Image, "sha256">): string {
	return `${name} (${names[mediaType]}, ${width}×${height} pixels, ${bytes} bytes)`;
}

export function imageKind({ mediaType }: Pick<Image, "mediaType">): string {
	return names[mediaType];
}

/** What the bytes are, whatever the file is called; or why they are not given to a model, in a sentence. */
export function readImage(name: string, bytes: Uint8Array): Omit<Image, "sha256"> | { readonly problem: string } {
	if (bytes.length === 0) return { problem: `${name} is empty: it has 0 bytes.` };
	const mediaType = imageTypeOf(bytes);
	if (!mediaType) return { problem: `${name} is none of the images that models read: PNG, JPEG, GIF or WebP.` };
	if (bytes.length > maxImageBytes) return { problem: tooManyBytes(name, bytes.length) };
	const size = isWhole[mediaType](bytes) ? sizes[mediaType](viewOf(bytes), bytes) : undefined;
	if (!size || size.width === 0 || size.height === 0)
		return { problem: `${name} begins as ${article(mediaType)}, and is damaged or cut off.` };
	const { width, height } = size;
	if (Math.max(width, height) > maxImagePixels)
		return {
			problem: `${name} has ${width}×${height} pixels, and an image may have at most ${maxImagePixels} on a side. Make it smaller.`,
		};
	return { name, mediaType, width, height, bytes: bytes.length };
}

/** Why these are not given with one message, in a sentence; undefined where they are. */
export function problemTogether(images: readonly Pick<Image, "bytes">[]): string | undefined {
	if (images.length > maxImages) return `At most ${maxImages} images are given at once, not ${images.length}.`;
	const whole = images.reduce((sum, { bytes }) => sum + bytes, 0);
	if (whole <= maxImagesBytes) return undefined;
	return `The images have ${whole} bytes together, and at most ${maxImagesBytes} are given at once. Make them smaller, or give fewer.`;
}

export function tooManyBytes(name: string, bytes: number): string {
	return `${name} has ${bytes} bytes, and an image may have at most ${maxImageBytes}. Make it smaller.`;
}

/** By its first bytes; undefined for what is no image that models read. */
export function imageTypeOf(bytes: Uint8Array): Image["mediaType"] | undefined {
	if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
	if (startsWith(bytes, [0xff, 0xd8, 0xff])) return "image/jpeg";
	if (["GIF87a", "GIF89a"].includes(letters(bytes, 0, 6))) return "image/gif";
	return letters(bytes, 0, 4) === "RIFF" && letters(bytes, 8, 4) === "WEBP" ? "image/webp" : undefined;
}

function article(mediaType: Image["mediaType"]): string {
	return `a ${names[mediaType]}`;
}

interface Size {
	readonly width: number;
	readonly height: number;
}

/** Half an image would be refused by every model, with all that is said around it. */
const isWhole: Readonly<Record<Image["mediaType"], (bytes: Uint8Array) => boolean>> = {
	"image/png"(bytes) {
		const view = viewOf(bytes);
		for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at))
			if (letters(bytes, at + 4, 4) === "IEND") return true;
		return false;
	},
	// Cameras and editors write behind the end.
	"image/jpeg": (bytes) => lastIndexOf(bytes, 0xff, 0xd9) > 0,
	"image/gif": (bytes) => bytes.lastIndexOf(0x3b) > 13,
	"image/webp": (bytes) => viewOf(bytes).getUint32(4, true) + 8 <= bytes.length,
};

const sizes: Readonly<Record<Image["mediaType"], (view: DataView, bytes: Uint8Array) => Size | undefined>> = {
	"image/png": (view) => within(view, 24, () => ({ width: view.getUint32(16), height: view.getUint32(20) })),
	"image/gif": (view) => within(view, 10, () => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) })),
	"image/jpeg": jpegSize,
	"image/webp"(view, bytes) {
		switch (letters(bytes, 12, 4)) {
			case "VP8 ":
				return within(view, 30, () => ({
					width: view.getUint16(26, true) & 0x3fff,
					height: view.getUint16(28, true) & 0x3fff,
				}));
			case "VP8L":
				return within(view, 25, () => {
					const packed = view.getUint32(21, true);
					return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
				});
			case "VP8X":
				return within(view, 30, () => ({
					width: (view.getUint32(24, true) & 0xffffff) + 1,
					height: (view.getUint32(26, true) >>> 8) + 1,
				}));
			default:
				return undefined;
		}
	},
};

/** Its size stands in the header of the frame, behind headers of any length. */
function jpegSize(view: DataView): Size | undefined {
	for (let at = 2; at + 9 < view.byteLength; ) {
		if (view.getUint8(at) !== 0xff) return undefined;
		const marker = view.getUint8(at + 1);
		// Filled up, or without a length.
		if (marker === 0xff) {
			at += 1;
			continue;
		}
		if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
			at += 2;
			continue;
		}
		const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
		if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
		at += 2 + view.getUint16(at + 2);
	}
	return undefined;
}

function within(view: DataView, length: number, read: () => Size): Size | undefined {
	return view.byteLength >= length ? read() : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
	return bytes.length > start.length && start.every((byte, at) => bytes[at] === byte);
}

function letters(bytes: Uint8Array, from: number, length: number): string {
	return String.fromCharCode(...bytes.subarray(from, from + length));
}

function lastIndexOf(bytes: Uint8Array, first: number, second: number): number {
	for (let at = bytes.length - 2; at >= 0; at--) if (bytes[at] === first && bytes[at + 1] === second) return at;
	return -1;
}

/** Tokens of one image: what it likely is, and the most that any vendor makes of it. Some make next to nothing of it. */
export function imageTokens({ width, height }: Pick<Image, "width" | "height">): {
	readonly likely: number;
	readonly most: number;
} {
	// Anthropic documents this ratio; others count in tiles that come to about as much.
	const bySize = Math.ceil((width * height) / 750);
	return { likely: Math.min(1600, Math.max(85, bySize)), most: Math.min(4800, Math.max(1200, bySize)) };
}
