import { openWord, textWord } from "../tree/script.ts";
import { joined } from "./languages.ts";
import type { Call, Judgement, Row, Verb } from "./row.ts";
import { environment } from "./variables.ts";

/** Commands of PowerShell by their names and aliases, in small letters. Parameters may be cut short, and are not told apart. */
const powershell: readonly Row[] = [
	{
		names:
			"get-childitem gci ls dir get-item gi get-location gl pwd get-itemproperty gp test-path resolve-path rvpa split-path join-path convert-path get-filehash get-acl get-psdrive get-date get-culture get-host get-process ps gps get-service gsv get-command gcm get-help help man get-member gm get-module get-alias gal get-random get-uptime get-timezone get-computerinfo get-volume get-disk get-netadapter get-netipaddress get-nettcpconnection get-hotfix get-eventlog get-winevent get-scheduledtask get-psversion",
		risk: "read",
		style: "single",
	},
	{
		names: "get-content gc cat type select-string sls compare-object compare diff import-csv ipcsv format-hex fhx",
		risk: "read",
		operands: "shown",
		style: "single",
		judge: ({ input }, judgement) => {
			if (isAnyListing(input)) judgement.unsure("which files it shows is not known beforehand");
		},
	},
	{
		names:
			"sort-object sort measure-object measure select-object select group-object group format-table ft format-list fl format-wide fw out-string oss out-null out-host oh out-default write-output write echo write-host write-verbose write-warning write-error write-debug write-information write-progress convertto-json convertfrom-json convertto-csv convertfrom-csv convertto-html convertto-xml convertfrom-stringdata select-xml get-unique gu start-sleep sleep tee-nothing clear-host cls clear set-location sl cd chdir push-location pushd pop-location popd get-variable gv set-strictmode out-gridview",
		risk: "read",
		operands: "text",
		judge: calculated,
	},
	{
		names: "where-object where ? foreach-object foreach %",
		risk: "read",
		operands: "text",
		judge: ({ operands, args }, judgement) => {
			if (operands.some((word) => word.isOpen)) judgement.unsure("what it does with each is not known beforehand");
			const [first] = operands;
			if (first && /^(delete|kill|invoke|moveto|copyto|remove|start|stop|close|set\w*)$/i.test(first.text))
				judgement.add("dangerous", "calls a method of each");
			if (args.some(({ text }) => /^-(m|membername|begin|parallel)/i.test(text)))
				judgement.unsure("it calls a method of each");
		},
	},
	{
		names:
			"remove-item ri rm del erase rd rmdir remove-itemproperty rp clear-content clc clear-item cli clear-recyclebin",
		risk: "write",
		reason: "deletes files",
		operands: "written",
		style: "single",
		judge: ({ args, operands }, judgement) => {
			if (args.some(({ text }) => /^[-/](r|s$)/i.test(text))) judgement.add("dangerous", "deletes folders");
			if (operands.some(({ text }) => /(^|\/)\*(\.\*)?$/.test(text)))
				judgement.add("dangerous", "deletes all files of a folder");
		},
	},
	{
		names:
			"new-item ni mkdir md set-content sc add-content ac out-file tee-object tee set-item si export-csv epcsv export-clixml start-transcript new-temporaryfile",
		risk: "write",
		reason: "writes files",
		operands: "written",
		style: "single",
		valued: "-itemtype -type -value -encoding -name -delimiter",
	},
	{
		names: "copy-item copy cp cpi rename-item ren rni move-item move mv mi expand-archive compress-archive",
		risk: "write",
		reason: "copies or moves files",
		operands: "written",
		style: "single",
	},
	{
		names:
			"invoke-webrequest iwr curl wget invoke-restmethod irm start-bitstransfer test-connection test-netconnection tnc resolve-dnsname find-module find-package find-script",
		risk: "network",
		reason: "uses the network",
		operands: "text",
		judge: ({ args }, judgement) => {
			for (const [at, { text }] of args.entries())
				if (/^-o/i.test(text) && args[at + 1]) judgement.write(args[at + 1]!);
			for (const [at, { text }] of args.entries())
				if (/^-(inf|bod|form)/i.test(text) && args[at + 1]) {
					judgement.add("network", "sends data");
					judgement.read(args[at + 1]!, true);
				}
		},
	},
	{
		names: "invoke-expression iex",
		risk: "write",
		operands: "text",
		judge: ({ args, input }, judgement) => {
			if (input) judgement.add("dangerous", "runs what another command prints");
			else judgement.script(joined(args.filter(({ text }) => !/^-c/i.test(text))), "powershell");
		},
	},
	{
		names:
			"invoke-command icm start-job sajb start-threadjob invoke-item ii start-process saps start enter-pssession new-pssession invoke-wmimethod invoke-cimmethod add-type new-object import-module ipmo set-alias sal new-alias nal register-scheduledtask set-scheduledtask new-scheduledtask register-objectevent invoke-history ihy ihy r set-psbreakpoint . update-typedata using",
		risk: "dangerous",
		reason: "runs another program, or loads more",
		operands: "files",
		judge: ({ args, name }, judgement) => {
			if (name === "start-process" || name === "saps" || name === "start") {
				judgement.run(args.filter(({ text }) => !text.startsWith("-")));
				if (args.some(({ text }) => /^runas$/i.test(text)))
					judgement.add("dangerous", "runs with the rights of another user");
			}
		},
	},
	{
		names:
			"stop-process kill spps stop-service spsv start-service sasv restart-service set-service new-service remove-service suspend-service stop-computer restart-computer set-executionpolicy set-itemproperty sp new-itemproperty set-acl set-date format-volume clear-disk initialize-disk remove-partition new-partition set-mppreference add-mppreference disable-netfirewallrule new-netfirewallrule set-netfirewallprofile new-localuser add-localgroupmember set-localuser enable-psremoting set-clipboard get-clipboard gcb scb remove-variable rename-computer add-computer clear-eventlog wevtutil vssadmin disable-computerrestore uninstall-package",
		risk: "dangerous",
		reason: "changes the machine, or ends what runs",
		operands: "text",
	},
	{
		names:
			"install-module install-package install-script update-module save-module register-psrepository update-help install-packageprovider",
		risk: "dangerous",
		reason: "installs programs from the network",
		operands: "text",
	},
	{
		names:
			"get-credential convertfrom-securestring convertto-securestring get-secret get-history h ghy export-pfxcertificate get-pfxcertificate",
		risk: "dangerous",
		reason: "works with secrets",
		operands: "text",
	},
	{ names: "send-mailmessage", risk: "dangerous", reason: "sends mail", operands: "text" },
	{
		names: "set-variable sv new-variable nv read-host exit return get-error param",
		risk: "read",
		operands: "text",
		judge: calculated,
	},
];

