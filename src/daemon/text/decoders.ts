import type { Encoding } from "./encoding.ts";

/** A function that decodes whole texts; a character that is cut off at the end becomes U+FFFD. */
export function decoderOf(encoding: Encoding): (bytes: Uint8Array) => string {
	const upper = codePages.get(encoding);
	if (upper)
		return (bytes) =>
			Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : upper[byte - 128])).join("");
	const decoder = new TextDecoder(encoding, { ignoreBOM: true });
	return (bytes) => decoder.decode(bytes);
}

/** Whether it can be decoded here. */
export function isKnownEncoding(encoding: Encoding): boolean {
	if (codePages.has(encoding)) return true;
	try {
		return new TextDecoder(encoding).encoding !== "";
	} catch {
		return false;
	}
}

/**
 * The characters of the bytes from 0x80 on, of code pages of consoles that the platform's decoder lacks, and of the one
 * that Node 20 takes for Latin-1.
 */
export const codePages: ReadonlyMap<Encoding, string> = new Map([
	[
		"windows-1252",
		"€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
	],
	[
		"cp437",
		"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
	],
	[
		"cp850",
		"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
	],
	[
		"cp852",
		"ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0",
	],
]);
