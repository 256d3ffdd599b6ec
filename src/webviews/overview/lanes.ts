/**
 * Where the steps of a plan stand and which lines join them: two lanes, since more would be a picture to study. What
 * the lines leave out the words say ("needs 3, 4").
 */
export interface LaneStep {
	readonly id: string;
	readonly needs: readonly string[];
	/** The middle of its row, in pixels from the top. */
	readonly y: number;
}

export interface Lanes {
	/** 0 or 1 for each step. */
	readonly lane: readonly number[];
	/** SVG paths. */
	readonly lines: readonly string[];
}

export const laneX = [8, 28] as const;
const radius = 9;

export function layLanes(steps: readonly LaneStep[]): Lanes {
	const lane: number[] = [];
	const tips: (number | undefined)[] = [undefined, undefined];
	const index = new Map(steps.map((step, at) => [step.id, at]));
	const isOpen = (tip: number, from: number) =>
		steps.some((step, at) => at > from && step.needs.includes(steps[tip]!.id));
	steps.forEach((step, at) => {
		const follows = tips.findIndex((tip) => tip !== undefined && step.needs.includes(steps[tip]!.id));
		const free = tips.findIndex((tip) => tip === undefined || !isOpen(tip, at));
		const chosen = follows >= 0 && (free !== 0 || follows === 0) ? follows : Math.max(0, free);
		lane.push(chosen);
		tips[chosen] = at;
	});
	const lines: string[] = [];
	steps.forEach((step, to) => {
		for (const need of step.needs) {
			const from = index.get(need);
			if (from === undefined || from >= to) continue;
			const line = join(steps, lane, from, to);
			if (line) lines.push(line);
		}
	});
	return { lane, lines };
}

function join(steps: readonly LaneStep[], lane: readonly number[], from: number, to: number): string | undefined {
	const [x1, x2] = [laneX[lane[from]!]!, laneX[lane[to]!]!];
	const [y1, y2] = [steps[from]!.y + radius, steps[to]!.y - radius];
	const between = (which: number) => steps.some((_, at) => at > from && at < to && lane[at] === which);
	if (x1 === x2) return between(lane[from]!) ? undefined : `M${x1} ${y1}V${y2}`;
	const bend = Math.min(38, Math.max(8, y2 - y1));
	if (!between(lane[to]!))
		return `M${x1} ${y1}C${x1} ${y1 + bend * 0.6} ${x2} ${y1 + bend * 0.4} ${x2} ${y1 + bend}V${y2}`;
	if (between(lane[from]!)) return undefined;
	const end = Math.min(16, bend);
	return `M${x1} ${y1}V${y2 - end}C${x1} ${y2 - end * 0.3} ${x2} ${y2 - end * 0.7} ${x2} ${y2}`;
}
