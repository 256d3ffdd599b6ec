import * as vscode from "vscode";
import { is, isNot } from "../menus/when.ts";
import { t } from "../words/words.ts";
import type { CommandRow } from "./commandShapes.ts";
import { overGoals } from "./contribution.ts";

/** The daemon, its config, its keys, and the models of this editor. */
export const daemonCommands = {
	setProviderKey: {
		title: "Set Provider Key…",
		acts: true,
		async run(parts, argument) {
			const { setProviderKey } = await import("../keys/setProviderKey.ts");
			await setProviderKey(parts, typeof argument === "string" ? argument : undefined);
		},
	},
	serverInputs: {
		title: "MCP Server Inputs…",
		acts: true,
		async run(parts) {
			const { chooseMcpInput } = await import("../keys/chooseMcpInput.ts");
			await chooseMcpInput(parts);
		},
	},
	allowModel: {
		title: "Allow a Model of VS Code…",
		acts: true,
		async run({ models }) {
			const { allowModel } = await import("../models/allowModel.ts");
			await allowModel(models);
		},
	},
	openConfig: {
		title: "Open Config",
		async run({ dataFolder }) {
			const { openConfig } = await import("../config/openConfig.ts");
			await openConfig(await dataFolder());
		},
	},
	startDaemon: {
		title: "Start Goal Daemon",
		palette: isNot("missionControl.connection", "connected"),
		menus: [overGoals("3_daemon@1", isNot("missionControl.connection", "connected"))],
		acts: true,
		run: ({ daemon }) => daemon.start(),
	},
	stopDaemon: {
		title: "Stop Goal Daemon",
		palette: is("missionControl.connection", "connected"),
		menus: [overGoals("3_daemon@2", is("missionControl.connection", "connected"))],
		acts: true,
		async run({ daemon }) {
			const { stillRunning } = await daemon.read("daemon/stop", {});
			const commands =
				stillRunning.length === 1 ? t("1 command goes on") : t("{0} commands go on", stillRunning.length);
			const end =
				stillRunning.length > 0 ? ` ${t("{0} by itself; its outcome is read at the next start.", commands)}` : "";
			void vscode.window.showInformationMessage(`${t("The goal daemon has stopped.")}${end}`);
		},
	},
	showLog: {
		title: "Show Log",
		menus: [overGoals("3_daemon@3")],
		run: ({ log }) => log.show(),
	},
} satisfies Record<string, CommandRow>;
