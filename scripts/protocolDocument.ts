import fs from "node:fs";
import path from "node:path";
import type { GenericSchema } from "valibot";
import { eventBodies } from "../src/core/events.ts";
import { refusalCodes } from "../src/core/refusal.ts";
import * as settings from "../src/core/settings.ts";
import * as values from "../src/core/values.ts";
import * as editorModels from "../src/protocol/editorModels.ts";
import * as launchDefaults from "../src/protocol/launchDefaults.ts";
import * as methodTable from "../src/protocol/methods.ts";
import * as views from "../src/protocol/view.ts";
import { root } from "./paths.mjs";
import { isSchema, typeText } from "./typeText.ts";

/** PROTOCOL.md: every request, notice, event and type that crosses the wire, from the tables of src/protocol. */
export function protocolDocument(): string {
	const named = namedTypes();
	const type = (schema: GenericSchema) => block(typeText(schema, named));
	const requests = Object.entries(methodTable.methods).map(
		([name, { about, effect, params, result }]) =>
			`### ${name}

${about} ${effects[effect]}

${block(`params: ${typeText(params, named)}
result: ${typeText(result, named)}`)}`,
	);
	const notices = Object.entries(methodTable.notices).map(([name, schema]) => `### ${name}\n\n${type(schema)}`);
	const asked = Object.entries(editorModels.modelMethods).map(
		([name, { about, params, result }]) =>
			`### ${name}\n\n${about}\n\n${block(`params: ${typeText(params, named)}\nresult: ${typeText(result, named)}`)}`,
	);
	const told = Object.entries(editorModels.modelNotices).map(([name, schema]) => `### ${name}\n\n${type(schema)}`);
	const comments = eventComments();
	const events = Object.entries(eventBodies).map(([name, schema]) => {
		const comment = comments.get(name);
		return `### ${name}\n\n${comment ? `${comment}\n\n` : ""}${type(schema)}`;
	});
	const types = [...named].map(([schema, name]) => {
		const others = new Map([...named].filter(([other]) => other !== schema));
		return `### ${name}\n\n${block(typeText(schema, others))}`;
	});
	const codes = Object.entries(refusalCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
	const sections = [
		introduction,
		"## Requests",
		...requests,
		"## Notices",
		"The daemon sends these unasked, to clients that watch.",
		...notices,
		"## Models of an editor",
		modelsIntroduction,
		...asked,
		...told,
		"## Refusals",
		"The word in `data.code` of an error, and what it means. The sentence in `message` says what would work.",
		`| code | meaning |\n|---|---|\n${codes.join("\n")}`,
		"## Events",
		eventsIntroduction,
		...events,
		"## Types",
		...types,
	];
	return `${sections.join("\n\n")}\n`;
}

const effects = { reads: "*Reads.*", acts: "*Acts.*" };

const introduction = `# The protocol

Made from the tables in src/protocol by \`npm run docs\`; the daemon and its clients check every message against the same
tables. Version ${methodTable.protocolVersion}.

A client reads \`daemon.json\` in the data folder (\`{ "pid", "port", "token", "version", "protocol", "startedAt" }\`, readable
by its owner only), connects to \`ws://127.0.0.1:PORT/\` with \`Authorization: Bearer TOKEN\` in the upgrade request, and
speaks JSON-RPC 2.0, one message a WebSocket text frame, of at most ${methodTable.maxMessageBytes / 1024 / 1024} MiB. Without the token the answer is
401; with a foreign \`Origin\` or \`Host\` it is 403. The first request is \`daemon/hello\`.

An error carries a sentence for people in \`message\` and a word for programs in \`data.code\`. A request that the goal's
state does not allow is refused with a sentence that says why and what would work.

A request that *reads* changes nothing that lasts, and can be asked again when the connection broke. One that *acts* may
have been carried out though no answer came.

Watching is a snapshot at seq N, then every event from N+1 on: a client that finds a gap, or was cut off, watches again.
Types are written as in TypeScript; \`?\` may be left out, \`= x\` is what it then is. Fields may be added: ignore those you
do not know.`;

const modelsIntroduction = `A client that has models for the daemon, such as a window of VS Code in which other extensions provide
some, says \`offers: ["models"]\` in \`daemon/hello\`. The daemon then asks it these requests, over the same connection, and the
client tells it these notices. Of any other client they are passed over.`;

const eventsIntroduction = `Everything that happens to a goal, in order. In \`goal/event\`, \`goal/events\` and on the
command line each is flat: \`{ seq, at, type, … }\` with the fields below beside them. An event never changes its meaning.`;

/** Types that have a name of their own, so that they stand in one place. */
function namedTypes(): ReadonlyMap<GenericSchema, string> {
	const modules = { ...values, ...settings, ...launchDefaults, ...views, ...editorModels };
	return new Map(Object.entries(modules).flatMap(([name, value]) => (isSchema(value) ? [[value, name] as const] : [])));
}

/** The comment above an event's row in events.ts says what its fields cannot. */
function eventComments(): ReadonlyMap<string, string> {
	const source = fs.readFileSync(path.join(root, "src/core/events.ts"), "utf8");
	const rows = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*"([a-z]+\.[a-zA-Z]+)":/g);
	return new Map(Array.from(rows, ([, comment, name]) => [name!, comment!.replaceAll(/\s*\n\s*\*\s?/g, " ").trim()]));
}

function block(text: string): string {
	return `\`\`\`ts\n${text}\n\`\`\``;
}
