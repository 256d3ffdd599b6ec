import assert from "node:assert/strict";
import { type Filtered, matcherOf, parseApprovalFilter } from "../../../src/core/words/approvalFilter.ts";

describe("a filter for approvals, as a person types it", () => {
	const read: readonly (readonly [typed: string, filter: object])[] = [
		["", {}],
		["   ", {}],
		["npm test", { text: "npm test" }],
		["state:denied", { states: ["denied"] }],
		["state:answered", { states: ["approved", "denied"] }],
		["state:over", { states: ["expired", "superseded"] }],
		["state:Set-Aside", { states: ["setAside"] }],
		["state:waiting state:setaside", { states: ["pending", "setAside"] }],
		["risk:NETWORK curl", { risks: ["network"], text: "curl" }],
		['goal:"Express 4 to 5" risk:write', { goal: "Express 4 to 5", risks: ["write"] }],
		['"rm -rf"', { text: "rm -rf" }],
		["npm run test:unit", { text: "npm run test:unit" }],
		["http://harbour.example", { text: "http://harbour.example" }],
	];
	for (const [typed, filter] of read)
		it(`reads “${typed}”`, () => assert.deepEqual(parseApprovalFilter(typed), { filter }));

	const wrong: readonly (readonly [typed: string, problem: RegExp])[] = [
		["state:maybe", /^There is no state “maybe”\. It is one of waiting, setAside, answered, approved,/],
		["npm risk:high", /^There is no risk “high”\. It is one of read, write, network, dangerous\.$/],
		['risk:""', /^There is no risk “”/],
	];
	for (const [typed, problem] of wrong)
		it(`says what “${typed}” could be instead`, () => assert.match(parseApprovalFilter(typed).problem ?? "", problem));

	const one: Filtered = {
		state: "denied",
		risk: "network",
		goalId: "g-4711",
		goalTitle: "Upgrade Express",
		words: "curl example.org reads the network cli (mara)",
	};
	const matched: readonly (readonly [typed: string, fits: boolean])[] = [
		["", true],
		["state:answered", true],
		["state:waiting", false],
		["risk:network state:denied", true],
		["risk:read", false],
		["goal:g-47", true],
		["goal:express", true],
		["goal:harbour", false],
		["CURL Mara", true],
		["curl jonas", false],
	];
	for (const [typed, fits] of matched)
		it(`${fits ? "finds" : "leaves out"} one with “${typed}”`, () =>
			assert.equal(matcherOf(parseApprovalFilter(typed).filter)(one), fits));
});
