// placeholder by the lead so that the daemon runs: the agents helper overwrites this file
export async function loadConfig(_folder: string, _env: NodeJS.ProcessEnv) {
	return {
		agent: undefined as string | undefined,
		problems: [] as string[],
		limits: { parallelSteps: 4, commandTimeoutMs: 600_000 },
		redact: (text: string) => text,
	};
}
