import type { RanInside } from "../../core/sandbox.ts";
import { t } from "../shared/words.ts";

export function insideNote({ name, network }: RanInside): string {
	return network ? t("in a sandbox ({0}), with the network", name) : t("in a sandbox ({0})", name);
}
