import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { EventOf, GoalEvent } from "../../core/events.ts";
import type { GoalId, GrantId } from "../../core/ids.ts";
import type { InputValue } from "../../core/inputs.ts";
import { Refusal } from "../../core/refusal.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import { readEvent } from "../../core/upcast.ts";
import type { Actor, Assignment } from "../../core/values.ts";
import { bothWays, ways } from "../../core/ways.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import { checkedImages, keepChecked } from "../images/givenImages.ts";
import { forgetImages, imagesFolder } from "../images/imageFiles.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { sha256 } from "../platform/digest.ts";
import { readFolderIdentity } from "../policy/folderIdentity.ts";
import { withAgentIds } from "../roster/agentIds.ts";
import { blindNotes } from "../roster/blind.ts";
import { doubtNotes } from "../roster/doubts.ts";
import { withPossibleEfforts } from "../roster/possibleEfforts.ts";
import { requireWorkers } from "../roster/requireProviders.ts";
import { unpricedNotes } from "../roster/unpriced.ts";
import { fromPlaybook, type GivenPlaybook, type Prepared } from "./fromPlaybook.ts";
import { requireAgents, settingsOfPrompt } from "./fromPrompt.ts";
import type { LaunchServices } from "./launchServices.ts";
import { configLaunchNotes, type OfferedPreset, presetLayer, roleFilesOf } from "./layers.ts";
import { requireSandbox } from "./requireSandbox.ts";

/** Prepares a durable execution context: everything is checked, resolved and stored before the launch is acknowledged. */
export async function launch(
	request: Params<Methods, "goal/launch">,
	services: LaunchServices,
	by: Actor,
): Promise<Result<Methods, "goal/launch">> {
	const configNotes = configLaunchNotes(services);
	const params = { ...request, settings: withAgentIds(request.settings, services) };
	const workspace = await workspaceFolder(params.workspace, services.about.folder);
	if (params.settings.checks?.some((command) => command.trim() === ""))
		throw new Refusal("emptyCheck", "A check is empty. Name the command that it runs, or leave it out.");
	const given = checkedImages(params.images);
	const proposed = services.newId<GoalId>("g");
	const goalId = params.requestId ? await services.store.requestOnce(params.requestId, proposed) : proposed;
	crashPoint("launch.named");
	// What the first launch was answered, whatever has become of presets and role files since.
	const known = goalId === proposed ? undefined : await knownLaunch(goalId, services);
	if (known) return known;
	const folder = await readFolderIdentity(workspace);
	const preset = await presetLayer(params.preset, workspace, services);
	const files = await namedRoles(params.roles, workspace, services);
	const prepared = params.playbook
		? await fromPlaybook(params, params.playbook, preset, files.assignments, services)
		: fromPrompt(params, services, preset, files.assignments);
	const { title, prompt, following } = prepared;
	requireOnce(prepared.settings.assignments);
	requireWorkers(prepared.settings.assignments);
	const { settings: walled, notes: aboutSandbox } = await requireSandbox(prepared.settings, workspace, services);
	const { settings, notes: leftOut } = withPossibleEfforts(walled, services);
	const said = launchNotes(settings, given.length > 0, services);
	const notes = [
		...configNotes,
		...(preset?.notes ?? []),
		...files.notes,
		...leftOut,
		...aboutSandbox,
		...said,
		...prepared.notes,
	];
	const folderOfImages = imagesFolder(services.about.folder, goalId);
	const images = given.length > 0 ? { images: await keepChecked(folderOfImages, given) } : {};
	const taken = { preset: preset?.name, notes: notes.length > 0 ? notes : undefined };
	const playbook = params.playbook && storedPlaybook(params.playbook, prepared.inputs ?? []);
	const events: GoalEvent[] = [
		{ type: "goal.launched", goalId, title, prompt, workspace, folder, settings, playbook, ...images, ...taken, by },
		...(playbook && params.grantPlaybook
			? [
					{
						type: "grant.added" as const,
						grantId: services.newId<GrantId>("r"),
						scope: "goal" as const,
						kind: "playbook" as const,
						subject: playbook.digest ?? playbook.sha256,
						files: {},
						by,
					},
				]
			: []),
		...following,
	];
	await services.supervisor.launch(goalId, events).catch(async (cause) => {
		await forgetImages(folderOfImages);
		throw cause;
	});
	return { goalId, notes };
}

