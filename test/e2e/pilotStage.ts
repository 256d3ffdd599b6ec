import { type ModelServer, type Script, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./stage.ts";

export interface PilotStage extends Stage {
	readonly model: ModelServer;
}

/** A stage whose daemon knows `harbour/pilot-2`, which says what a story's script says, and another model beside it. */
export async function openPilotStage(): Promise<PilotStage> {
	const model = await startModelServer({ script: silent, models: pilots });
	const providers = [{ id: "harbour", kind: "openai-compatible", baseUrl: model.baseUrl, models: pilots }];
	const stage = await openStage({ config: { providers, agent: "harbour/pilot-2" } });
	return {
		...stage,
		model,
		async close() {
			await stage.close();
			await model.close();
		},
	};
}

const pilots = ["pilot-2", "pilot-3"];

const silent: Script = () => ({ text: "Nobody wrote what to say." });
