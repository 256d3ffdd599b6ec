import assert from "node:assert/strict";
import { headBytes, tailBytes } from "../../../src/daemon/text/cutBytes.ts";
import { declaredEncoding } from "../../../src/daemon/text/declaredEncoding.ts";
import { decoderOf } from "../../../src/daemon/text/decoders.ts";
import { encodeText } from "../../../src/daemon/text/encodeText.ts";
import { readAs, readText } from "../../../src/daemon/text/readText.ts";
import { seeded } from "../../support/seed.ts";

/** What programs print, by the encodings in which they print it; each row is told apart without a hint. */
const texts: Readonly<Record<string, readonly string[]>> = {
	gbk: [
		"错误：找不到文件 report.txt\n",
		"编译成功\n",
		"'foo' 不是内部或外部命令，也不是可运行的程序\n或批处理文件。\n",
		"测试 12 通过, 1 失败\n",
		"正在复制… 100%\n",
	],
	big5: ["錯誤：找不到檔案 report.txt\n", "編譯成功\n", "正在下載相依套件，請稍候\n完成。\n"],
	shift_jis: [
		"エラー: ファイルが見つかりません\n",
		"コンパイル成功\n",
		"テスト 12 件成功、1 件失敗しました\n",
		"日本語\n",
	],
	"euc-jp": [
		"エラー: ファイルが見つかりません\n",
		"コンパイル成功\n",
		"テスト 12 件成功、1 件失敗しました\n",
		"日本語\n",
	],
	"euc-kr": ["오류: 파일을 찾을 수 없습니다\n", "컴파일 성공\n", "테스트 12개 통과, 1개 실패\n"],
	"windows-1251": ["Ошибка: файл не найден\n", "Привет, мир\n", "Тест 12 пройден, 1 провален\n"],
	"koi8-r": ["Ошибка: файл не найден\n", "Привет, мир\n", "Тест 12 пройден, 1 провален\n"],
	ibm866: ["Ошибка: файл не найден\n", "Не удается найти указанный файл.\n"],
	"windows-1252": [
		"Fehler: Müller.txt nicht gefunden\n",
		"naïve café\n",
		"café\n",
		"« succès » – terminé\n",
		"Ação concluída com êxito\n",
		"Año nuevo, señor\n",
		"Blåbærgrød på ø\n",
		"Größe: 3 µm\n",
	],
	"windows-1250": ["Błąd: nie znaleziono pliku\n", "Žluťoučký kůň úpěl ďábelské ódy\n"],
	"windows-1253": ["Σφάλμα: το αρχείο δεν βρέθηκε\n"],
	"windows-1255": ["שגיאה: הקובץ לא נמצא\n"],
	"windows-1254": ["Hata: dosya bulunamadı, işlem başarısız\n"],
	"utf-16le": ["hello\r\n", "你好，世界\n", "Привет, мир\n", "🚀 done\n"],
	"utf-16be": ["hello\r\n", "你好，世界\n", "Привет, мир\n", "🚀 done\n"],
};
const encoded = (text: string, encoding: string) => encodeText(text, encoding) ?? assert.fail(`${text} in ${encoding}`);

