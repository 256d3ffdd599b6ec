import assert from "node:assert/strict";
import { seatbeltProfile } from "../../../src/daemon/policy/sandbox/seatbelt.ts";

/** As text: sandbox-exec itself is on macOS only, and was not run here. */
describe("the profile of sandbox-exec", () => {
	const profile = (network: boolean) =>
		seatbeltProfile(network, [
			{ path: "/Users/ada", as: "hidden", isFolder: true },
			{ path: '/Users/ada/a "b"', as: "writable", isFolder: true },
			{ path: "/Users/ada/a/.git", as: "fixed", isFolder: true },
			{ path: "/Users/ada/a/.git/config", as: "readOnly", isFolder: false },
		]).split("\n");

	it("forbids writing first, and allows it by place afterwards, because the last rule that fits counts", () => {
		const lines = profile(false);
		assert.ok(
			lines.indexOf("(deny file-write*)") <
				lines.findIndex((line) => line.startsWith("(allow file-read* file-write* (")),
		);
		assert.equal(lines[1], "(allow default)");
	});

	it("names each place with its quotes escaped, and a way back into what is hidden", () => {
		const lines = profile(false);
		const hidden = lines.indexOf('(deny file-read* file-write* (subpath "/Users/ada"))');
		const back = lines.indexOf('(allow file-read* file-write* (subpath "/Users/ada/a \\"b\\""))');
		assert.ok(hidden > 0 && back > hidden, lines.join("\n"));
		assert.ok(lines.includes('(deny file-write-unlink (literal "/Users/ada/a/.git"))'));
		assert.ok(lines.includes('(deny file-write* (literal "/Users/ada/a/.git/config"))'));
	});

	it("has no network, or none to sockets with a name but the one that knows names", () => {
		assert.ok(profile(false).includes("(deny network*)"));
		assert.ok(!profile(true).includes("(deny network*)"));
		assert.ok(profile(true).includes("(deny network* (remote unix-socket))"));
	});
});
