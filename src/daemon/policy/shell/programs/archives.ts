import { type Call, dangerous, type Judgement, network, type Row, runsOther, write, writesFile } from "./row.ts";

const packs = "packs or unpacks files";

/** Archives, and copies between machines. */
export const archives: readonly Row[] = [
	{
		names: "tar gtar bsdtar",
		risk: "read",
		operands: "text",
		style: "dashless",
		options: {
			"--to-command= -I= --use-compress-program= -F= --info-script= --new-volume-script= --rsh-command= --rmt-command=":
				runsOther,
			"--checkpoint-action=": dangerous("runs another program, or writes", "text"),
			"-P --absolute-names": dangerous("may write outside the workspace"),
			"--remove-files --recursive-unlink --unlink-first": dangerous("deletes files"),
			"-C= --directory= --one-top-level?": write("unpacks files", "written"),
			"--index-file= --volno-file= -g= --listed-incremental=": writesFile,
			"-T= --files-from= -X= --exclude-from=": write("takes names from a file"),
		},
		valued:
			"-f -b -K -N -V -H -L --file --exclude --strip-components --transform --xform --owner --group --mode --format --label",
		flags: "--checkpoint? --exclude-vcs --exclude-vcs-ignores --exclude-caches --no-recursion",
		judge: tar,
	},
	{
		names: "zip",
		risk: "write",
		reason: "packs files",
		options: { "--unzip-command=": runsOther, "-m --move": dangerous("deletes what it packed") },
		judge: ({ args, operands: [archive, ...packed] }, judgement) => {
			if (args.some(({ text }) => /^-[a-zA-Z]*TT/.test(text))) judgement.add("dangerous", "runs another program");
			if (archive) judgement.write(archive, "packs files");
			for (const file of packed) judgement.read(file, true);
		},
	},
	{
		names: "7z 7za 7zz 7zr rar",
		risk: "write",
		reason: packs,
		operands: "written",
		verbs: {
			"l t h i": { risk: "read" },
			"a u d rn": {
				risk: "write",
				reason: "packs files",
				operands: "written",
				style: "single",
				options: { "-sdel": dangerous("deletes what it packed") },
			},
			"x e": {
				risk: "write",
				reason: "unpacks files",
				operands: "files",
				style: "single",
				options: { "-o?": write("unpacks files", "written") },
			},
		},
	},
	{
		names: "unzip",
		risk: "read",
		options: { "-d=": write("unpacks files", "written") },
		valued: "-x",
		judge: ({ has }, judgement) => {
			if (!has("-l", "-v", "-Z", "-t", "-z", "-p", "-c")) judgement.add("write", "unpacks files");
		},
	},
	{ names: "unrar unar ar cpio pax unp lha jar", risk: "write", reason: packs, operands: "written" },
	{
		names: "gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 lzma brotli compress uncompress pigz pbzip2",
		risk: "write",
		reason: packs,
		operands: "written",
		options: { "-o= --output=": writesFile },
		valued: "-S --suffix -T --threads",
	},
	{
		names: "rsync",
		risk: "write",
		reason: "copies files",
		operands: "copied",
		options: {
			"-e= --rsh= --rsync-path= -M= --remote-option=": runsOther,
			"--delete --delete-before --delete-after --delete-during --delete-excluded --delete-delay --del --remove-source-files":
				dangerous("deletes files"),
			"--log-file= --write-batch= --only-write-batch= --backup-dir= --partial-dir= --temp-dir= -T=": writesFile,
			"--daemon": dangerous("serves files to others"),
		},
		valued:
			"-f -B --exclude --include --filter --exclude-from --include-from --files-from --chmod --bwlimit --max-size --min-size --password-file",
		judge: ({ operands }, judgement) => {
			if (operands.some(({ text }) => /^[^/]*:/.test(text)))
				judgement.add("network", "copies files to or from another machine");
			for (const source of operands.slice(0, -1)) judgement.read(source, true);
		},
	},
	{
		names: "scp sftp lftp ftp tftp",
		risk: "network",
		reason: "copies files to or from another machine",
		operands: "copied",
		options: {
			"-S= -D=": runsOther,
			"-o= -F=": network("sets how it connects", "text"),
			"-J=": network("connects by way of another machine", "text"),
			"-e= -c=": dangerous("gives commands to carry out", "text"),
			"-b=": dangerous("carries out commands of a file"),
		},
		valued: "-P -i -l",
		judge: (call, judgement) => {
			sshOptions(call, judgement);
			for (const source of call.operands.slice(0, -1)) judgement.read(source, true);
		},
	},
];

function tar({ args, has, values, operands, name }: Call, judgement: Judgement): void {
	const isMade = has(
		"-c",
		"--create",
		"-r",
		"--append",
		"-u",
		"--update",
		"-A",
		"--catenate",
		"--concatenate",
		"--delete",
	);
	const isListed = has("-t", "--list") && !isMade && !has("-x", "--extract", "--get");
	if (!isListed && !args.some(({ text }) => /^--(version|help|usage)$/.test(text))) judgement.add("write", packs);
	for (const file of values("-f", "--file")) {
		if (/^[^/]*:/.test(file.text)) judgement.add("dangerous", "runs another program on another machine");
		else if (isMade && file.text !== "-") judgement.write(file);
		else judgement.read(file, false);
	}
	const packed =
		args[0] && !args[0].text.startsWith("-") && args[0].text === operands[0]?.text ? operands.slice(1) : operands;
	if (name === "bsdtar" && args.some(({ text }) => text.startsWith("@"))) judgement.unsure("it reads other archives");
	if (isMade) for (const file of packed) judgement.read(file, true);
}

export function sshOptions({ values }: Call, judgement: Judgement): void {
	if (values("-F").length > 0) judgement.add("dangerous", "takes what it runs to connect from a file");
	for (const { text } of values("-o"))
		if (/proxy|command|forward|include|agent|provider|hook/i.test(text))
			judgement.add("dangerous", "sets what it runs to connect");
}
