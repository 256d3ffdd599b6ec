import assert from "node:assert/strict";
import { createRedaction, redactBody, redactTexts } from "../../../src/daemon/dossier/redact.ts";
import { redactValues } from "../../../src/daemon/secrets/redactValues.ts";
import { processorTime } from "../../support/processorTime.ts";

const home = "/home/mara";
const env = {
	HOME: home,
	PATH: "/usr/bin",
	DEPLOY_TOKEN: "correct-horse-battery",
	DB_PASSWORD: "swordfish-42",
	SHORT_KEY: "abc",
	SSH_AUTH_SOCK: "/run/user/1000/ssh-agent",
	TOKEN_URL: "https://login.example.org/token",
	MONKEY: "banana-banana",
};
const { all, keys } = createRedaction({
	keys: (text, mark) => text.replaceAll("provider-key-1234", mark),
	env,
	homes: [home, home, "/", "C:\\Users\\Mara"],
});

/** Made here from parts: a token that stood here whole would be taken for one by whoever scans this text. */
const join = (...parts: string[]) => parts.join("");
const letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ";

const secrets: Readonly<Record<string, readonly [text: string, clean: string]>> = {
	"the key of a provider": ["say provider-key-1234!", "say [redacted key]!"],
	"a variable whose name says so": ["deploy --with correct-horse-battery", "deploy --with [redacted DEPLOY_TOKEN]"],
	"an OpenAI key": [join("sk-", "proj-", letters), "[redacted API key]"],
	"an Anthropic key": [join("sk-", "ant-api03-", letters), "[redacted API key]"],
	"a GitHub token": [join("ghp", "_", letters.slice(0, 36)), "[redacted GitHub token]"],
	"a GitLab token": [join("glpat", "-", letters.slice(0, 20)), "[redacted GitLab token]"],
	"a Slack token": [join("xoxb", "-123456789012-", letters.slice(0, 12)), "[redacted Slack token]"],
	"an AWS key id": [join("id AKIA", "IOSFODNN7EXAMPLE", "."), "id [redacted AWS key id]."],
	"a Google key": [join("AIza", letters.slice(0, 35)), "[redacted Google key]"],
	"a JSON web token": [
		join("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiIxMjM0In0", ".", "s5yXcl0-_aa"),
		"[redacted JSON web token]",
	],
	"a private key": [
		join("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\nabc\n-----END RSA ", "PRIVATE KEY-----\nrest"),
		"[redacted private key]\nrest",
	],
	"a private key whose end was cut off": [
		join("cat id\n-----BEGIN OPENSSH ", "PRIVATE KEY-----\nb3BlbnNz"),
		"cat id\n[redacted private key]",
	],
	"a password in an address": [
		"git clone https://mara:hunter22@example.org/x.git",
		"git clone https://mara:[redacted password]@example.org/x.git",
	],
	"a bearer": ["Authorization: Bearer abc123def456ghi", "Authorization: Bearer [redacted token]"],
	"basic credentials": ["authorization: basic bWFyYTpodW50ZXI=", "authorization: basic [redacted credentials]"],
	"an assigned password": ['password = "hunter2hunter2"', 'password = "[redacted secret]"'],
	"a key in a .env file": ["STRIPE_API_KEY=whsec9876abc\nA=1", "STRIPE_API_KEY=[redacted secret]\nA=1"],
	"a key in JSON": ['{"clientSecret":"q1w2e3r4t5"}', '{"clientSecret":"[redacted secret]"}'],
	"the home folder": ["cd /home/mara/project && ls /home/mara", "cd ~/project && ls ~"],
	"the home folder in a file's address": ["file:///home/mara/x", "file://~/x"],
	"the home folder of Windows": ["C:\\Users\\Mara\\x and c:/users/mara/y", "~\\x and ~/y"],
};

const harmless = [
	"the token is read from the environment: token = process.env.TOKEN",
	"password: string; secret: boolean",
	"inputTokens: 12345678, tokens=100000000",
	"const token = readToken(file);",
	"Basic understanding of authentication",
	"risk-based-approach-to-everything-we-do",
	"sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
	"/home/maria and /home/mara-old and /srv/home/mara and ~/x",
	"MONKEY is banana-banana, SHORT is abc, /run/user/1000/ssh-agent",
	"https://login.example.org/token?x=1",
	"skip-this-one and task-force",
];

describe("redaction", () => {
	for (const [what, [text, clean]] of Object.entries(secrets)) {
		it(`takes out ${what}`, () => {
			assert.equal(all(text), clean);
			assert.equal(all(clean), clean, "and finds nothing in what it left");
		});
	}

	for (const text of harmless) it(`leaves alone: ${text}`, () => assert.equal(all(text), text));

	it("always takes out the keys of providers, and nothing else", () => {
		assert.equal(
			keys("provider-key-1234 correct-horse-battery /home/mara"),
			"[redacted key] correct-horse-battery /home/mara",
		);
	});

	it("finds what was cut at the end or the beginning of a shortened text", () => {
		const mark = [["0123456789abcdef", "[x]"]] as const;
		assert.equal(redactValues("the key 0123456789a", mark), "the key [x]");
		assert.equal(redactValues("6789abcdef it was", mark), "[x] it was");
		assert.equal(redactValues("01234 cdef", mark), "01234 cdef", "a few characters tell nothing");
	});

	it("reaches into every text of an event, names of fields too, and says when there was nothing", () => {
		const event = {
			args: { files: ["/home/mara/a"], "/home/mara/b": { deep: [1, null, "DB: swordfish-42"] } },
			ok: true,
		};
		assert.deepEqual(redactTexts(event, all), {
			args: { files: ["~/a"], "~/b": { deep: [1, null, "DB: [redacted DB_PASSWORD]"] } },
			ok: true,
		});
		assert.equal(redactBody('{"a":"b","n":[1.5,null]}', all), undefined);
	});

	it("takes time in proportion to the text", () => {
		for (const unit of [
			"-----BEGIN PRIVATE KEY-----",
			"token=",
			"https://a:",
			"Bearer ",
			"sk-a-",
			"/home/mara",
			"a",
			"eyJ.",
			"=:>",
		]) {
			const text = unit.repeat(200_000 / unit.length);
			const tookMs = processorTime();
			all(text);
			assert.ok(tookMs() < 10_000, `${unit}: ${tookMs()} ms of processor time`);
		}
	});
});
