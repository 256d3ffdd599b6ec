import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { draftImages } from "../../../src/extension/images/draftImages.ts";
import { imageOf, png, images as samples } from "../../support/images.ts";

describe("images of what is written in a page", () => {
	let folder: string;
	beforeEach(async () => {
		folder = path.join(await mkdtemp(path.join(os.tmpdir(), "mission-drafts-")), "images");
	});
	afterEach(() => rm(path.dirname(folder), { recursive: true }));

	it("are kept byte for byte, whatever they are called, also when the window was closed in between", async () => {
		const given = Object.entries(samples).map(([name, bytes]) => ({ name: `${name} of the bay`, bytes }));
		const { images, problems } = await draftImages(folder).keep(given);
		assert.deepEqual(problems, []);
		assert.deepEqual(
			images,
			given.map(({ name, bytes }) => imageOf(name, bytes)),
		);
		for (const [index, { sha256, mediaType }] of images.entries())
			assert.deepEqual(await draftImages(folder).read(sha256), {
				base64: given[index]!.bytes.toString("base64"),
				mediaType,
			});
	});

	it("are refused one by one, with a sentence, where no model could be shown them", async () => {
		const { images, problems } = await draftImages(folder).keep([
			{ name: "notes.txt", bytes: Buffer.from("notes") },
			{ name: "good.png", bytes: samples.png },
			{ name: "half.png", bytes: samples.png.subarray(0, 30) },
		]);
		assert.deepEqual(
			images.map(({ name }) => name),
			["good.png"],
		);
		assert.match(problems.join("\n"), /^notes\.txt is none of .*\nhalf\.png begins as a PNG, and is damaged/);
		assert.equal((await readdir(folder)).length, 1);
	});

	it("the same one given twice at once is kept once", async () => {
		const drafts = draftImages(folder);
		const one = { name: "mock.png", bytes: samples.png };
		await Promise.all([drafts.keep([one]), drafts.keep([one]), drafts.keep([one, one])]);
		assert.equal((await readdir(folder)).length, 1);
	});

	it("that are not wanted any more are forgotten, and one that is gone or was changed is said to be", async () => {
		const drafts = draftImages(folder);
		const { images } = await drafts.keep(
			[samples.png, png(3, 3), png(4, 4)].map((bytes) => ({ name: "mock.png", bytes })),
		);
		const [first, second, third] = images.map(({ sha256 }) => sha256) as [string, string, string];
		await drafts.keepOnly([second, third]);
		await writeFile(path.join(folder, third), samples.gif);
		await assert.rejects(drafts.read(first), /An image is not kept any more\. Remove it, and add it again\./);
		await assert.rejects(drafts.read(third), /not kept any more/);
		assert.equal((await drafts.read(second)).base64, png(3, 3).toString("base64"));
		await drafts.keepOnly([]);
		assert.deepEqual(await readdir(folder), []);
	});

	it("where none were kept yet there is nothing to forget", async () => {
		await draftImages(folder).keepOnly([]);
		await assert.rejects(draftImages(folder).read("0".repeat(64)), /not kept any more/);
	});
});
