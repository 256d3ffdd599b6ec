// biome-ignore-all lint/a11y/useSemanticElements: a native meter cannot be drawn in the colours of the theme.

import type { Goal } from "../../core/goal.ts";
import { type BudgetResource, budgetResources } from "../../core/values.ts";
import { elapsed } from "../../core/words/duration.ts";
import type { GoalView } from "../../protocol/view.ts";
import { count, money, short } from "../shared/format.ts";
import { t } from "../shared/words.ts";

const names: { readonly [R in BudgetResource]: () => string } = {
	usd: () => t("USD"),
	tokens: () => t("Tokens"),
	minutes: () => t("Time"),
	turns: () => t("Turns"),
};

/** What was used, each number with its limit beside it. Unknown money has no number. */
export function Budget({ goal, view }: { goal: Goal; view: GoalView }) {
	const roles = Object.entries(goal.usage.byRole).filter(([, usage]) => usage.turns > 0);
	const spent = goal.usage.costUsd ?? 0;
	return (
		<section class="block" aria-labelledby="budget">
			<div class="section-head">
				<h2 id="budget">{t("Budget")}</h2>
			</div>
			{budgetResources.map((resource) => (
				<Meter key={resource} resource={resource} {...view.budget[resource]} />
			))}
			{roles.length > 0 ? <p class="quiet small used-by">{t("Used by role")}</p> : null}
			{roles.map(([role, usage]) => (
				<div key={role} class="meter-row">
					<span class="quiet cut">{role}</span>
					{usage.costUsd !== null && spent > 0 ? (
						<Bar part={usage.costUsd / spent} />
					) : (
						<span class="quiet cut num">{t("{0} tokens", short(usage.inputTokens + usage.outputTokens))}</span>
					)}
					<span class="num nowrap" title={tokensOf(usage)}>
						{usage.costUsd === null ? t("no price known") : money(usage.costUsd)}
					</span>
				</div>
			))}
			{goal.usage.cachedInputTokens ? (
				<p class="quiet small used-by">
					{t("{0} of the tokens that were read came from the provider's cache.", short(goal.usage.cachedInputTokens))}
				</p>
			) : null}
		</section>
	);
}

function tokensOf({ inputTokens, outputTokens, cachedInputTokens }: Goal["usage"]["byRole"][string]): string {
	const [read, written] = [count(inputTokens), count(outputTokens)];
	return cachedInputTokens
		? t("{0} tokens read, {1} of them from the provider's cache, {2} written", read, count(cachedInputTokens), written)
		: t("{0} tokens read, {1} written", read, written);
}

function Meter(props: {
	readonly resource: BudgetResource;
	readonly limit: number | null;
	readonly used: number | null;
	readonly estimated?: boolean;
}) {
	const { resource, limit, used, estimated } = props;
	const name = names[resource]();
	if (used === null) {
		return (
			<div class="meter-row">
				<span class="quiet">{name}</span>
				<span />
				<span class="nowrap">{t("no price known")}</span>
			</div>
		);
	}
	const part = limit === null ? undefined : limit > 0 ? used / limit : 1;
	const near = part === undefined ? undefined : part >= 1 ? t("reached") : part >= 0.9 ? t("near limit") : undefined;
	const amount = estimated ? t("about {0}", format(resource, used)) : format(resource, used);
	const text = limit === null ? amount : t("{0} of {1}", amount, format(resource, limit));
	return (
		<div class="meter-row">
			<span class="quiet">{name}</span>
			{part === undefined ? (
				<span class="quiet cut">{t("no limit")}</span>
			) : (
				<div
					role="meter"
					aria-label={name}
					aria-valuemin={0}
					aria-valuemax={limit ?? 0}
					aria-valuenow={Math.min(used, limit ?? 0)}
					aria-valuetext={near ? `${text}, ${near}` : text}
				>
					<Bar part={part} near={near !== undefined} />
				</div>
			)}
			<span
				class="num nowrap"
				title={
					estimated
						? t(
								"Estimated: the endpoint did not count all of it, or counted less than was certainly sent and received.",
							)
						: undefined
				}
			>
				{near ? <span class="strong">{near} · </span> : null}
				{text}
			</span>
		</div>
	);
}

function Bar({ part, near }: { part: number; near?: boolean }) {
	return (
		<div class={`bar${near ? " near" : ""}`} aria-hidden="true">
			<i style={{ width: `${Math.min(100, Math.max(0, part * 100))}%` }} />
		</div>
	);
}

function format(resource: BudgetResource, value: number): string {
	switch (resource) {
		case "usd":
			return money(value);
		case "tokens":
			return short(value);
		case "minutes":
			// Whole minutes, once there is one: the limit is not told to the second.
			return elapsed((value < 1 ? value : Math.floor(value)) * 60_000);
		default:
			return count(value);
	}
}
