import "./toolkit.ts";
import {
	provideVSCodeDesignSystem,
	vsCodeCheckbox,
	vsCodeDropdown,
	vsCodeOption,
	vsCodeRadio,
	vsCodeRadioGroup,
} from "@vscode/webview-ui-toolkit";

/** What only forms need; pages without one are spared it. */
provideVSCodeDesignSystem().register(
	vsCodeCheckbox(),
	vsCodeDropdown(),
	vsCodeOption(),
	vsCodeRadio(),
	vsCodeRadioGroup(),
);
