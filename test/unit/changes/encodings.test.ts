import assert from "node:assert/strict";
import { unifiedDiff } from "../../../src/daemon/changes/unifiedDiff.ts";
import { encodeText } from "../../../src/daemon/text/encodeText.ts";
import type { ChangeView } from "../../../src/protocol/view.ts";

describe("a unified diff", () => {
	const diff = (before: Uint8Array, after: Uint8Array) =>
		unifiedDiff({ path: "a.txt", status: "modified", before: "1", after: "2" } as unknown as ChangeView, async (blob) =>
			Buffer.from(blob === "1" ? before : after),
		);
	const gbk = (text: string) => encodeText(text, "gbk")!;

	it("shows files in another encoding as text, and says which it is", async () => {
		const text = await diff(gbk("配置文件\n端口 = 8080\n"), gbk("配置文件\n端口 = 9090\n"));
		assert.match(text, /^# a\.txt is not UTF-8: it is shown as read from gbk\.$/m);
		assert.match(text, /^-端口 = 8080$/m);
		assert.match(text, /^\+端口 = 9090$/m);
	});

	it("shows nothing of what is no text, and says nothing of UTF-8", async () => {
		assert.match(await diff(Buffer.from([0, 1, 0, 2]), Buffer.from([0, 0, 3])), /^Binary files/m);
		assert.doesNotMatch(await diff(Buffer.from("é\n"), Buffer.from("ü\n")), /UTF-8/);
	});
});
