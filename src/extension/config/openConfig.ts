import * as fs from "node:fs/promises";
import * as path from "node:path";
import { configName } from "../../protocol/config.ts";
import { openSettingsFile } from "../launch/settingsFile.ts";

/** What a person who opens it for the first time begins with. */
const empty = `// Mission Control: providers, the default agent and roster, limits.
{
	"providers": []
}
`;

/** Opens config.jsonc of the data folder, and makes it where there is none. */
export async function openConfig(home: string): Promise<void> {
	await fs.mkdir(home, { recursive: true, mode: 0o700 });
	const file = path.join(home, configName);
	await fs.writeFile(file, empty, { flag: "wx", mode: 0o600 }).catch((cause) => {
		if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
	});
	await openSettingsFile(file);
}
