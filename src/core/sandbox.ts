import * as v from "valibot";

/** Whether what agents start runs inside walls: never, where the machine has some, or nowhere else. */
export const SandboxMode = v.picklist(["off", "auto", "required"]);
export type SandboxMode = v.InferOutput<typeof SandboxMode>;

/** The walls inside which something ran. */
export const RanInside = v.object({
	/** As people know them: `bubblewrap`. */
	name: v.string(),
	/** It could reach the network. */
	network: v.boolean(),
});
export type RanInside = v.InferOutput<typeof RanInside>;
