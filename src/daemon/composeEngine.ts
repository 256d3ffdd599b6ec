import { endStates } from "../core/rules/goalState.ts";
import { commandEnvironment } from "./commands/commandEnvironment.ts";
import type { DaemonParts } from "./composeParts.ts";
import { openSupervisor, type Supervisor } from "./engine/supervisor.ts";
import { tracedPerform } from "./engine/tracedPerform.ts";
import { performWith } from "./perform/perform.ts";
import { openFileContents } from "./platform/fileContents.ts";
import { readFolderIdentity } from "./policy/folderIdentity.ts";
import { goalSandbox } from "./policy/sandbox/goalSandbox.ts";

/** All goals, and what carries out their activities. Limits are read when they are needed: config.jsonc may change. */
export function composeEngine(parts: DaemonParts, onLost: (cause: Error) => void): Supervisor {
	const { home, env, clock, newId, log, trace, config, commands, agents, store, repositories } = parts;
	const perform = performWith({
		clock,
		newId,
		log,
		commands,
		tools: parts.tools,
		get delegateDepth() {
			return config.limits.delegateDepth;
		},
		get delegatesPerThread() {
			return config.limits.delegatesPerThread;
		},
		agentFor: agents.agentFor,
		endAgent: agents.endAgent,
		windowOf: agents.windowOf,
		changes: (goal) => repositories.of(goal),
		contents: openFileContents(),
		goalFiles: parts.goalFiles,
		folderNow: readFolderIdentity,
		listChanges: parts.changedFiles.list,
		mcp: parts.mcp,
		environment: commandEnvironment(env),
		dataFolder: home,
		get commandTimeoutMs() {
			return config.limits.commandTimeoutMs;
		},
		get fetchMs() {
			return config.limits.fetchMs;
		},
		get privateHosts() {
			return config.fetch.privateHosts;
		},
		get questionMs() {
			return config.limits.questionMs;
		},
		get deadlines() {
			return config.approvals.deadlines;
		},
		get silenceMs() {
			return config.limits.silenceMs;
		},
		standingGrants: parts.grants.of,
		lastLines: parts.lastLines,
		policy: parts.policy,
		sandboxOf: ({ settings, workspace }) =>
			goalSandbox(parts.sandbox, { mode: settings.sandbox, workspace }, config.sandbox),
		onDelta: parts.deltas.push,
	});
	const supervisor = openSupervisor(store, {
		clock,
		newId,
		log,
		limits: {
			get parallelSteps() {
				return config.limits.parallelSteps;
			},
			get delegatesAtOnce() {
				return config.limits.delegatesAtOnce;
			},
			get replans() {
				return config.limits.replans;
			},
			priceOf: agents.priceOf,
			keepsPrompts: agents.keepsPrompts,
			windowOf: agents.windowOf,
		},
		parallelGoals: () => config.limits.parallelGoals,
		perform: trace ? tracedPerform(perform, trace) : perform,
		onLost,
	});
	supervisor.onSummary(({ goalId, state, deleted }) => {
		if (deleted || endStates.includes(state))
			void parts.mcp.end(goalId).catch((cause) => log.warn(`MCP servers of ${goalId} could not be ended`, cause));
	});
	return supervisor;
}
