import { type BrowserContext, chromium } from "playwright-core";
import { ensurePrograms, findProgram } from "../../scripts/debian.mjs";

/**
 * A headless Chromium with its own profile folder. What the workbench keeps in the browser (secrets, window state) is
 * there again when the same profile is opened on the same port.
 */
export async function launchBrowser(profile: string, options: BrowserOptions = {}): Promise<BrowserContext> {
	await ensurePrograms(["chromium"]);
	return chromium.launchPersistentContext(profile, {
		executablePath: findProgram("chromium")!,
		headless: true,
		viewport: options.viewport ?? { width: 1440, height: 900 },
		colorScheme: options.colorScheme ?? "dark",
		permissions: ["clipboard-read", "clipboard-write"],
		args: flags,
	});
}

export interface BrowserOptions {
	readonly viewport?: { readonly width: number; readonly height: number };
	readonly colorScheme?: "dark" | "light";
}

/** --no-sandbox: containers and root have no user namespaces for it. The rest keeps Chromium off the network. */
const flags = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-dev-shm-usage",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];
