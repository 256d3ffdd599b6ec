import { execFile } from "node:child_process";
import { isKnownEncoding } from "./decoders.ts";
import { type Encoding, utf8 } from "./encoding.ts";

/**
 * The encoding that a command's environment declares: by its locale, on Windows by the console's code page. Undefined
 * where it declares none, or UTF-8, which is tried before anyway.
 */
export async function declaredEncoding(
	env: Readonly<Record<string, string | undefined>>,
	platform = process.platform,
): Promise<Encoding | undefined> {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	if (locale) return encodingOfLocale(locale);
	return platform === "win32" ? consoleEncoding() : undefined;
}

/** `language_COUNTRY.codeset@modifier`. */
export function encodingOfLocale(locale: string): Encoding | undefined {
	const [, language = "", country = "", codeset = "", modifier = ""] =
		/^([a-z]+)(?:_([A-Z]+))?(?:\.([^@]+))?(?:@(.+))?$/.exec(locale) ?? [];
	if (codeset !== "") return known(codeset);
	if (modifier === "euro") return known("iso-8859-15");
	return known(usual[`${language}_${country}`] ?? usual[language] ?? utf8);
}

/** The encodings of locales that name none, as the C libraries have it, where it is not Latin. */
const usual: Readonly<Record<string, Encoding>> = {
	zh_CN: "gbk",
	zh_SG: "gbk",
	zh_TW: "big5",
	zh_HK: "big5",
	ja: "euc-jp",
	ko: "euc-kr",
	ru: "iso-8859-5",
	uk: "koi8-u",
};

/** Names as locales write them (`eucJP`, `CP1251`, `SJIS`, `ISO-8859-1`), as the decoder takes them. */
function known(codeset: string): Encoding | undefined {
	const plain = codeset.toLowerCase().replace(/[^a-z0-9]/g, "");
	const name =
		aliases[plain] ??
		plain
			.replace(/^(?:cp|windows|ansi)(125\d|874)$/, "windows-$1")
			.replace(/^iso8859(\d{1,2})$/, "iso-8859-$1")
			.replace(/^koi8([ru])$/, "koi8-$1");
	if (name === utf8 || !isKnownEncoding(name)) return undefined;
	return name;
}

const aliases: Readonly<Record<string, Encoding>> = {
	utf8: utf8,
	gb2312: "gbk",
	euccn: "gbk",
	cp936: "gbk",
	cp950: "big5",
	big5hkscs: "big5",
	eucjp: "euc-jp",
	ujis: "euc-jp",
	sjis: "shift_jis",
	shiftjis: "shift_jis",
	cp932: "shift_jis",
	euckr: "euc-kr",
	cp949: "euc-kr",
	uhc: "euc-kr",
	cp866: "ibm866",
	latin1: "windows-1252",
	iso88591: "windows-1252",
	cp65001: utf8,
};

let asked: Promise<Encoding | undefined> | undefined;

/** What `chcp` says: words of the system's language around a number. */
function consoleEncoding(): Promise<Encoding | undefined> {
	asked ??= new Promise((resolve) => {
		execFile("chcp.com", { timeout: 5_000, windowsHide: true }, (error, stdout) => {
			const [page] = error ? [] : (/\d{3,5}/.exec(stdout) ?? []);
			resolve(page && known(`cp${page}`));
		});
	});
	return asked;
}
