import type { Workbench } from "../host/workbench.ts";

/** Pictures of one state of the window in every theme that the webviews are made for, the dark one last. */
export async function pictures(window: Workbench, name: string): Promise<void> {
	for (const [theme, look] of themes) {
		await window.palette("Preferences: Color Theme");
		await window.quickInput.locator("input:visible").fill(theme);
		await window.pick(theme);
		await window.page.locator(`.monaco-workbench.${look}`).waitFor();
		await window.quickInput.waitFor({ state: "hidden" });
		await window.screenshot(`${name}-${look}`);
	}
}

/** By their names in the list, and the class that the workbench then has. */
const themes = [
	["Light Modern", "vs"],
	["Dark High Contrast", "hc-black"],
	["Dark Modern", "vs-dark"],
] as const;
