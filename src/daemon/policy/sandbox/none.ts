import type { Sandbox } from "./sandbox.ts";

/** No walls: what a person approved may do what the person may. */
export const noSandbox: Sandbox = { name: "none", enclose: async (start) => start };
