import { useState } from "preact/hooks";
import type { Approval, Goal } from "../../core/goal.ts";
import { choicesOf } from "../../core/questions/questions.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { type Answering, isOptionOf } from "./answering.tsx";
import { Button } from "./controls/button.tsx";
import { Checkbox } from "./controls/checkbox.tsx";
import { visible } from "./format.ts";
import { t } from "./words.ts";

/** The options of an agent's question, each with what it means: a button each, or boxes where several may be chosen. */
export function AskedOptions(props: {
	readonly goal: Goal;
	readonly approval: Approval;
	readonly answering: Answering;
	readonly first: boolean;
}) {
	const { goal, approval, answering, first } = props;
	const { asked } = approval;
	const [chosen, setChosen] = useState<readonly string[]>(asked?.default ?? []);
	const choices = choicesOf(goal, approval);
	const several = choices.find(({ chooses }) => chooses);
	const options = choices.filter((choice) => isOptionOf(approval, choice));
	const isOff = answering.sending || answerRefusal(goal, approval) !== undefined;
	if (!asked || options.length === 0) return null;
	return (
		<>
			<ul class="ask-options" aria-label={t("Answers")}>
				{options.map((choice, at) => (
					<li key={choice.answer} class={several ? "several" : undefined}>
						{several ? (
							<Checkbox
								checked={chosen.includes(choice.label)}
								label={choice.label}
								onChange={(isChosen) =>
									setChosen((before) => [
										...before.filter((label) => label !== choice.label),
										...(isChosen ? [choice.label] : []),
									])
								}
							>
								{visible(choice.label)}
							</Checkbox>
						) : (
							<Button
								primary={first && choice.primary}
								disabled={isOff}
								label={`${choice.label}: ${approval.summary}`}
								onClick={() => answering.choose(choice)}
							>
								{visible(choice.label)}
							</Button>
						)}
						<Description of={asked.options[at]?.description} isDefault={asked.default?.includes(choice.label)} />
					</li>
				))}
			</ul>
			{several ? (
				<div class="ask-chosen">
					<Button
						primary={first && chosen.length > 0}
						disabled={isOff || chosen.length === 0}
						label={`${t("Answer")}: ${approval.summary}`}
						onClick={() => answering.send(several, undefined, chosen)}
					>
						{t("Answer")}
					</Button>
					<span class="quiet small">{t("{0} chosen", chosen.length)}</span>
				</div>
			) : null}
		</>
	);
}

function Description({ of: text, isDefault }: { readonly of?: string; readonly isDefault?: boolean }) {
	return (
		<span class="quiet small">
			{text ? visible(text) : null}
			{isDefault ? ` ${t("(what the agent would choose)")}` : null}
		</span>
	);
}

/** Where there is room for a row of buttons only. */
export function fitsInRow({ asked }: Approval): boolean {
	if (!asked) return true;
	return !asked.several && asked.options.reduce((sum, { label }) => sum + label.length + 4, 0) <= maxRowChars;
}

const maxRowChars = 48;
