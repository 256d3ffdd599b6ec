import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal, type Refused } from "../../core/refusal.ts";
import type { LaunchSettings, Sources } from "../../core/settings.ts";
import type { LaunchPreview } from "../../protocol/launchDefaults.ts";
import { chosenIn } from "../roster/doubts.ts";
import { withPossibleEfforts } from "../roster/possibleEfforts.ts";
import { requireWorkers } from "../roster/requireProviders.ts";
import { launchNotes, requireOnce } from "./launch.ts";
import type { LaunchServices } from "./launchServices.ts";
import { configLaunchNotes } from "./layers.ts";
import { requireSandbox } from "./requireSandbox.ts";

export interface Previewed {
	readonly settings: LaunchSettings;
	readonly sources: Sources;
	readonly workspace: string;
	readonly hasImages: boolean;
	/** What was said of where the settings are from. */
	readonly notes: readonly string[];
	/** Throws as the launch would. */
	readonly require: () => void;
}

/** What a launch with these settings would say, or why it would be refused. Who is named is asked, for so long. */
export async function previewOf(
	{ settings: asked, sources, workspace, hasImages, notes, require }: Previewed,
	services: LaunchServices,
): Promise<LaunchPreview> {
	let configured: readonly string[] = [];
	let walled = { settings: asked, notes: [] as readonly string[] };
	const refusal = await refusalOf(async () => {
		configured = configLaunchNotes(services);
		require();
		requireOnce(asked.assignments);
		requireWorkers(asked.assignments);
		walled = await requireSandbox(asked, workspace, services);
	});
	const { settings, notes: leftOut } = withPossibleEfforts(walled.settings, services);
	const heard = services.hear(chosenIn(settings).map(({ provider }) => provider));
	await Promise.race([heard, sleep(maxAskingMs, undefined, { ref: false })]);
	const said = launchNotes(settings, hasImages, services);
	return {
		settings,
		sources,
		notes: [...new Set([...configured, ...notes, ...leftOut, ...walled.notes, ...said])],
		refusal,
	};
}

const maxAskingMs = 2000;

async function refusalOf(require: () => Promise<void>): Promise<Refused | undefined> {
	try {
		await require();
		return undefined;
	} catch (cause) {
		if (!isRefusal(cause)) throw cause;
		return { code: cause.code, message: cause.message };
	}
}
