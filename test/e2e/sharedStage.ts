import { type ModelServer, type Script, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./stage.ts";

/**
 * The stage that the stories share, opened by the first that asks for it and closed behind the last. Its daemon knows
 * one agent, `harbour/pilot-2`, which says what a story's script says.
 */
export function sharedStage(): Promise<SharedStage> {
	opened ??= open();
	return opened;
}

export interface SharedStage extends Stage {
	readonly model: ModelServer;
}

let opened: Promise<SharedStage> | undefined;

async function open(): Promise<SharedStage> {
	const model = await startModelServer({ script: silent, models: ["pilot-2"] });
	const providers = [{ id: "harbour", kind: "openai-compatible", baseUrl: model.baseUrl, models: ["pilot-2"] }];
	const stage = await openStage({ config: { providers, agent: "harbour/pilot-2" } });
	return { ...stage, model };
}

const silent: Script = () => ({ text: "Nobody wrote what to say." });

after(async function () {
	this.timeout(60_000);
	const stage = await opened?.catch(() => undefined);
	await stage?.close();
	await stage?.model.close();
});
