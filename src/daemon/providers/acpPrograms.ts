/** Agents that speak the Agent Client Protocol, by the names of their programs. */
export const acpPrograms = [
	{ program: "claude-code-acp", name: "Claude Code" },
	{ program: "codex-acp", name: "Codex" },
	{ program: "gemini", name: "Gemini CLI" },
	{ program: "opencode", name: "OpenCode" },
	{ program: "goose", name: "Goose" },
	{ program: "qwen", name: "Qwen Code" },
	{ program: "auggie", name: "Auggie" },
	{ program: "kimi", name: "Kimi CLI" },
] as const;
