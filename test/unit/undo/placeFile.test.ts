import assert from "node:assert/strict";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import type { FileVersion } from "../../../src/core/values.ts";
import { hashObject } from "../../../src/daemon/changes/objects.ts";
import { toText } from "../../../src/daemon/changes/pathText.ts";
import { type FileOrder, openFolder } from "../../../src/daemon/undo/placeFile.ts";
import { newWorkspace } from "../../support/daemonProcess.ts";

describe("putting a file into another version", () => {
	let workspace: string;
	let remove: () => void;
	beforeEach(() => {
		({ folder: workspace, remove } = newWorkspace());
	});
	afterEach(() => remove());

	const at = (file: string) => path.join(workspace, file);
	const version = (text: string, mode = "100644"): FileVersion => ({
		blob: hashObject("blob", Buffer.from(text)),
		mode,
	});
	const place = async (order: Omit<FileOrder, "content" | "keep">, text = "", meanwhile = () => {}) => {
		const folder = openFolder(workspace, order.path.split("/").slice(0, -1).join("/"), order.after !== undefined);
		if (folder === undefined || typeof folder === "string") return folder;
		const content = async () => {
			meanwhile();
			return Buffer.from(text);
		};
		try {
			return await folder.place({ ...order, content, keep: async () => undefined });
		} finally {
			folder.close();
		}
	};
	const busy = "it was changed at this moment";

	it("does not write over what is saved while it is being written", async () => {
		writeFileSync(at("f"), "after the step");
		const order = { path: "f", before: version("after the step"), after: version("before") };
		const save = () => writeFileSync(at("f"), "the person now");
		assert.equal(await place(order, "before", save), busy);
		assert.equal(readFileSync(at("f"), "utf8"), "the person now");
		assert.deepEqual(readdirSync(workspace), ["f"], "nothing half-written stays");
	});

	it("does not write over a file that comes to be while it is being written", async () => {
		const order = { path: "f", before: undefined, after: version("before") };
		assert.equal(await place(order, "before", () => writeFileSync(at("f"), "the person now")), busy);
		assert.equal(readFileSync(at("f"), "utf8"), "the person now");
	});

	it("deletes only what it was told to delete", async () => {
		writeFileSync(at("f"), "the person's");
		assert.equal(await place({ path: "f", before: version("made by the step"), after: undefined }), busy);
		assert.equal(readFileSync(at("f"), "utf8"), "the person's");
		assert.equal(await place({ path: "f", before: version("the person's"), after: undefined }), undefined);
		assert.equal(existsSync(at("f")), false);
	});

	it("is done where it was done already, and where there is nothing to delete", async () => {
		writeFileSync(at("f"), "before");
		const order = { path: "f", before: version("after"), after: version("before") };
		assert.equal(await place(order, "", () => assert.fail("it was written again")), undefined);
		assert.equal(await place({ path: "no/f", before: version("x"), after: undefined }), undefined);
	});

	it("keeps who may read and write, and changes only who may run it", async () => {
		writeFileSync(at("f"), "after");
		chmodSync(at("f"), 0o640);
		const executable = version("before", "100755");
		assert.equal(await place({ path: "f", before: version("after"), after: executable }, "before"), undefined);
		assert.equal(statSync(at("f")).mode & 0o777, 0o750);
		const { ino } = statSync(at("f"));
		assert.equal(await place({ path: "f", before: executable, after: version("before") }), undefined);
		assert.deepEqual([statSync(at("f")).mode & 0o777, statSync(at("f")).ino], [0o640, ino]);
	});

	it("writes symbolic links as links, and never through them", async () => {
		writeFileSync(at("target"), "untouched");
		symlinkSync("target", at("link"));
		const before = version("target", "120000");
		assert.equal(await place({ path: "link", before, after: version("text") }, "text"), undefined);
		assert.equal(readFileSync(at("target"), "utf8"), "untouched");
		const back = { path: "link", before: version("text"), after: before };
		assert.equal(await place(back, "target"), undefined);
		assert.equal(readlinkSync(at("link")), "target");
	});

	it("writes files whose names are no text", async () => {
		const name = toText("caf\xe9");
		assert.equal(await place({ path: name, before: undefined, after: version("x") }, "x"), undefined);
		assert.deepEqual(readdirSync(workspace, { encoding: "latin1" }), ["caf\xe9"]);
	});

	it("says why it cannot write, and leaves nothing behind", async () => {
		mkdirSync(at("f"));
		writeFileSync(at("f/inside"), "");
		const order = { before: undefined, after: version("x") };
		assert.match((await place({ path: "f", ...order }, "x")) ?? "", /a folder of that name/);
		assert.match((await place({ path: "f/inside/x", ...order }, "x")) ?? "", /in the place of its folder/);
	});
});
