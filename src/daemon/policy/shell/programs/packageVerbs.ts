import { dangerous, network, runsOther, type Verb, writesFile } from "./row.ts";

/** What managers of packages have in common. */
export const asks: Verb = { risk: "read", operands: "text" };
export const online: Verb = { risk: "network", reason: "asks a registry of packages", operands: "text" };
export const installs: Verb = {
	risk: "network",
	reason: "installs packages, which may run programs of theirs",
	operands: "text",
	options: {
		"-g --global --location=": dangerous("installs for all projects"),
		"--script-shell= --node-gyp=": runsOther,
		"--target= --prefix= --root= -t=": network("installs elsewhere", "written"),
		"--index-url= -i= --extra-index-url= --registry= --source= --find-links= --trusted-host=": dangerous(
			"installs from another registry",
			"text",
		),
		"--break-system-packages": dangerous("installs for all projects"),
	},
};
/** With which npm runs something. */
export const shells: Verb["options"] = {
	"--script-shell= --shell= --node-gyp= --browser= --viewer= --editor= --git= --node-options= --userconfig= --globalconfig=":
		runsOther,
};
export const logged: Verb["options"] = { "--log= --log-file= --local-log=": writesFile, "--python=": runsOther };
export const removes: Verb = {
	risk: "write",
	reason: "removes packages",
	operands: "text",
	options: { "-g --global": dangerous("removes packages of all projects") },
};
export const scripts: Verb = {
	risk: "write",
	reason: "runs scripts of the project",
	operands: "text",
	asks: false,
	options: { "--script-shell=": runsOther },
};
export const builds: Verb = { risk: "write", reason: "runs code of the project", operands: "text", asks: false };
/** Asks a tool that the project may tell what to load. */
export const told: Verb = {
	risk: "write",
	reason: "asks a tool that the project may tell what to load",
	operands: "text",
	asks: false,
};
export const publishes: Verb = { risk: "dangerous", reason: "publishes, or changes what others see", operands: "text" };
export const settings: Verb = {
	risk: "dangerous",
	reason: "changes settings, or shows what is secret",
	operands: "text",
};
export const remote: Verb = {
	risk: "network",
	reason: "runs a package, fetched where it is missing",
	operands: "text",
	stops: true,
	judge: ({ operands }, judgement) => judgement.run(operands),
	valued: "-p --package --from --with --python",
	options: {
		"-c= --call=": network("runs a command", "script"),
		"--shell= --script-shell= --node-options=": runsOther,
	},
};
export const inside: Verb = {
	risk: "write",
	reason: "runs a program of the project",
	operands: "text",
	stops: true,
	judge: ({ operands }, judgement) => judgement.run(operands),
	valued: "--package --with --python --group --extra --env-file",
};
export const initial: Verb = { risk: "network", reason: "runs a package that makes a project", operands: "text" };
