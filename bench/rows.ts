import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { type WebSocket, WebSocketServer } from "ws";
import { ensurePrograms, findProgram } from "../scripts/debian.mjs";
import type { RecordedEvent } from "../src/core/events.ts";
import type { GoalId } from "../src/core/ids.ts";
import { createDaemon, type Daemon } from "../src/extension/connection/daemon.ts";
import { createGoals } from "../src/extension/connection/goals.ts";
import { hostWebview } from "../src/extension/webviewHosts/webviewHost.ts";
import { newWorkspace, startDaemon } from "./daemonBed.ts";
import { type Bench, median, percentile, type Section, spread } from "./figures.ts";

/** From the moment that the daemon gives an event to the row that a person sees. */
export const rows: Section = {
	title: "Event → row of the feed",
	how: "From the time in the event (the daemon's clock, before it is durable) to the frame after which its row stands in Chromium. Real daemon, the extension's real client and webview host, the built feed; a WebSocket takes the place of the editor's webview port. A goal that is paused and resumed every 40 ms, and a playbook of forty commands at full speed.",
	async measure(bench) {
		const home = path.join(bench.scratch, "rows");
		const bed = await startDaemon(bench, { home });
		const daemon = createDaemon();
		const goals = createGoals(daemon);
		await daemon.open({ home, daemonScript: "", actor: { client: "bench" }, start: "never", log() {} });
		const workspace = newWorkspace(bench);
		try {
			const quiet = await bed.request("goal/launch", { workspace, playbook: playbook(1) });
			const holds = await watchRows(bench, daemon, goals, quiet.goalId, async () => {
				await sleep(500);
				for (let n = 0; n < 150; n++) {
					await bed.request("goal/control", { goalId: quiet.goalId, action: n % 2 === 0 ? "pause" : "resume" });
					await sleep(40);
				}
			});
			const busy = await bed.request("goal/launch", { workspace, playbook: playbook(40) });
			const commands = await watchRows(bench, daemon, goals, busy.goalId, async () => {
				await sleep(500);
				const [approval] = (await bed.request("approval/list", { goalId: busy.goalId })).approvals;
				await bed.request("approval/answer", { approvalId: approval!.approvalId, answer: "approve", scope: "goal" });
				for (let tries = 0; tries < 600 && goals.summary(busy.goalId)?.state !== "completed"; tries++) await sleep(100);
			});
			const all = [...holds, ...commands];
			return [
				{
					name: "event → rendered row, p99",
					value: percentile(all, 0.99),
					unit: "ms",
					target: { below: 100 },
					note: `paused and resumed: ${spread(holds)}; a playbook at work: ${spread(commands)}`,
				},
				{ name: "event → rendered row, median", value: median(all), unit: "ms" },
			];
		} finally {
			daemon.close();
			await bed.stop();
		}
	},
};

/** The same command again and again, so that one approval covers them. */
function playbook(commands: number) {
	const fence = "```";
	const body = Array.from({ length: commands }, () => `${fence}sh\nname=log; date +%N >> $name.txt\n${fence}\n`).join(
		"\n",
	);
	return { path: "rows.md", text: `# Rows\n\n## Work\n\n${body}` };
}

/** Milliseconds of every row that came while `during` went on. */
async function watchRows(
	bench: Bench,
	daemon: Daemon,
	goals: ReturnType<typeof createGoals>,
	goalId: GoalId,
	during: () => Promise<void>,
): Promise<number[]> {
	await ensurePrograms(["chromium"]);
	const server = await serveFeed(bench, (socket) => {
		hostWebview(
			{
				post: (message) => socket.send(JSON.stringify(message)),
				onMessage(listener) {
					const hear = (data: unknown) => listener(JSON.parse(String(data)));
					socket.on("message", hear);
					return { dispose: () => socket.off("message", hear) };
				},
			},
			{
				kind: "feed",
				goalId,
				daemon,
				goals,
				mayAct: () => true,
				async open() {},
				async copy() {},
				memory: { get: () => undefined, set() {} },
				report: (cause) => console.error(cause),
			},
		);
	});
	const browser = await chromium.launch({
		executablePath: findProgram("chromium")!,
		args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
	});
	try {
		const page = await browser.newPage({ viewport: { width: 1200, height: 320 } });
		await page.goto(server.url);
		await page.waitForSelector("[data-seq]");
		const first = await rowsSeen(page);
		await during();
		await sleep(500);
		const seen = await rowsSeen(page);
		const { events } = await daemon.read("goal/events", { goalId, limit: 1000 });
		const at = new Map(events.map((event: RecordedEvent) => [event.seq, Date.parse(event.at)]));
		const known = new Set(first.map(([seq]) => seq));
		return seen.flatMap(([seq, shownAt]) => (known.has(seq) ? [] : [shownAt - at.get(seq)!]));
	} finally {
		await browser.close();
		await server.close();
	}
}

function rowsSeen(page: Page): Promise<readonly (readonly [number, number])[]> {
	return page.evaluate(() => [...(window as unknown as { shown: Map<number, number> }).shown]);
}

/** In the page: the port of the editor, and when each row had been painted first. */
const inPage = `
const socket = new WebSocket(location.origin.replace("http", "ws"));
const early = [];
socket.onopen = () => { for (const text of early.splice(0)) socket.send(text); };
socket.onmessage = ({ data }) => window.postMessage(JSON.parse(data), "*");
window.acquireVsCodeApi = () => ({
	postMessage(message) {
		const text = JSON.stringify(message);
		if (socket.readyState === 1) socket.send(text); else early.push(text);
	},
	getState() {}, setState() {},
});
window.shown = new Map();
new MutationObserver(() => {
	const fresh = [...document.querySelectorAll("[data-seq]")].map((row) => Number(row.dataset.seq)).filter((seq) => !shown.has(seq));
	if (fresh.length === 0) return;
	for (const seq of fresh) shown.set(seq, 0);
	requestAnimationFrame(() => setTimeout(() => {
		const at = performance.timeOrigin + performance.now();
		for (const seq of fresh) shown.set(seq, at);
	}));
}).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-seq"] });
`;

async function serveFeed(bench: Bench, onSocket: (socket: WebSocket) => void) {
	const page = `<!doctype html><html><head><meta charset="utf-8"><link rel="stylesheet" href="themes.css"><link rel="stylesheet" href="codicon.css"><link rel="stylesheet" href="feed.css"></head>
<body class="vscode-dark" data-webview="feed"><div id="app"></div><script>${inPage}</script><script src="feed.js"></script></body></html>`;
	const types: Readonly<Record<string, string>> = { css: "text/css", js: "text/javascript", ttf: "font/ttf" };
	const server = http.createServer((request, response) => {
		const name = (request.url ?? "/").slice(1);
		const type = types[name.split(".").pop()!];
		if (name === "") response.setHeader("content-type", "text/html").end(page);
		else if (!type) response.writeHead(204).end();
		else {
			const folder = name === "themes.css" ? path.resolve("test/webviews/harness") : path.join(bench.dist, "webviews");
			response.setHeader("content-type", type).end(readFileSync(path.join(folder, name)));
		}
	});
	const sockets = new WebSocketServer({ server });
	sockets.on("connection", onSocket);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		async close() {
			for (const socket of sockets.clients) socket.terminate();
			sockets.close();
			server.closeAllConnections();
			server.close();
		},
	};
}
