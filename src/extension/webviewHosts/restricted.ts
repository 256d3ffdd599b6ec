import { t } from "../words/words.ts";

export function restrictedSentence(): string {
	return t("Restricted Mode: you can look, nothing runs. Trust this workspace to go on.");
}
