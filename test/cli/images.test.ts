import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { images, png } from "../support/images.ts";
import { type ModelRequest, type ModelServer, plainReflection, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./mission.ts";

function script({ purpose, toolResults }: ModelRequest) {
	if (purpose === "plan")
		return {
			text: JSON.stringify({ title: "Look", summary: "", steps: [{ id: "a", title: "Look", instructions: "Look." }] }),
		};
	if (purpose === "reflect") return { text: plainReflection };
	return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "Seen." };
}

describe("images in the terminal", function () {
	this.timeout(120_000);
	let stage: Stage;
	let server: ModelServer;

	before(async () => {
		stage = openStage();
		server = await startModelServer({ script, models: ["seer", "mole"] });
		mkdirSync(stage.home, { recursive: true });
		const provider = { id: "local", baseUrl: server.baseUrl, models: ["seer", "mole"], images: { mole: false } };
		writeFileSync(path.join(stage.home, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		writeFileSync(path.join(stage.workspace, "mock.png"), png(64, 48));
		writeFileSync(path.join(stage.workspace, "photo"), images.jpeg);
	});
	after(async () => {
		stage.end();
		await server.close();
	});

	async function run(...args: string[]) {
		const ended = await stage.start(...args).ended;
		assert.equal(ended.code, 0, ended.error);
		return ended;
	}

	it("are given with a launch, several of them, and stand in what is shown of the goal and its events", async () => {
		const args = ["launch", "Build it", "--agent", "local/seer", "--image", "mock.png", "--image", "photo"];
		const { goalId, notes } = JSON.parse((await run(...args, "--json")).out);
		assert.equal(notes, undefined);
		await run("wait", goalId, "--timeout", "60");
		const asked = server.requests.find(({ purpose }) => purpose === "plan")!;
		assert.equal(asked.text.match(/\[Image: /g)?.length ?? JSON.stringify(asked.body).match(/\[Image: /g)?.length, 2);
		assert.equal(JSON.stringify(asked.body).match(/"image_url":/g)?.length, 2);
		const shown = JSON.parse((await run("show", goalId, "--json")).out);
		assert.deepEqual(
			shown.images.map(({ name, mediaType }: { name: string; mediaType: string }) => [name, mediaType]),
			[
				["mock.png", "image/png"],
				["photo", "image/jpeg"],
			],
		);
		assert.match((await run("show", goalId)).out, /images +mock\.png \(PNG, 64×48 pixels, \d+ bytes\), photo \(JPEG/);
		assert.match((await run("feed", goalId)).out, /Build it in .* \(with mock\.png, photo\)/);
		assert.match((await run("images", goalId)).out, /^[0-9a-f]{12} +mock\.png \(PNG[\s\S]*photo \(JPEG/);
		const [{ sha256, name }] = JSON.parse((await run("images", goalId, "--json")).out);
		assert.equal(name, "mock.png");
		for (const typed of [sha256.slice(0, 8), "mock.png"]) {
			const { base64 } = JSON.parse((await run("images", goalId, typed, "--json")).out);
			assert.equal(base64, png(64, 48).toString("base64"));
		}
		assert.match((await run("dossier", goalId)).out, /- Images: mock\.png \(PNG, 64×48 pixels/);
	});

	it("are named by a preview, which launches nothing, and a model that sees none is said there and at the launch", async () => {
		const args = ["launch", "Build it", "--agent", "local/mole", "--image", "mock.png"];
		const { out, error } = await run(...args, "--preview");
		assert.match(out, /image mock\.png \(PNG, 64×48 pixels, \d+ bytes\)/);
		assert.match(error, /local\/mole sees no images: it is told the names of those that you give, and no more\./);
		const preview = JSON.parse((await run(...args, "--preview", "--json")).out);
		assert.deepEqual(preview.images, [
			{ name: "mock.png", mediaType: "image/png", width: 64, height: 48, bytes: png(64, 48).length },
		]);
		assert.match(preview.notes.join(), /local\/mole sees no images/);
		const launched = JSON.parse((await run(...args, "--json")).out);
		assert.match(launched.notes.join(), /local\/mole sees no images/);
	});
});