/** What a person should know of who works, before the goal comes upon it. */
export function launchNotes(settings: LaunchSettings, hasImages: boolean, services: LaunchServices): readonly string[] {
	return [
		...doubtNotes(settings, services),
		...unpricedNotes(settings, services),
		...(hasImages ? blindNotes(settings, services) : []),
	];
}

/** The goal that the same request launched before. */
async function knownLaunch(
	goalId: GoalId,
	{ store, supervisor }: LaunchServices,
): Promise<Result<Methods, "goal/launch"> | undefined> {
	if (supervisor.deleted().includes(goalId)) return { goalId, notes: [] };
	const [first] = await store.read(goalId, { limit: 1 });
	const launched = first && readEvent(first);
	return launched?.type === "goal.launched" ? { goalId, notes: [...(launched.notes ?? [])] } : undefined;
}

/** What the files of these roles say now; a launch that names none reads none. */
export async function namedRoles(
	roles: readonly string[],
	workspace: string,
	services: LaunchServices,
): Promise<{ readonly assignments: readonly Assignment[]; readonly notes: readonly string[] }> {
	if (roles.length === 0) return { assignments: [], notes: [] };
	const files = await roleFilesOf(workspace, services);
	const named = roles.map((role) => {
		const file = files.roles.find(({ assignment }) => assignment.role === role);
		if (file) return file;
		throw new Refusal(
			"unknownRole",
			`No file describes the role “${role}”. ${bothWays(ways.roles)} list those that are.`,
		);
	});
	const notes = named.flatMap((file) => {
		const problems = files.problems.filter((problem) => problem.path === path.join(workspace, file.path));
		return [...file.notes, ...problems.map(({ line, message }) => `${file.path}:${line}: ${message}`)];
	});
	return { assignments: named.map(({ assignment }) => assignment), notes };
}

function fromPrompt(
	params: Params<Methods, "goal/launch">,
	services: LaunchServices,
	preset: OfferedPreset | undefined,
	files: readonly Assignment[],
): Prepared {
	const prompt = params.prompt.trim();
	if (prompt === "") throw new Refusal("emptyPrompt", "The prompt is empty. Say what the goal is, or name a playbook.");
	const { settings, saved } = settingsOfPrompt(params.settings, preset, files, services);
	requireAgents(settings, saved, services);
	return { title: params.title ?? firstLine(prompt), prompt, settings, following: [], notes: [] };
}

export function requireOnce(assignments: readonly Assignment[]): void {
	const roles = assignments.map(({ role }) => role);
	const twice = roles.find((role, index) => roles.indexOf(role) !== index);
	if (twice) throw new Refusal("twice", `The role ${twice} is named twice. Say once who works in it.`);
}

function firstLine(prompt: string): string {
	const line = prompt.split("\n", 1)[0]!.trim();
	return line.length > maxTitle ? `${line.slice(0, maxTitle - 1).trimEnd()}…` : line;
}

const maxTitle = 80;

/** What is approved of a playbook is its text with what was given for its inputs. */
function storedPlaybook(
	{ path, text }: GivenPlaybook,
	inputs: readonly InputValue[],
): NonNullable<EventOf<"goal.launched">["playbook"]> {
	const stored = { path, text, sha256: sha256(Buffer.from(text)) };
	if (inputs.length === 0) return stored;
	return { ...stored, inputs: [...inputs], digest: sha256(["playbook", stored.sha256, inputs]) };
}

/** The folder itself, whatever links lead to it. */
export async function workspaceFolder(folder: string, dataFolder: string): Promise<string> {
	if (!path.isAbsolute(folder))
		throw new Refusal("noFolder", `“${folder}” is not an absolute path. Name the folder from its root.`);
	const found = await realpath(folder).catch(() => undefined);
	const info = found ? await stat(found) : undefined;
	if (!found || !info)
		throw new Refusal("noFolder", `The folder ${folder} is not there. Open an existing folder and launch again.`);
	if (!info.isDirectory()) throw new Refusal("noFolder", `${folder} is a file. A goal works in a folder.`);
	const own = await realpath(dataFolder);
	if (found === own || found.startsWith(own + path.sep)) {
		throw new Refusal("noFolder", "Goals cannot work in the folder in which they are kept. Choose another one.");
	}
	return found;
}