/** Whether what it is given are files, of which not all are known for what they are. */
function isAnyListing(input: Call["input"]): boolean {
	if (input?.kind !== "pipe" || input.from === undefined) return false;
	const [program, ...args] = input.from.words;
	if (!/^(get-childitem|gci|ls|dir|get-item|gi|resolve-path|rvpa)$/i.test(program?.text ?? ""))
		return isAnyListing(input.from.input);
	return !args.some(({ text }) =>
		/\.(md|[cm]?[jt]sx?|py|go|rs|java|cs|c|h|cpp|rb|php|ps1|css|html|json|txt|log)$/.test(text),
	);
}

/** Also through drives that are none of files. */
function drives({ args, name }: Call, judgement: Judgement): void {
	const isAsked = /^(get-|test-|resolve-|gci$|gi$|gp$|gc$|ls$|dir$|cat$|type$)/.test(name);
	for (const { text } of args) {
		if (/^env:/i.test(text)) judgement.add("dangerous", environment);
		if (/^(cert|hklm|hkcu|registry|wsman|function|alias|variable):/i.test(text))
			judgement.add(isAsked ? "write" : "dangerous", "reads or changes the registry, certificates or definitions");
	}
}

function calculated({ args }: Call, judgement: Judgement): void {
	if (args.some(({ text, isOpen }) => isOpen && /^@/.test(text)))
		judgement.unsure("what it works out is not known beforehand");
}

