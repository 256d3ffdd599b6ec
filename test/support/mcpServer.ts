import path from "node:path";

const script = path.join(__dirname, "mcpServerMain.ts");
const loader = require.resolve("tsx");

/** How the test's own MCP server is started, so that it behaves in one manner. */
export function yardServer(manner: string, record = ""): { readonly command: string; readonly args: string[] } {
	return { command: process.execPath, args: ["--import", loader, script, manner, record] };
}
