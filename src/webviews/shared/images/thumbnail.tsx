import "./images.css";
import { useEffect, useState } from "preact/hooks";
import type { Image } from "../../../core/image.ts";
import { Icon } from "../icon.tsx";
import { knownThumbnail, type ReadImage, thumbnailOf } from "./thumbnails.ts";

/**
 * The image in small; while it is read an empty frame of its size, and an icon where it cannot be shown. Its name stands
 * beside it, or on the button that it is in.
 */
export function Thumbnail({ image, read }: { readonly image: Image; readonly read: ReadImage }) {
	const [source, setSource] = useState<string | "none" | undefined>(() => knownThumbnail(image.sha256));
	useEffect(() => {
		const gone = new AbortController();
		void thumbnailOf(image.sha256, read, gone.signal).then((made) => {
			if (!gone.signal.aborted) setSource(made ?? "none");
		});
		return () => gone.abort();
	}, [image.sha256]);
	if (source === undefined) return <span class="thumbnail" />;
	if (source !== "none") return <img class="thumbnail" src={source} alt="" />;
	return (
		<span class="thumbnail">
			<Icon icon="file-media" />
		</span>
	);
}
