import * as acp from "@agentclientprotocol/sdk";

/** An agent on the protocol's own package, as a test wants it: it opens sessions, and answers a prompt as it is told. */
export interface Scripted {
	/** The text of each prompt, and what asks. */
	prompt(turn: ScriptedTurn): Promise<acp.StopReason | acp.PromptResponse>;
	readonly capabilities?: acp.AgentCapabilities;
	/** Nobody is signed in. */
	readonly needsLogin?: boolean;
	/** Beside the session's id. */
	readonly session?: object;
	/** Methods that it never answers; logged all the same. */
	readonly hangs?: readonly string[];
	/** What happens beside: `session/set_mode`, `session/load`. */
	readonly log?: string[];
}

export interface ScriptedTurn {
	readonly text: string;
	readonly sessionId: string;
	readonly client: acp.AgentContext;
	/** That its session was opened with. */
	readonly servers: readonly acp.McpServer[];
	/** In base64. */
	readonly images: readonly string[];
	/** Aborts when the turn is cancelled. */
	readonly cancelled: AbortSignal;
	tell(update: object): Promise<void>;
	say(text: string): Promise<void>;
	/** Asks for leave; the kind of the option that was chosen, or `cancelled`. */
	ask(toolCall: acp.ToolCallUpdate): Promise<string>;
}

const options: acp.PermissionOption[] = [
	{ optionId: "all", name: "Always", kind: "allow_always" },
	{ optionId: "no", name: "No", kind: "reject_once" },
	{ optionId: "yes", name: "Yes", kind: "allow_once" },
];

type Opened = Pick<acp.NewSessionResponse, "sessionId" | "configOptions">;

let sessions = 0;

export function scriptedAgent(script: Scripted): acp.AgentApp {
	const cancels = new Map<string, AbortController>();
	const opened = new Map<string, Opened>();
	const servers = new Map<string, readonly acp.McpServer[]>();
	const log = script.log ?? [];
	/** Its answer, where it gives one. */
	async function answer<T>(method: string, about: string, given: T): Promise<T> {
		log.push(`${method} ${about}`);
		return script.hangs?.includes(method) ? new Promise<T>(() => {}) : given;
	}
	return (
		acp
			.agent({ name: "scripted" })
			.onRequest("initialize", () => ({
				protocolVersion: acp.PROTOCOL_VERSION,
				agentCapabilities: script.capabilities ?? {},
				agentInfo: { name: "scripted", version: "1.0" },
			}))
			.onRequest("session/new", ({ params }) => {
				if (script.needsLogin) throw acp.RequestError.authRequired();
				const session: Opened = { sessionId: `s${++sessions}`, ...structuredClone(script.session) };
				opened.set(session.sessionId, session);
				servers.set(session.sessionId, params.mcpServers);
				return session;
			})
			.onRequest("session/load", ({ params }) => answer("session/load", params.sessionId, {}))
			.onRequest("session/resume", ({ params }) => answer("session/resume", params.sessionId, {}))
			.onRequest("session/set_mode", ({ params }) => answer("session/set_mode", params.modeId, {}))
			.onRequest("session/set_config_option", ({ params }) => {
				log.push(`session/set_config_option ${params.configId}=${String(params.value)}`);
				const configOptions = opened.get(params.sessionId)?.configOptions ?? [];
				for (const option of configOptions)
					if (option.id === params.configId) Object.assign(option, { currentValue: params.value });
				return { configOptions };
			})
			// The protocol's package knows it no more, and older agents do.
			.onRequest(
				"session/set_model",
				(params) => params as { readonly modelId: string },
				({ params }) => answer("session/set_model", params.modelId, {}),
			)
			.onNotification("session/cancel", ({ params }) => cancels.get(params.sessionId)?.abort())
			.onRequest("session/prompt", async ({ params, client }) => {
				const { sessionId } = params;
				const cancel = new AbortController();
				cancels.set(sessionId, cancel);
				const tell = (update: object) =>
					client.notify("session/update", { sessionId, update } as acp.SessionNotification);
				const text = params.prompt.map((block) => (block.type === "text" ? block.text : "")).join("");
				const images = params.prompt.flatMap((block) => (block.type === "image" ? [block.data] : []));
				log.push("session/prompt");
				const said = await script.prompt({
					text,
					images,
					sessionId,
					client,
					servers: servers.get(sessionId) ?? [],
					cancelled: cancel.signal,
					tell,
					say: (words) => tell({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: words } }),
					async ask(toolCall) {
						const { outcome } = await client.request("session/request_permission", { sessionId, toolCall, options });
						if (outcome.outcome === "cancelled") return "cancelled";
						return options.find(({ optionId }) => optionId === outcome.optionId)?.kind ?? "unknown";
					},
				});
				return typeof said === "string" ? { stopReason: said } : said;
			})
	);
}
