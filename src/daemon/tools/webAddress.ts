import { BlockList, isIP } from "node:net";
import { ToolError } from "./tool.ts";

/** Which addresses of the web an agent may ask for at all, before a person is asked about the host. */
const maxUrlChars = 4000;

/** Throws `ToolError` for what is no address of a page. */
export function webAddress(text: string): URL {
	if (text.length > maxUrlChars)
		throw new ToolError(`The address has ${text.length} characters, at most ${maxUrlChars}.`);
	if (!URL.canParse(text)) throw new ToolError(`“${text.slice(0, 200)}” is no address: write it whole, with https://.`);
	const url = new URL(text);
	if (url.protocol !== "https:" && url.protocol !== "http:")
		throw new ToolError(`Only http and https are fetched, not ${url.protocol.slice(0, -1)}.`);
	if (url.username || url.password) throw new ToolError("An address with a name or password in it is not fetched.");
	url.hash = "";
	return url;
}

/** Whether the person allows the host, though it lies in this machine or its network: `localhost:3000`, or without a port all of its ports. */
export function isPrivateAllowed(url: URL, privateHosts: readonly string[]): boolean {
	const port = url.port || (url.protocol === "https:" ? "443" : "80");
	return privateHosts.some((host) => host === url.hostname || host === `${url.hostname}:${port}`);
}

/** An address that leads to this machine, its network, or nowhere. */
export function isPrivateAddress(address: string): boolean {
	const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
	const family = isIP(plain);
	if (family === 4) return notPublic.check(plain, "ipv4");
	if (family === 0) return false;
	const embedded = embeddedAddress(plain);
	return embedded ? isPrivateAddress(embedded) : notPublic.check(plain, "ipv6");
}

/** The IPv4 address inside one of IPv6 that leads to it: mapped, translated (64:ff9b::/96), 6to4. */
function embeddedAddress(address: string): string | undefined {
	const groups = groupsOf(address);
	if (!groups) return undefined;
	const v4 = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
	const starts = (...first: readonly number[]) => first.every((group, at) => groups[at] === group);
	if (starts(0, 0, 0, 0, 0, 0xffff) || starts(0x64, 0xff9b, 0, 0, 0, 0)) return v4(groups[6]!, groups[7]!);
	return groups[0] === 0x2002 ? v4(groups[1]!, groups[2]!) : undefined;
}

function groupsOf(address: string): readonly number[] | undefined {
	const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
	const whole = dotted
		? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
		: address;
	const [before = "", after] = whole.split("::");
	const left = before.split(":").filter(Boolean);
	const right = (after ?? "").split(":").filter(Boolean);
	const zeros = after === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
	const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
	return groups.length === 8 ? groups : undefined;
}

const notPublic = new BlockList();
for (const [address, bits] of [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.168.0.0", 16],
	["198.18.0.0", 15],
	["224.0.0.0", 3],
] as const)
	notPublic.addSubnet(address, bits, "ipv4");
for (const [address, bits] of [
	["::", 128],
	["::1", 128],
	["fc00::", 7],
	["fe80::", 10],
	["fec0::", 10],
	["ff00::", 8],
] as const)
	notPublic.addSubnet(address, bits, "ipv6");