const cmd: readonly Row[] = [
	{
		names:
			"dir cd chdir pushd popd vol ver path echo rem cls title exit where whoami hostname tree find sort fc comp tasklist systeminfo date time ipconfig",
		risk: "read",
		operands: "text",
		judge: ({ args, name }, judgement) => {
			if ((name === "date" || name === "time") && !args.some(({ text }) => /^\/t$/i.test(text)))
				judgement.add("dangerous", "sets the clock");
			if (name === "path" && args.length > 0) judgement.add("dangerous", "says what programs run");
			if (name === "ipconfig" && args.some(({ text }) => /^\/(release|renew|flush)/i.test(text)))
				judgement.add("dangerous", "changes the network of the machine");
			const output = name === "sort" ? args.findIndex(({ text }) => /^\/o/i.test(text)) : -1;
			if (output >= 0) judgement.write(args[output + 1] ?? openWord);
			if (/^(tasklist|systeminfo)$/.test(name) && args.some(({ text }) => /^\/s/i.test(text)))
				judgement.add("network", "asks another machine");
			for (const word of args) if (!/^(echo|rem|title)$/.test(name)) judgement.read(word, false);
		},
	},
	{ names: "type more", risk: "read", operands: "shown" },
	{
		names: "findstr",
		risk: "read",
		operands: "pattern",
		judge: ({ args, operands }, judgement) => {
			const isGiven = args.some(({ text }) => /^\/[cg]:/i.test(text));
			if (isGiven && operands[0]) judgement.read(operands[0], true);
			for (const { text } of args) {
				const [, file] = /^\/[fgd]:(.*)$/i.exec(text) ?? [];
				if (file !== undefined) judgement.read(textWord(file), true);
			}
		},
	},
	{
		names: "del erase rd rmdir",
		risk: "write",
		reason: "deletes files",
		operands: "written",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => /^\/[sq]/i.test(text) || /(^|\/)\*(\.\*)?$/.test(text)))
				judgement.add("dangerous", "deletes folders");
		},
	},
	{
		names: "copy xcopy robocopy move ren rename md mkdir mklink replace expand compact",
		risk: "write",
		reason: "makes, copies or moves files",
		operands: "written",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => /^\/(mir|purge|mov|move)/i.test(text))) judgement.add("dangerous", "deletes folders");
		},
	},
	{ names: "set setx", risk: "dangerous", reason: environment, operands: "text" },
	{
		names:
			"start call for if goto assoc ftype runas attrib icacls cacls takeown format diskpart shutdown taskkill sc net netsh reg schtasks at bcdedit vssadmin wevtutil cipher subst label chkdsk wbadmin powercfg",
		risk: "dangerous",
		reason: "changes the machine, or runs another program",
		operands: "text",
	},
];

export const cmdlets: Readonly<Record<"powershell" | "cmd", ReadonlyMap<string, Verb>>> = {
	powershell: byName(
		powershell.map((row) => ({
			...row,
			judge: (call: Call, judgement: Judgement) => {
				drives(call, judgement);
				row.judge?.(call, judgement);
			},
		})),
	),
	cmd: byName(cmd.map((row) => ({ ...row, style: "slash" as const }))),
};

function byName(rows: readonly Row[]): ReadonlyMap<string, Verb> {
	return new Map(rows.flatMap((row) => row.names.split(" ").map((name) => [name, row] as const)));
}
