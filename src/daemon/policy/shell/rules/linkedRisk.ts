import path from "node:path";
import { type Command, textWord } from "../tree/script.ts";
import { fileRisks } from "./fileRisks.ts";
import { type CommandRisk, isWorse, openFindings, type Touched } from "./findings.ts";
import { followed } from "./forbidden.ts";

/**
 * The same with what links come to: a file of the workspace that is a link, or lies behind one, is judged as the file to
 * which that leads. The text alone cannot say it.
 */
export async function withLinkedRisk(
	judged: CommandRisk,
	{ workspace, home }: { readonly workspace: string; readonly home: string | undefined },
): Promise<CommandRisk> {
	if (judged.touched.length === 0) return judged;
	const real = await followed(workspace);
	const places = [...new Set(judged.touched.map(({ place }) => place))];
	if (places.length > maxPlaces) return { ...judged, certain: false, reasons: [...judged.reasons, tooMany] };
	const led = new Map<string, string>();
	for (const place of places) {
		const there = await followed(place);
		if (!isWithin(there, real)) led.set(place, there);
	}
	if (led.size === 0) return judged;
	const found = new Map(
		judged.touched.flatMap((one) => {
			const there = led.get(one.place);
			return there === undefined ? [] : [[one, riskThere(one, there)] as const];
		}),
	);
	const of = (touched: readonly Touched[]) => touched.flatMap((one) => found.get(one) ?? []);
	const worst = (risk: CommandRisk["risk"], touched: readonly Touched[]) =>
		of(touched).reduce((most, there) => (isWorse(there.risk, most) ? there.risk : most), risk);
	const said = of(judged.touched).flatMap(({ reasons }) => reasons);
	return {
		...judged,
		risk: worst(judged.risk, judged.touched),
		reasons: [...new Set([...said, ...judged.reasons.filter((reason) => reason !== "only reads")])],
		parts: judged.parts.map((part) => ({ ...part, risk: worst(part.risk, part.touched) })),
	};

	function riskThere({ place, how }: Touched, there: string): CommandRisk {
		const findings = openFindings();
		const files = fileRisks(workspace, home, findings);
		const command: Command = {
			...{ words: [], assignments: [], redirects: [], within: [] },
			...{ dialect: "bash", folders: [workspace] },
		};
		if (how === "changes") files.write(textWord(there), command, `writes ${there}`);
		else files.read(textWord(there), command, true);
		const sum = findings.sum();
		const leads = `${path.relative(workspace, place)} leads out of the workspace, to ${there}`;
		return { ...sum, reasons: sum.risk === "read" ? [leads] : [leads, ...sum.reasons] };
	}
}

const maxPlaces = 500;
const tooMany = "cannot be read for sure: it names too many files to look where links lead";

function isWithin(place: string, folder: string): boolean {
	const relative = path.relative(folder, place);
	return !relative.startsWith("..") && !path.isAbsolute(relative);
}
