import assert from "node:assert/strict";
import { isPrivateAddress, isPrivateAllowed, webAddress } from "../../../src/daemon/tools/webAddress.ts";

describe("an address of the web", () => {
	const refused: readonly (readonly [address: string, why: RegExp])[] = [
		["example.org/page", /no address/],
		["ftp://example.org/", /not ftp/],
		["file:///etc/passwd", /not file/],
		["javascript:alert(1)", /not javascript/],
		["data:text/html,x", /not data/],
		["https://mara:secret@example.org/", /name or password/],
		[`https://example.org/${"x".repeat(4000)}`, /characters, at most 4000/],
		["https://", /no address/],
	];
	for (const [address, why] of refused)
		it(`is not ${address.slice(0, 40)}`, () => assert.throws(() => webAddress(address), why));

	const privates = [
		"127.0.0.1",
		"127.9.9.9",
		"10.1.2.3",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.1",
		"169.254.169.254",
		"100.64.0.1",
		"0.0.0.0",
		"224.0.0.1",
		"255.255.255.255",
		"198.18.0.1",
		"::1",
		"::",
		"[::1]",
		"fe80::1%eth0",
		"fd00::1",
		"ff02::1",
		"::ffff:127.0.0.1",
		"::ffff:7f00:1",
		"64:ff9b::7f00:1",
		"64:ff9b::169.254.169.254",
		"2002:7f00:1::",
	];
	for (const address of privates) it(`is private: ${address}`, () => assert.equal(isPrivateAddress(address), true));
	for (const address of [
		"1.1.1.1",
		"172.32.0.1",
		"100.128.0.1",
		"2606:4700::1111",
		"::ffff:8.8.8.8",
		"64:ff9b::808:808",
	])
		it(`is public: ${address}`, () => assert.equal(isPrivateAddress(address), false));

	// However it is written, a URL says it plainly.
	for (const written of [
		"http://127.1/",
		"http://0x7f000001/",
		"http://2130706433/",
		"http://0177.0.0.1/",
		"http://[::ffff:127.0.0.1]/",
	])
		it(`is private, written as ${written}`, () => assert.equal(isPrivateAddress(new URL(written).hostname), true));

	it("is allowed by host, or by host and port", () => {
		const at = (address: string, ...hosts: string[]) => isPrivateAllowed(new URL(address), hosts);
		assert.equal(at("http://localhost:3000/x", "localhost:3000"), true);
		assert.equal(at("http://localhost:3001/x", "localhost:3000"), false);
		assert.equal(at("http://localhost:3001/x", "localhost"), true);
		assert.equal(at("http://localhost/", "localhost:80"), true);
		assert.equal(at("https://localhost/", "localhost:80"), false);
	});
});
