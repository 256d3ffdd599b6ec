import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Certificates for servers of tests, written here byte by byte, so that no other program is needed. */
export interface Certified {
	/** PEM. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
	readonly name: string;
}

interface Wanted {
	readonly name: string;
	/** Who signs it; without, itself. */
	readonly by?: Certified;
	readonly isAuthority?: boolean;
	/** What it is for: names and addresses. */
	readonly hosts?: readonly string[];
	readonly from?: Date;
	readonly until?: Date;
}

const day = 86_400_000;

export function certificate({ name, by, isAuthority = false, hosts = [], from, until }: Wanted): Certified {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const signer = by ? createPrivateKey(by.key) : privateKey;
	const now = Date.now();
	const extensions = [
		extension([2, 5, 29, 19], sequence(...(isAuthority ? [der(0x01, [0xff])] : []))),
		...(hosts.length > 0 ? [extension([2, 5, 29, 17], sequence(...hosts.map(host)))] : []),
	];
	const body = sequence(
		der(0xa0, der(0x02, [2])),
		der(0x02, [serial++]),
		ecdsaWithSha256,
		named(by?.name ?? name),
		sequence(time(from ?? new Date(now - day)), time(until ?? new Date(now + 30 * day))),
		named(name),
		publicKey.export({ type: "spki", format: "der" }),
		der(0xa3, sequence(...extensions)),
	);
	const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.of(0), sign("sha256", body, signer)])));
	return { name, cert: pem(whole), key: pemOf(privateKey) };
}

let serial = 1;

function der(tag: number, content: Uint8Array | readonly number[]): Buffer {
	const bytes = Buffer.from(content as Uint8Array);
	const { length } = bytes;
	const size =
		length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 0x100), length % 0x100];
	return Buffer.concat([Buffer.of(tag, ...size), bytes]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
	return der(0x30, Buffer.concat(parts));
}

function objectId([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
	const coded = rest.flatMap((part) => {
		const bytes = [part % 128];
		for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift((left % 128) + 128);
		return bytes;
	});
	return der(0x06, [first * 40 + second, ...coded]);
}

const ecdsaWithSha256 = sequence(objectId([1, 2, 840, 10045, 4, 3, 2]));

function named(name: string): Buffer {
	return sequence(der(0x31, sequence(objectId([2, 5, 4, 3]), der(0x0c, Buffer.from(name)))));
}

function time(date: Date): Buffer {
	return der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function extension(id: readonly number[], value: Buffer): Buffer {
	return sequence(objectId(id), der(0x04, value));
}

function host(name: string): Buffer {
	const isAddress = /^[\d.]+$/.test(name);
	return isAddress ? der(0x87, name.split(".").map(Number)) : der(0x82, Buffer.from(name));
}

function pem(bytes: Buffer): string {
	const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function pemOf(key: KeyObject): string {
	return key.export({ type: "pkcs8", format: "pem" }).toString();
}
