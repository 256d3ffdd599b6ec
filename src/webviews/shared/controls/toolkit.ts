import "./controls.css";
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeTextArea, vsCodeTextField } from "@vscode/webview-ui-toolkit";

/**
 * The one place that knows the webview UI toolkit. Its web components are wrapped for preact in this folder; should it
 * be replaced one day, nothing outside of here changes.
 */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeTextField());

declare module "preact" {
	namespace JSX {
		interface IntrinsicElements {
			"vscode-button": ToolkitElement;
			"vscode-checkbox": ToolkitElement;
			"vscode-dropdown": ToolkitElement;
			"vscode-option": ToolkitElement;
			"vscode-radio": ToolkitElement;
			"vscode-radio-group": ToolkitElement;
			"vscode-text-area": ToolkitElement;
			"vscode-text-field": ToolkitElement;
		}
	}
}

type ToolkitElement = import("preact").HTMLAttributes<HTMLElement> & {
	readonly [property: string]: unknown;
};
