import "./images.css";
import type { GoalId } from "../../../core/ids.ts";
import type { Image } from "../../../core/image.ts";
import { bytes } from "../format.ts";
import type { Webview } from "../webview.tsx";
import { t } from "../words.ts";
import { Thumbnail } from "./thumbnail.tsx";

/** Images of a goal, in small; each opens whole in the editor. */
export function ImageLinks(props: {
	readonly webview: Webview;
	readonly goalId: GoalId;
	readonly images: readonly Image[];
	/** Their names stand beside them. */
	readonly named?: boolean;
	readonly tabIndex?: number;
}) {
	const { webview, goalId, images, named, tabIndex } = props;
	return (
		<ul class="image-links" aria-label={t("Images")}>
			{images.map((image) => (
				<li key={image.sha256}>
					<button
						type="button"
						class="image-link"
						tabIndex={tabIndex}
						aria-label={t("Open the image {0}", image.name)}
						title={imageFacts(image)}
						onClick={(event) => {
							event.stopPropagation();
							webview.open({ kind: "image", goalId, image });
						}}
					>
						<Thumbnail image={image} read={() => webview.host.request("image/get", { goalId, sha256: image.sha256 })} />
						{named ? <span class="cut">{image.name}</span> : null}
					</button>
				</li>
			))}
		</ul>
	);
}

/** `mock.png, 640×480, 48 KB` */
function imageFacts({ name, width, height, bytes: size }: Image): string {
	return `${name}, ${width}×${height}, ${bytes(size)}`;
}
