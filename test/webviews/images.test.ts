import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { png, images as samples } from "../support/images.ts";
import { themes } from "./harness/pages.ts";
import {
	asked,
	audit,
	becomes,
	leave,
	openStage,
	picture,
	type Stage,
	type StageOptions,
	targets,
} from "./harness/stage.ts";

interface Sent {
	readonly text?: string;
	readonly images: readonly { readonly name: string; readonly base64: string }[];
}
interface Given {
	readonly name: string;
	readonly base64: string;
}

/** Images in the pages: given with a launch and with a message. */
describe("images", () => {
	let stage: Stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.close());

	const draft = { prompt: "Build the page as it is drawn.", title: "", roles: {}, added: [], budget: {} };
	const form = async (options: StageOptions = {}) => {
		const page = await stage.open("preflight", { width: 940, height: 1000, memory: draft, ...options });
		await page.getByText("all looked at").waitFor();
		return page;
	};
	const thread = async (options: StageOptions = {}) => {
		const page = await stage.open("thread", { thread: "t-4", width: 600, height: 960, ...options });
		await page.getByText("Four type errors").waitFor();
		return page;
	};
	const given = (name: string, bytes: Uint8Array): Given => ({ name, base64: Buffer.from(bytes).toString("base64") });
	const png1 = png(64, 48, [30, 120, 200]);
	const png2 = png(32, 32, [200, 60, 30]);
	/** What the person chooses in the editor's dialog. */
	const choose = async (page: Page, ...files: readonly Given[]) => {
		await page.evaluate((chosen) => {
			window.fake.images.chosen = [...chosen];
		}, files);
		await page.getByRole("button", { name: "Add image…" }).click();
	};
	/** As a browser hands over what is pasted or dropped. */
	const hand = (
		page: Page,
		type: "paste" | "drop",
		files: readonly Given[],
		texts: Readonly<Record<string, string>> = {},
	) =>
		page.evaluate(
			([kind, given, said]) => {
				const data = new DataTransfer();
				for (const { name, base64 } of given)
					data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
				for (const [format, text] of Object.entries(said)) data.setData(format, text);
				const event =
					kind === "paste"
						? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, composed: true, cancelable: true })
						: new DragEvent("drop", { dataTransfer: data, bubbles: true, composed: true, cancelable: true });
				return !document.querySelector("vscode-text-area")!.dispatchEvent(event);
			},
			[type, files, texts] as const,
		);
	const names = (page: Page) => page.locator(".written-images .cut").allInnerTexts();

	for (const theme of themes)
		it(`the launch form shows what goes along, with its size, in ${theme}`, async () => {
			const page = await form({ theme });
			await page.evaluate(() => {
				window.fake.launch.providers.providers[0]!.blind = ["gpt-5-codex"];
				const { images } = window.fake;
				images.chosen = [
					images.drawn("checkout-mock-up-of-the-second-round.png", 640, 480, "#3a7bd5"),
					images.drawn("phone.png", 390, 844, "#c8553d"),
				];
				window.fake.connect({ state: "connecting" });
				window.fake.connect({ state: "connected" });
			});
			await page.getByRole("button", { name: "Add image…" }).click();
			await page.locator("img.thumbnail").nth(1).waitFor();
			await page.getByText("codex/gpt-5-codex sees no images").waitFor();
			await page.getByText("640×480").waitFor();
			await picture(page, `preflight-images-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});

	it("images of the dialog, the clipboard and a drop go along with the launch, as they are", async () => {
		const page = await form();
		await choose(page, given("mock.png", png1));
		await becomes(() => names(page), ["mock.png"]);
		assert.equal(await hand(page, "paste", [given("image.png", png2)]), true);
		await becomes(() => names(page), ["mock.png", "image.png"]);
		assert.equal(await hand(page, "drop", [given("photo.jpg", samples.jpeg)]), true);
		await becomes(() => names(page), ["mock.png", "image.png", "photo.jpg"]);
		await page.keyboard.press("Control+Enter");
		const [launched] = await asked<Sent>(page, "goal/launch");
		assert.deepEqual(launched!.images, [
			given("mock.png", png1),
			given("image.png", png2),
			given("photo.jpg", samples.jpeg),
		]);
		await becomes(() => names(page), []);
		assert.deepEqual((await asked(page, "draft/keepOnly", 2)).at(-1), { images: [] });
		await leave(page);
	});

	it("what is pasted twice stands there once, and what is called the same is told apart", async () => {
		const page = await form();
		for (const bytes of [png1, png1, png2]) await hand(page, "paste", [given("image.png", bytes)]);
		await becomes(() => names(page), ["image.png", "image-2.png"]);
		await leave(page);
	});

	it("text that brings a picture of itself along is pasted as text, and dragged words are left alone", async () => {
		const page = await form();
		const table = { "text/plain": "a\tb", "text/html": "<table></table>" };
		assert.equal(await hand(page, "paste", [given("image.png", png1)], table), false);
		assert.equal(await hand(page, "drop", [], { "text/plain": "words" }), false);
		await becomes(() => names(page), []);
		await leave(page);
	});

	it("files of the editor's explorer are read by the editor", async () => {
		const page = await form();
		await page.evaluate(
			(chosen) => {
				window.fake.images.chosen = [chosen];
			},
			given("chart.png", png1),
		);
		await hand(page, "drop", [], { "application/vnd.code.uri-list": "file:///house/bay/chart.png" });
		await becomes(() => names(page), ["chart.png"]);
		assert.deepEqual(await asked(page, "draft/takeFiles"), [{ uris: ["file:///house/bay/chart.png"] }]);
		await leave(page);
	});

	for (const [what, files, said] of [
		["is no image", [given("notes.txt", Buffer.from("notes"))], "notes.txt is none of the images that models read"],
		["is empty", [given("empty.png", Buffer.alloc(0))], "empty.png is empty: it has 0 bytes."],
		["is damaged", [given("half.png", png1.subarray(0, 40))], "half.png begins as a PNG, and is damaged or cut off."],
		["is too large", [given("vast.png", Buffer.alloc(3_750_001, 1))], "vast.png has 3750001 bytes, and an image may"],
		["has too many pixels", [given("wide.png", png(8001, 1))], "wide.png has 8001×1 pixels"],
	] as const)
		it(`a file that ${what} is left out, and said beside the field`, async () => {
			const page = await form();
			await hand(page, "drop", [...files, given("good.png", png1)]);
			await page.getByText(said).waitFor();
			await becomes(() => names(page), ["good.png"]);
			await audit(page);
			await hand(page, "drop", [given("other.png", png2)]);
			await page.getByText(said).waitFor({ state: "detached" });
			await leave(page);
		});

	it("an eleventh image is left out, and so is what is too large together", async () => {
		const page = await form();
		const many = Array.from({ length: 12 }, (_, index) => given(`${index}.png`, png(8 + index, 8)));
		await hand(page, "drop", many);
		await page.getByText("At most 10 images are given at once, not 12. Left out: 10.png, 11.png.").waitFor();
		assert.equal((await names(page)).length, 10);
		await leave(page);

		const large = await form();
		const noise = (seed: number) => Buffer.concat([png(4 + seed, 4), Buffer.alloc(3_000_000, seed)]);
		await choose(large, ...[1, 2, 3].map((seed) => given(`large-${seed}.png`, noise(seed))));
		await large.getByText(/^The images have 9\d+ bytes together.* Left out: large-3.png./).waitFor();
		await becomes(() => names(large), ["large-1.png", "large-2.png"]);
		await leave(large);
	});

	it("images are added and taken away with the keyboard alone, and said", async () => {
		const page = await form();
		await page.evaluate(
			(chosen) => {
				window.fake.images.chosen = [chosen];
			},
			given("mock.png", png1),
		);
		await page.getByRole("button", { name: "Add image…" }).focus();
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("mock.png added.").waitFor();
		await page.getByRole("list", { name: "Images" }).waitFor();
		for (let left = 10; left > 0; left--) {
			await page.keyboard.press("Tab");
			if ((await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) === "Remove mock.png") break;
		}
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("mock.png removed.").waitFor();
		await becomes(() => names(page), []);
		await becomes(() => page.evaluate(() => document.activeElement?.textContent), "Add image…");
		await leave(page);
	});

	it("they are there again after a reload; one that was lost in between is said at the launch", async () => {
		const page = await form();
		await choose(page, given("mock.png", png1), given("other.png", png2));
		await becomes(() => names(page), ["mock.png", "other.png"]);
		await page.waitForFunction(() => {
			const kept = window.fake.asked("webview/remember").at(-1) as { memory: { images?: unknown[] } } | undefined;
			return kept?.memory.images?.length === 2;
		});
		const { memory } = (await asked<{ memory: { images: { sha256: string }[] } }>(page, "webview/remember")).at(-1)!;
		assert.ok(!JSON.stringify(memory).includes(png1.toString("base64")), "the bytes are kept elsewhere");
		await leave(page);

		const again = await form({ memory });
		await becomes(() => names(again), ["mock.png", "other.png"]);
		assert.deepEqual(await asked(again, "draft/keepOnly"), [{ images: memory.images.map(({ sha256 }) => sha256) }]);
		await again.keyboard.press("Control+Enter");
		await again.getByRole("alert").getByText("An image is not kept any more. Remove it, and add it again.").waitFor();
		assert.deepEqual(await asked(again, "goal/launch", 0), []);
		await leave(again);
	});

	/** A message and a call with images, as the daemon would tell of them. */
	const tell = (page: Page, count = 2) =>
		page.evaluate(async (many) => {
			const { images, append } = window.fake;
			const drawings = Array.from({ length: many }, (_, index) =>
				images.drawn(index === 0 ? "checkout.png" : `phone-${index}.png`, index % 2 ? 390 : 640, 480, "#3a7bd5"),
			);
			const kept = await images.keptOf(drawings);
			const [one] = await images.keptOf([images.drawn("public/logo.png", 256, 256, "#c8553d")]);
			const call = { toolCallId: "c-80" as never, threadId: "t-4" as never, turnId: "u-80" as never };
			const output = { head: "An image.", tail: "", bytes: 9, sha256: "0".repeat(64) };
			append([
				{
					type: "message.added",
					messageId: "m-80" as never,
					threadId: "t-4" as never,
					from: "person",
					text: "It should look like this.",
					images: kept,
				},
				{ type: "tool.requested", ...call, name: "readFile", args: {}, effect: "none", summary: "public/logo.png" },
				{ type: "tool.started", toolCallId: call.toolCallId, run: 1 },
				{ type: "tool.completed", toolCallId: call.toolCallId, ok: true, durationMs: 4, output, images: [one!] },
			]);
			return [...kept, one!];
		}, count);

	for (const theme of themes) {
		it(`the thread shows the images of messages and calls, each opens in the editor, in ${theme}`, async () => {
			const page = await thread({ theme });
			const [checkout] = await tell(page);
			await page.locator("img.thumbnail").nth(2).waitFor();
			await picture(page, `thread-images-${theme.slice(7)}`);
			await audit(page);
			await page.getByRole("button", { name: "Open the image checkout.png" }).click();
			assert.deepEqual(await targets(page), [{ kind: "image", goalId: "goal-1", image: checkout }]);
			await leave(page);
		});

		it(`the feed shows them below their rows, in ${theme}`, async () => {
			const page = await stage.open("feed", { theme, width: 1100, height: 400 });
			await page.locator(".feed-row").first().waitFor();
			await tell(page);
			await page.locator("img.thumbnail").nth(2).waitFor();
			await picture(page, `feed-images-${theme.slice(7)}`);
			await audit(page);
			await leave(page);
		});
	}

	it("the feed reads an image when its row comes into view, once, and shows what is lost as a frame", async () => {
		const page = await stage.open("feed", { width: 1000, height: 300 });
		await page.locator(".feed-row").first().waitFor();
		await page.locator(".feed").press("Home");
		await page.evaluate(() => window.fake.show({ seq: 1 }));
		await becomes(() => page.locator(".feed-images").count(), 0);
		const [first] = await tell(page, 1);
		await page.evaluate((sha256) => {
			delete window.fake.images.kept[sha256];
		}, first!.sha256);
		assert.deepEqual(await asked(page, "image/get", 0), []);
		for (const _ of [1, 2]) {
			await page.locator(".feed").press("End");
			await page.locator("img.thumbnail").waitFor();
			await page.locator(".thumbnail .codicon-file-media").waitFor();
			await page.locator(".feed").press("Home");
			await becomes(() => page.locator(".feed-images").count(), 0);
		}
		const read = (await asked<{ sha256: string }>(page, "image/get")).map(({ sha256 }) => sha256);
		assert.equal(read.filter((sha256) => sha256 !== first!.sha256).length, 1);
		await leave(page);
	});

	it("in the feed arrows pass over images, and Tab goes into those of the row", async () => {
		const page = await stage.open("feed", { width: 1000, height: 400 });
		await page.locator(".feed-row").first().waitFor();
		await tell(page);
		await page.locator(".feed").press("End");
		const row = page.getByRole("group", { name: /It should look like this/ });
		await row.focus();
		assert.match((await row.getAttribute("aria-label")) ?? "", /2 images/);
		await page.keyboard.press("ArrowDown");
		await becomes(() => page.evaluate(() => /readFile/.test(document.activeElement?.ariaLabel ?? "")), true);
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("Tab");
		await becomes(() => page.evaluate(() => document.activeElement?.ariaLabel), "Open the image checkout.png");
		await page.keyboard.press("Enter");
		assert.deepEqual(
			(await targets(page)).map(({ kind }) => kind),
			["image"],
		);
		await leave(page);
	});

	it("a message takes images the same ways, also without words, and says what its agent does not see", async () => {
		const page = await thread();
		await page.evaluate(() => {
			const { providers } = window.fake.launch.providers;
			providers.push({ ...providers[0]!, id: "acp", blind: ["gpt-5-codex"] });
		});
		await hand(page, "paste", [given("image.png", png1)]);
		await becomes(() => names(page), ["image.png"]);
		await page.getByText("acp/gpt-5-codex sees no images").waitFor();
		await hand(page, "drop", [given("notes.txt", Buffer.from("notes"))]);
		await page.getByRole("alert").getByText("notes.txt is none of the images that models read").waitFor();
		await picture(page, "thread-composer");
		await audit(page);
		await page.getByRole("button", { name: "Send" }).click();
		const [sent] = await asked<Sent>(page, "thread/send");
		assert.deepEqual([sent!.text, sent!.images], ["", [given("image.png", png1)]]);
		await becomes(() => names(page), []);
		const queued = page.locator(".queued");
		await queued.getByRole("button", { name: "Open the image image.png" }).waitFor();
		await picture(page, "thread-queued");
		await leave(page);
	});

	it("a message that is refused keeps its images, which are there again after a reload", async () => {
		const page = await thread();
		await hand(page, "drop", [given("mock.png", png1)]);
		await becomes(() => names(page), ["mock.png"]);
		await page.evaluate(() => {
			window.fake.refusals["thread/send"] = "The goal has ended.";
		});
		await page.getByRole("textbox").last().press("Control+Enter");
		await page.getByRole("alert").getByText("The goal has ended.").waitFor();
		await becomes(() => names(page), ["mock.png"]);
		const { memory } = (await asked<{ memory: unknown }>(page, "webview/remember")).at(-1)!;
		await leave(page);
		const again = await thread({ memory });
		await becomes(() => names(again), ["mock.png"]);
		await leave(again);
	});
});
