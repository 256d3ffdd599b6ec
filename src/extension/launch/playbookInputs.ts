import * as vscode from "vscode";
import { type GivenInputs, type InputSpec, readInput } from "../../core/inputs.ts";
import { t } from "../words/words.ts";

/** Asks for each value in turn, with what it is for and its default; undefined when the person turns away. */
export async function askInputs(playbook: string, inputs: readonly InputSpec[]): Promise<GivenInputs | undefined> {
	const given: Record<string, string> = {};
	for (const [at, input] of inputs.entries()) {
		const title = t("Run {0}: {1} ({2} of {3})", playbook, input.name, at + 1, inputs.length);
		const value = await askInput(title, input);
		if (value === undefined) return undefined;
		given[input.name] = value;
	}
	return given;
}

async function askInput(title: string, input: InputSpec): Promise<string | undefined> {
	const { type, description = "", options = [], required } = input;
	if (type === "choice" || type === "boolean") {
		const values = type === "boolean" ? ["true", "false"] : options;
		const first = values.filter((value) => value === input.default);
		const rest = values.filter((value) => value !== input.default);
		const items = [
			...first.map((value) => ({ label: value, description: t("default"), value })),
			...rest.map((value) => ({ label: value, value })),
			...(required || input.default !== undefined ? [] : [{ label: t("No value"), value: "" }]),
		];
		const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: description, ignoreFocusOut: true });
		return chosen?.value;
	}
	return vscode.window.showInputBox({
		title,
		prompt: description || (type === "number" ? t("A number") : undefined),
		value: input.default ?? "",
		ignoreFocusOut: true,
		validateInput: (text) => problemWith(input, text),
	});
}

/** As the daemon would say it. */
function problemWith(input: InputSpec, text: string): string | undefined {
	if (text.trim() === "") {
		if (!input.required) return undefined;
		return t("This playbook needs a value for {0}.", input.name);
	}
	const read = readInput(input, text);
	return "problem" in read ? read.fix : undefined;
}
