/**
 * Runs in the page before the workbench, so it may use nothing from outside and define no named function: the compiler
 * would wrap that in a helper which the page does not have.
 * The paths to develop in stand in the configuration that the page hands to the workbench. A URL parameter can carry them
 * too, but only together with the driver of VS Code's own smoke tests, which hides notifications.
 */
export function developInWorkbench(wanted: {
	readonly authority: string;
	readonly developmentPaths: readonly string[];
	readonly testsPath?: string;
}): void {
	const original = Element.prototype.getAttribute;
	Element.prototype.getAttribute = function (this: Element, name: string) {
		const value = original.call(this, name);
		if (this.id !== "vscode-workbench-web-configuration" || name !== "data-settings" || !value) return value;
		const [extensionTestsPath, ...extensions] = [wanted.testsPath, ...wanted.developmentPaths].map(
			(path) => path && { $mid: 1, scheme: "vscode-remote", authority: wanted.authority, path },
		);
		const configuration = JSON.parse(value);
		configuration.developmentOptions = { ...configuration.developmentOptions, extensions, extensionTestsPath };
		return JSON.stringify(configuration);
	};
}
