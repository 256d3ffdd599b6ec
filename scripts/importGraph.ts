import type { Import } from "./imports.ts";
import { type Arrow, arrowsOf, daemon, type Layer, source, top } from "./rooms.ts";

/**
 * The rooms of src as ARCHITECTURE.md shows them. An arrow that follows from others is left out, and so is the ground of
 * the daemon, which every room imports: what remains can be read in a minute.
 */
export function importGraphs(imports: readonly Import[]): string {
	const [ground, ...layers] = daemon.layers!;
	return [
		"The folders of `src`. An arrow says “imports”; what follows from other arrows is left out.",
		mermaid(source.layers!, arrowsOf(source, imports)),
		`The rooms of \`src/daemon\`. Below them all lie ${ground!.rooms.map((room) => `\`${room}\``).join(" and ")}.`,
		mermaid(layers, arrowsOf(daemon, imports)),
	].join("\n\n");
}

function mermaid(layers: readonly Layer[], arrows: readonly Arrow[]): string {
	const shown = new Set(layers.flatMap(({ rooms }) => rooms));
	const lines = withoutImplied(arrows)
		.filter(({ to }) => shown.has(to))
		.map(({ from, to }) => `  ${idOf(from)} --> ${idOf(to)}`);
	return ["```mermaid", "flowchart TD", ...layers.toReversed().map(box), ...lines.toSorted(), "```"].join("\n");
}

function box({ name, rooms }: Layer, index: number): string {
	const nodes = rooms.map((room) => `    ${idOf(room)}["${room === top ? "main, compose" : room}"]`);
	return [`  subgraph layer${index}["${name}"]`, ...nodes, "  end"].join("\n");
}

/** Some words, such as `end`, mean something to Mermaid. */
function idOf(room: string): string {
	return room === top ? "top_" : `${room}_`;
}

/** There is no circle, so that what follows from other arrows is the same whichever is left out first. */
function withoutImplied(arrows: readonly Arrow[]): readonly Arrow[] {
	return arrows.filter(
		(arrow) =>
			!isReached(
				arrow.from,
				arrow.to,
				arrows.filter((other) => other !== arrow),
			),
	);
}

function isReached(from: string, to: string, arrows: readonly Arrow[]): boolean {
	const reached = new Set([from]);
	for (const room of reached) for (const arrow of arrows) if (arrow.from === room) reached.add(arrow.to);
	return reached.has(to);
}
