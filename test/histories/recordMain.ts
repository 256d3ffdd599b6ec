import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { type DaemonProcess, daemonScript, startDaemonProcess } from "../support/daemonProcess.ts";
import { startModelServer } from "../support/modelServer.ts";
import { dossierOf, expectedOf, folder, histories, readLog } from "./history.ts";
import { neutralLog } from "./neutral.ts";
import { person } from "./person.ts";
import { type Story, stories } from "./stories.ts";

/*
 * Records histories from the built daemon, with today's shapes of events:
 *
 *   npm run record-history               every story that has no recording yet
 *   npm run record-history -- NAME…      these; one that has a recording is not recorded again
 *   npm run record-history -- --expect   what recorded logs add up to now, after a change that was meant
 *
 * A recorded log stays as it is. When events change their shape, a story gets a new name and is recorded beside it.
 */
const home = "/home/mara/.local/share/mission-control";
const workplace = "/home/mara/project";

void main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<void> {
	if (names.includes("--expect")) {
		for (const { name, rows, expected } of histories()) writeExpected(name, expected.about, rows);
		return;
	}
	const wanted = names.length > 0 ? names : Object.keys(stories);
	for (const name of wanted) {
		const story = stories[name];
		if (!story) throw new Error(`There is no story ${name}. There are: ${Object.keys(stories).join(", ")}.`);
		if (existsSync(path.join(folder, `${name}.jsonl`))) {
			console.log(`${name}: is recorded already`);
			continue;
		}
		const log = await record(story);
		writeFileSync(path.join(folder, `${name}.jsonl`), log);
		const rows = readLog(log);
		writeExpected(name, story.about, rows);
		console.log(`${name}: ${rows.length} events`);
	}
}

function writeExpected(name: string, about: string, rows: ReturnType<typeof readLog>): void {
	writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(expectedOf(about, rows), undefined, "\t")}\n`);
	writeFileSync(path.join(folder, `${name}.md`), dossierOf(rows));
}

async function record(story: Story): Promise<string> {
	const workspace = realpathSync(mkdtempSync(path.join(os.tmpdir(), "history-ws-")));
	const dataFolder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "history-home-")));
	for (const [file, text] of Object.entries(story.files ?? {})) {
		mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
		writeFileSync(path.join(workspace, file), text);
	}
	const server = await startModelServer({ script: story.model ?? (() => ({ text: "" })), models: ["scripted"] });
	const provider = { id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] };
	const marks = mkdtempSync(path.join(os.tmpdir(), "history-marks-"));
	const mark = (name: string) => path.join(marks, name);
	const agents = story.agents?.(mark);
	const config = {
		providers: [{ ...provider, ...story.config }],
		limits: story.limits,
		approvals: story.approvals,
		agents,
	};
	writeFileSync(path.join(dataFolder, "config.jsonc"), JSON.stringify(config));
	let daemon: DaemonProcess = await startDaemonProcess({ home: dataFolder });
	const actor = { client: "CLI", user: "mara", pid: 4711 };
	const client = openClient({ home: dataFolder, daemonScript, actor, start: "never", log() {} });
	async function restart(meanwhile?: () => void | Promise<void>, env?: Record<string, string>): Promise<void> {
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		await meanwhile?.();
		daemon.client.close();
		daemon = await startDaemonProcess({ home: dataFolder, env });
	}
	try {
		const { goalId } = await client.request("goal/launch", { workspace, ...story.launch });
		await story.live({
			person: person(() => client, goalId),
			workspace,
			mark,
			killDaemon: (meanwhile) => restart(meanwhile),
			killDaemonForADay: () => restart(undefined, { NODE_OPTIONS: `--require=${path.join(folder, "dayLater.cjs")}` }),
		});
		const names = [
			[workspace, workplace],
			[dataFolder, home],
			[/127\.0\.0\.1:\d+/g, "127.0.0.1:8080"],
		] as const;
		return neutralLog(readLog(await exported(client, goalId)), names);
	} finally {
		client.close();
		await daemon.close();
		await server.close();
		for (const folder of [workspace, marks]) rmSync(folder, { recursive: true, force: true });
	}
}

async function exported(client: DaemonClient, goalId: GoalId): Promise<string> {
	let text = "";
	for (let [afterSeq, atSeq] = [0, undefined as number | undefined]; ; ) {
		const page = await client.request("dossier/get", { goalId, format: "jsonl", afterSeq, atSeq });
		text += page.text;
		if (page.next === undefined) return text;
		[afterSeq, atSeq] = [page.next, page.seq];
	}
}
