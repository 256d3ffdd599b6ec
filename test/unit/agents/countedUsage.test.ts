import assert from "node:assert/strict";
import type { LanguageModelV3Usage } from "@ai-sdk/provider";
import { type TokenCount, tokenMeter } from "../../../src/core/textTokens.ts";
import { countedUsage, sentTokens } from "../../../src/daemon/agents/countedUsage.ts";
import { seeded } from "../../support/seed.ts";

/** As the provider package hands on what an endpoint said. */
function said(prompt?: number, completion?: number, total?: number): LanguageModelV3Usage {
	return {
		inputTokens: { total: prompt, noCache: prompt, cacheRead: 0, cacheWrite: undefined },
		outputTokens: { total: completion, text: completion, reasoning: 0 },
		raw: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } as never,
	};
}

const sent: TokenCount = { fewest: 12_500, likely: 25_000 };
const received: TokenCount = { fewest: 500, likely: 1_000 };

describe("what a model call is counted as", () => {
	const rows: readonly [string, LanguageModelV3Usage | undefined, number, number, boolean][] = [
		["counts of both sides that can be true", said(24_000, 900), 24_000, 900, false],
		["counts above the estimate", said(90_000, 4_000), 90_000, 4_000, false],
		["nothing", undefined, 25_000, 1_000, true],
		["zeros", said(0, 0, 0), 25_000, 1_000, true],
		["only a total", said(undefined, undefined, 26_000), 25_000, 1_000, true],
		["only a total, with zeros beside it", said(0, 0, 31_000), 30_000, 1_000, true],
		["only a total that cannot be true", said(0, 0, 7), 25_000, 1_000, true],
		["only the output", said(undefined, 900), 25_000, 900, true],
		["only the output, with zero for the input", said(0, 900), 25_000, 900, true],
		["only the input", said(24_000, undefined), 24_000, 1_000, true],
		["the output and a total, from which the input follows", said(0, 900, 24_900), 24_000, 900, false],
		["a total that holds more than its parts, thought unseen", said(24_000, 900, 30_000), 24_000, 6_000, false],
		["less than nothing", said(-24_000, -5), 25_000, 1_000, true],
		["what is no number", said(Number.NaN, Number.NaN, Number.NaN), 25_000, 1_000, true],
		["what has no end", said(Number.POSITIVE_INFINITY, 900), 25_000, 900, true],
		["one token for a long prompt", said(1, 1), 25_000, 1_000, true],
		["the last piece of a stream that counts piece by piece", said(24_000, 1), 24_000, 1_000, true],
		["fractions", said(24_000.2, 900.7), 24_001, 901, false],
	];
	for (const [name, reported, inputTokens, outputTokens, estimated] of rows) {
		it(`of an endpoint that reports ${name}`, () => {
			const usage = countedUsage(reported, sent, received);
			const counted = [usage.inputTokens, usage.outputTokens, usage.estimated ?? false];
			assert.deepEqual(counted, [inputTokens, outputTokens, estimated]);
		});
	}

	it("is never less than what was certainly sent and received, whatever is reported", () => {
		const random = seeded("counted usage");
		const int = (below: number) => random.between(0, below - 1);
		for (let round = 0; round < 5_000; round++) {
			const count = (): TokenCount => {
				const fewest = int(50_000);
				return { fewest, likely: fewest * (1 + int(3)) };
			};
			const number = () => [undefined, 0, -1, 1, Number.NaN, Number.POSITIVE_INFINITY, int(100_000), int(10)][int(8)];
			const [prompt, answer] = [count(), count()];
			const reported = int(10) === 0 ? undefined : said(number(), number(), number());
			const usage = countedUsage(reported, prompt, answer);
			const about = `${random.seed}, round ${round}: ${JSON.stringify({ reported, prompt, answer, usage })}`;
			assert.ok(usage.inputTokens >= prompt.fewest && Number.isFinite(usage.inputTokens), about);
			assert.ok(usage.outputTokens >= answer.fewest && Number.isFinite(usage.outputTokens), about);
		}
	});
});

describe("the tokens of a text", () => {
	const rows: readonly [string, string, number][] = [
		["English", "The quick brown fox jumps over the lazy dog. ".repeat(100), 1_000],
		["Chinese", "我们今天去公园散步，天气很好。".repeat(100), 1_000],
		["Japanese", "今日は天気がいいので公園を散歩します。".repeat(100), 1_300],
		["Korean", "오늘은 날씨가 좋아서 공원을 산책합니다. ".repeat(100), 1_400],
		["Russian", "Сегодня хорошая погода, и мы гуляем в парке. ".repeat(100), 1_100],
		["TypeScript", "export function add(a: number, b: number): number { return a + b; }\n".repeat(100), 1_900],
	];
	for (const [name, text, real] of rows) {
		it(`of ${name} lie between the fewest and twice the likely number`, () => {
			const meter = tokenMeter();
			meter.add(text);
			assert.ok(meter.fewest <= real, `fewest ${meter.fewest}, in truth about ${real}`);
			assert.ok(meter.likely >= real * 0.7 && meter.likely <= real * 2, `likely ${meter.likely}, about ${real}`);
			assert.ok(meter.fewest >= real / 4, `a floor of ${meter.fewest} would hold no limit`);
		});
	}

	it("are the same for a text in pieces", () => {
		const text = "a  bbbbbbbbb 我们 \u{1f600} Привет ".repeat(20);
		const [whole, pieces] = [tokenMeter(), tokenMeter()];
		whole.add(text);
		for (let at = 0; at < text.length; at += 3) pieces.add(text.slice(at, at + 3));
		assert.deepEqual([pieces.fewest, pieces.likely], [whole.fewest, whole.likely]);
	});

	it("of one character a hundred thousand times are more than one", () => {
		const meter = tokenMeter();
		meter.add("x".repeat(100_000));
		assert.ok(meter.fewest > 1_000);
		assert.equal(meter.likely, 25_000);
	});

	it("of a request are those of all that it says, tools and results included", () => {
		const long = "word ".repeat(1_000);
		const content = [{ type: "text" as const, text: long }];
		const call = { type: "tool-call" as const, toolCallId: "c", toolName: "t", input: { path: long } };
		const result = { ...call, type: "tool-result" as const, output: { type: "text" as const, value: long } };
		const { fewest } = sentTokens({
			prompt: [
				{ role: "system", content: long },
				{ role: "user", content },
				{ role: "assistant", content: [call] },
				{ role: "tool", content: [result] },
			],
			tools: [{ type: "function", name: "t", description: long, inputSchema: {} }],
		});
		assert.ok(fewest >= (5 * 5_000) / 8, `${fewest}`);
	});
});
