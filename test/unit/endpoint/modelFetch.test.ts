import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { modelFetch, openModelFetch } from "../../../src/daemon/endpoint/modelFetch.ts";

describe("the way to an endpoint", () => {
	const servers: (http.Server | net.Server)[] = [];
	afterEach(() => {
		for (const server of servers.splice(0)) server.close();
	});

	async function listen<T extends http.Server | net.Server>(server: T): Promise<number> {
		servers.push(server);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return (server.address() as AddressInfo).port;
	}

	/** The first byte after so long, and the second after as long again. */
	const slowly = (ms: number) =>
		http.createServer((_incoming, outgoing) => {
			setTimeout(() => {
				outgoing.writeHead(200);
				outgoing.write("a");
				setTimeout(() => outgoing.end("b"), ms);
			}, ms);
		});

	it("waits for the first byte and the next one for longer than the platform's fetch would", async () => {
		const url = `http://127.0.0.1:${await listen(slowly(2500))}/`;
		const before = getGlobalDispatcher();
		setGlobalDispatcher(new Agent({ headersTimeout: 300, bodyTimeout: 300 }));
		try {
			const [theirs, ours] = await Promise.allSettled([
				fetch(url),
				modelFetch(url).then((response) => response.text()),
			]);
			assert.equal(theirs.status, "rejected", "the platform's fetch gives up");
			assert.deepEqual(ours, { status: "fulfilled", value: "ab" });
		} finally {
			setGlobalDispatcher(before);
		}
	}).timeout(60_000);

	if (process.env.MISSION_LONG)
		it("waits 320 s for the first byte", async () => {
			const url = `http://127.0.0.1:${await listen(slowly(320_000))}/`;
			assert.equal(await (await modelFetch(url)).text(), "ab");
		}).timeout(700_000);

	it("ends at once when it is aborted", async () => {
		const url = `http://127.0.0.1:${await listen(http.createServer(() => {}))}/`;
		const abort = new AbortController();
		const asked = modelFetch(url, { signal: abort.signal });
		setTimeout(() => abort.abort(), 50);
		await assert.rejects(asked, { name: "AbortError" });
	});

	it("leads through a proxy of the environment, except to this machine", async () => {
		const port = await listen(http.createServer((_incoming, outgoing) => outgoing.end("answered")));
		const asked: string[] = [];
		const proxy = http.createServer().on("connect", ({ url = "" }, socket: net.Socket) => {
			asked.push(url);
			const there = net.connect(port, "127.0.0.1", () => {
				socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
				there.pipe(socket).pipe(there);
			});
			for (const end of [socket, there]) end.on("error", () => {});
		});
		const before = process.env.HTTP_PROXY;
		process.env.HTTP_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
		try {
			const fetchThere = openModelFetch();
			for (const url of ["http://models.example/v1", `http://127.0.0.1:${port}/v1`])
				assert.equal(await (await fetchThere(url)).text(), "answered");
		} finally {
			if (before === undefined) delete process.env.HTTP_PROXY;
			else process.env.HTTP_PROXY = before;
		}
		assert.deepEqual(asked, ["models.example:80"]);
	});
});
