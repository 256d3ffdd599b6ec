import { agentKind, agentKindName, agentsOwnModel } from "../../core/agentKinds.ts";
import { type Effort, efforts, type ModelChoice } from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { Dropdown } from "../shared/controls/dropdown.tsx";
import { Picker } from "../shared/controls/picker.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Draft, Providers } from "./draft.ts";
import { Field, SourceNote } from "./field.tsx";
import type { Problem } from "./problems.ts";

/** Provider, model and effort of the agent that every role inherits. */
export function AgentFields(props: {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly providers: Providers | undefined;
	readonly problems: readonly Problem[];
	readonly onKey: (provider: string) => void;
	readonly change: (fields: Partial<Draft>) => void;
}) {
	const { webview, draft, prepared, providers, problems, change } = props;
	const base = prepared.settings.agent;
	const agent = draft.agent ?? base;
	const wrong = problems.some(({ stops }) => stops);
	// What is not set up is told in the baseline; here it could only be chosen in vain.
	const known =
		providers?.providers.filter(({ usable, source }) => usable || source === "config").map(({ id }) => id) ?? [];
	const source = prepared.sources.agent;
	const back = () => change({ agent: undefined });
	const noteOf = (part: string, isOwn: boolean) => (
		<SourceNote webview={webview} source={source} of={part} short onBack={isOwn ? back : undefined} />
	);
	async function chooseModel(): Promise<void> {
		const { agent: chosen } = await webview.host.request("form/chooseAgent", {
			title: t("Model of the primary agent"),
			provider: agentKind(agent).takesRoles ? agent.provider : undefined,
		});
		if (chosen) change({ agent: withEffort(chosen, chosen.effort ?? agent.effort, providers) });
	}
	return (
		<Field
			id="primary-agent"
			name={t("Primary agent")}
			note={<span class="source">{t("used by every role that inherits")}</span>}
			problems={problems}
			onKey={props.onKey}
		>
			<div class="agent-parts">
				<div>
					<Dropdown
						label={t("Provider of the primary agent")}
						value={agent.provider}
						invalid={wrong}
						options={[...new Set([agent.provider, ...known])].map((id) => ({
							value: id,
							label: nameOf(id, providers),
						}))}
						onChange={(provider) => {
							const [model = ""] = providers?.providers.find(({ id }) => id === provider)?.models ?? [];
							change({
								agent:
									provider === base.provider ? undefined : withEffort({ provider, model }, agent.effort, providers),
							});
						}}
					/>
					{noteOf(t("Provider"), draft.agent !== undefined && draft.agent.provider !== base.provider)}
				</div>
				<div>
					<Picker
						label={t("Model of the primary agent: {0}", agent.model || t("none yet"))}
						invalid={wrong}
						warned={problems.length > 0}
						onOpen={() => void chooseModel()}
					>
						{modelText(agent)}
					</Picker>
					{noteOf(t("Model"), draft.agent !== undefined && draft.agent.model !== base.model)}
				</div>
				<div>
					<EffortChoice
						label={t("Effort of the primary agent")}
						value={agent.effort}
						open={t("default")}
						allowed={effortsFor(agent.provider, providers)}
						onChange={(effort) => change({ agent: { provider: agent.provider, model: agent.model, effort } })}
					/>
					{noteOf(t("Effort"), draft.agent !== undefined && draft.agent.effort !== base.effort)}
				</div>
			</div>
		</Field>
	);
}

/** The efforts that a provider can do; a provider that says none is given none. */
export function EffortChoice(props: {
	readonly label: string;
	readonly value: Effort | undefined;
	/** What holds where no effort is chosen. */
	readonly open: string;
	readonly isInherited?: boolean;
	readonly allowed: readonly string[];
	readonly onChange: (effort: Effort | undefined) => void;
}) {
	const { label, value, open, isInherited, allowed, onChange } = props;
	if (allowed.length === 0 && !value)
		return (
			<span class="inherited" title={t("This provider takes no effort.")}>
				{t("takes none")}
			</span>
		);
	const words = [...new Set([...allowed, ...(value ? [value] : [])])];
	return (
		<Dropdown
			label={label}
			value={value ?? ""}
			quiet={isInherited === true && !value}
			options={[{ value: "", label: open }, ...words.map((word) => ({ value: word, label: word }))]}
			onChange={(next) => onChange(next === "" ? undefined : (next as Effort))}
		/>
	);
}

export function effortsFor(provider: string, providers: Providers | undefined): readonly string[] {
	return providers?.providers.find(({ id }) => id === provider)?.efforts ?? efforts;
}

/** An effort goes along to another model where that can do it too. */
export function withEffort(
	{ provider, model }: ModelChoice,
	effort: Effort | undefined,
	providers: Providers | undefined,
): ModelChoice {
	return effort && effortsFor(provider, providers).includes(effort) ? { provider, model, effort } : { provider, model };
}

function nameOf(provider: string, providers: Providers | undefined): string {
	if (!agentKind({ provider }).takesRoles) return t("no agent");
	const name = providers?.providers.find(({ id }) => id === provider)?.name;
	return name === undefined ? provider : t("{0} (ACP)", name);
}

/** An agent that is a program may be left to choose its model itself. */
function modelText(agent: ModelChoice): string {
	if (!agentKind(agent).takesRoles) return t("none");
	if (agentKindName(agent) === "acp" && agent.model === agentsOwnModel) return t("its own choice");
	return agent.model || t("Choose a model");
}
