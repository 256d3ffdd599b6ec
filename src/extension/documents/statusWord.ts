import type { ChangeView } from "../../protocol/view.ts";
import { t } from "../words/words.ts";

export function statusWord(status: ChangeView["status"]): string {
	const words = { added: t("added"), modified: t("modified"), deleted: t("deleted"), renamed: t("renamed") };
	return words[status];
}