describe("text of unknown encoding", () => {
	for (const [encoding, rows] of Object.entries(texts))
		for (const text of rows)
			it(`is read as ${encoding}: ${text.trim()}`, async () => {
				const reading = await readText(encoded(text, encoding));
				assert.deepEqual(reading, { kind: "text", text, encoding, isBroken: false });
			});

	const bytes = (...parts: (string | number)[]) =>
		Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))));
	const told: readonly (readonly [name: string, given: Uint8Array, text: string, encoding?: string])[] = [
		["UTF-8 with a mark", bytes(0xef, 0xbb, 0xbf, "añb"), "añb"],
		["UTF-16LE with a mark", bytes(0xff, 0xfe, "a", 0, "b", 0), "ab", "utf-16le"],
		["UTF-16BE with a mark", bytes(0xfe, 0xff, 0, "a", 0, "b"), "ab", "utf-16be"],
		["a broken byte in much UTF-8", bytes("größer ", 0xfc, " Größe"), "größer \uFFFD Größe"],
		["a character cut in two", bytes("漢字", 0xe6, 0xbc), "漢字\uFFFD"],
		["Japanese in seven bits", bytes(0x1b, "$B", "F|K\\8l", 0x1b, "(B\n"), "日本語\n", "iso-2022-jp"],
	];
	for (const [name, given, text, encoding = "utf-8"] of told)
		it(`keeps ${name}`, async () => {
			const reading = await readText(given);
			assert.deepEqual(reading.kind === "text" && [reading.text, reading.encoding], [text, encoding]);
		});

	it("is read as its environment declares, where the bytes allow it, and never against valid UTF-8", async () => {
		const rows: readonly (readonly [env: Record<string, string>, encoding: string | undefined])[] = [
			[{ LANG: "zh_CN.GBK" }, "gbk"],
			[{ LANG: "ja_JP.eucJP" }, "euc-jp"],
			[{ LANG: "ja_JP.SJIS" }, "shift_jis"],
			[{ LANG: "ru_RU.KOI8-R" }, "koi8-r"],
			[{ LANG: "ru_RU.CP1251" }, "windows-1251"],
			[{ LANG: "ko_KR.euckr" }, "euc-kr"],
			[{ LANG: "zh_TW" }, "big5"],
			[{ LANG: "de_DE@euro" }, "iso-8859-15"],
			[{ LANG: "de_DE.ISO-8859-1" }, "windows-1252"],
			[{ LANG: "ru_RU.CP1251", LC_ALL: "en_US.UTF-8" }, undefined],
			[{ LANG: "ru_RU.CP1251", LC_CTYPE: "ru_RU.KOI8-R" }, "koi8-r"],
			[{ LANG: "C" }, undefined],
			[{ LANG: "C.UTF-8" }, undefined],
			[{ LANG: "xx_YY.nonsense" }, undefined],
			[{}, undefined],
		];
		for (const [env, encoding] of rows)
			assert.equal(await declaredEncoding(env, "linux"), encoding, JSON.stringify(env));
		const word = encoded("да", "koi8-r");
		assert.equal((await readText(word, "koi8-r")).kind === "text" && readAs(word, "koi8-r").text, "да");
		const utf = await readText(Buffer.from("größer"), "koi8-r");
		assert.equal(utf.kind === "text" && utf.text, "größer");
	});

	const binaries: readonly (readonly [name: string, given: Uint8Array, mediaType?: string])[] = [
		["zeros without the shape of UTF-16", bytes(0, 1, 2, 255)],
		[
			"a picture",
			bytes(0x89, "PNG\r\n", 0x1a, "\n", 0, 0, 0, 13, "IHDR", 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0),
			"image/png",
		],
		["packed data", bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c, 0x4a, 6, 0), "application/gzip"],
		["numbers of 16 bits", Uint8Array.from({ length: 200 }, (_, at) => (at % 2 ? 0 : at / 2))],
		["control characters", Uint8Array.from({ length: 300 }, (_, at) => (at % 3 ? 1 + (at % 7) : 0x90))],
	];
	for (const [name, given, mediaType] of binaries)
		it(`is not made of ${name}`, async () => {
			assert.deepEqual(await readText(given), { kind: "binary", mediaType });
		});

	it("goes back into its bytes, where the encoding has them", () => {
		for (const [encoding, rows] of Object.entries(texts))
			for (const text of rows) assert.equal(decoderOf(encoding)(encoded(text, encoding)), text);
		assert.equal(encodeText("漢", "windows-1252"), undefined);
	});

	it("is never cut within a character", () => {
		const random = seeded("cuts");
		for (const [encoding, rows] of [...Object.entries(texts), ["utf-8", ["aé漢🚀"]] as const]) {
			const whole = encoded(
				Array.from({ length: 200 }, () => rows[random.between(0, rows.length - 1)]).join(""),
				encoding,
			);
			const all = readAs(whole, encoding).text;
			for (let max = 100; max < 160; max++) {
				const [head, tail] = [headBytes(whole, max, encoding), tailBytes(whole, max, encoding)];
				assert.ok(head.length > max - 5 && tail.length > max - 60, encoding);
				const [begin, end] = [readAs(head, encoding).text, readAs(tail, encoding).text];
				assert.ok(all.startsWith(begin), `${encoding}, the first ${max}: ${begin}`);
				assert.ok(all.endsWith(end), `${encoding}, the last ${max}: ${end}`);
			}
		}
	});
});
