import "./images.css";
import { useRef } from "preact/hooks";
import type { Image } from "../../../core/image.ts";
import { bytes } from "../format.ts";
import type { Host } from "../host.ts";
import { Link } from "../link.tsx";
import { t } from "../words.ts";
import { Thumbnail } from "./thumbnail.tsx";
import type { WrittenImages } from "./useImages.ts";

/** Opens the editor's dialog; what else adds an image is said where a pointer rests on it. */
export function AddImage({ written }: { readonly written: WrittenImages }) {
	return (
		<span class="add-image" title={t("Or paste one, or drop files here while you hold Shift")}>
			<Link class="small row add" disabled={written.isAdding} onOpen={written.choose}>
				<i class="codicon codicon-add" aria-hidden="true" />
				{t("Add image…")}
			</Link>
		</span>
	);
}

/** What goes along, each with what it is, to be taken away again. */
export function WrittenImageList({ host, written }: { readonly host: Host; readonly written: WrittenImages }) {
	const list = useRef<HTMLUListElement>(null);
	/** The focus goes to the image behind it, or to the one before, or to where images are added. */
	function remove(image: Image, index: number): void {
		written.remove(image);
		requestAnimationFrame(() => {
			const others = list.current?.querySelectorAll("button") ?? [];
			const next = others[Math.min(index, others.length - 1)];
			(next ?? document.querySelector<HTMLElement>(".add-image > button"))?.focus();
		});
	}
	return (
		<>
			{written.images.length > 0 ? (
				<ul class="written-images" aria-label={t("Images")} ref={list}>
					{written.images.map((image, index) => (
						<Written key={image.sha256} host={host} image={image} onRemove={() => remove(image, index)} />
					))}
				</ul>
			) : null}
			<span class="spoken" role="status">
				{written.said}
			</span>
		</>
	);
}

function Written(props: { readonly host: Host; readonly image: Image; readonly onRemove: () => void }) {
	const { host, image, onRemove } = props;
	const { name, sha256, width, height, bytes: size } = image;
	return (
		<li>
			<Thumbnail image={image} read={() => host.request("draft/image", { sha256 })} />
			<span class="written-words">
				<span class="cut" title={name}>
					{name}
				</span>
				<span class="quiet small num nowrap">{`${width}×${height} · ${bytes(size)}`}</span>
			</span>
			<button
				type="button"
				class="tool-button"
				aria-label={t("Remove {0}", name)}
				title={t("Remove")}
				onClick={onRemove}
			>
				<i class="codicon codicon-close" aria-hidden="true" />
			</button>
		</li>
	);
}
