import { known, type Word } from "../tree/script.ts";
import { dangerous, network, type Row, read, type Verb, write, writesFile } from "./row.ts";
import { environment } from "./variables.ts";

const asks: Verb = { risk: "read", operands: "text" };

/** The machine, its processes and users. */
export const systems: readonly Row[] = [
	{
		names: "date gdate",
		risk: "read",
		operands: "text",
		options: { "-s= --set=": dangerous("sets the clock", "text"), "-f= --file=": read("reads dates") },
		valued: "-d -r --date --reference",
		flags: "-I? --iso-8601? --rfc-3339?",
		judge: ({ operands }, judgement) => {
			if (operands.some(({ text }) => !text.startsWith("+"))) judgement.add("dangerous", "sets the clock");
		},
	},
	{
		names: "hostname hostnamectl domainname timedatectl localectl",
		risk: "read",
		operands: "text",
		judge: ({ operands }, judgement) => operands.length > 0 && judgement.add("dangerous", "changes the machine"),
	},
	{
		names:
			"uname nproc whoami id groups logname users who w last lastlog uptime free vmstat iostat mpstat sar lscpu lspci lsusb lsmod lshw lsof pstree pgrep pidof pmap top htop btop ss netstat ifstat nstat getconf locale tty ipcs sw_vers system_profiler vm_stat dmidecode lsb_release acpi tput stty clear tset",
		risk: "read",
		operands: "text",
		options: { "-K --kill": dangerous("ends connections"), "--dump-bin=": writesFile },
		asks: "-V",
	},
	{
		names: "ps",
		risk: "read",
		operands: "text",
		judge: ({ args }, judgement) => {
			const before = (at: number) => args[at - 1]?.text ?? "";
			const isValue = (at: number) =>
				/^-([a-zA-Z]*[opCuUgGtsqkN]|-(format|sort|pid|ppid|user|group|tty|sid|cols))$/.test(before(at));
			const flags = args.filter(({ text }, at) => !isValue(at) && /^-?[a-zA-Z]+$/.test(text));
			const isShown = ({ text }: Word) => /^(?!-)[a-zA-Z]*e|^-[a-zA-Z]*E/.test(text) && !/^-?[a-zA-Z]*o.+/.test(text);
			if (
				flags.some(isShown) ||
				args.some(({ text }) => /environ|^-?[a-z]*e[a-z]*o/.test(text) && !text.startsWith("-e"))
			)
				judgement.add("dangerous", environment);
			if (args.some((word) => known(word) === undefined && !/^\d*[\uFFFB\uFFFC]+$/.test(word.text)))
				judgement.unsure("what it shows is not known beforehand");
		},
	},
	{
		names: "sysctl",
		risk: "read",
		operands: "text",
		options: { "-w --write -p --load --system": dangerous("changes the machine") },
		judge: ({ operands }, judgement) =>
			operands.some(({ text }) => text.includes("=")) && judgement.add("dangerous", "changes the machine"),
	},
	{
		names: "dmesg",
		risk: "read",
		operands: "text",
		options: {
			"-C --clear -c --read-clear -D --console-off -E --console-on -n= --console-level=":
				dangerous("changes logs of the machine"),
		},
	},
	{
		names: "journalctl logread",
		risk: "read",
		operands: "text",
		options: {
			"--rotate --flush --sync -C --clear -D= --console-off --console-on": dangerous("changes logs of the machine"),
			"--vacuum-size= --vacuum-time= --vacuum-files=": dangerous("deletes logs of the machine", "text"),
		},
		valued: "-u -n -o -p -t --unit --lines --since --until --output --priority",
	},
	{
		names: "ip ifconfig route arp iwconfig iw nmcli networksetup scutil resolvectl",
		risk: "read",
		operands: "text",
		judge: ({ operands, name }, judgement) => {
			const [, verb] = operands;
			const isAsked = verb === undefined || /^(sho?w?|li?s?t?|ls|lst|ge?t?|help|dev)$/.test(verb.text);
			const changes = /^(add|del|delete|set|flush|change|replace|up|down|exec|netns|connect|modify|edit|-set\w*)$/;
			if (name === "ip" ? !isAsked : operands.some(({ text }) => changes.test(text)) || (name === "ifconfig" && verb))
				judgement.add("dangerous", "changes the network of the machine");
		},
		options: { "-b= -batch= -n= -netns=": dangerous("carries out commands of a file") },
		flags: "-br -brief -0 -4 -6 -details -statistics -json -pretty -color -oneline",
		style: "single",
	},
	{
		names: "iptables ip6tables nft ufw firewall-cmd ebtables pfctl tc ethtool brctl bridge",
		risk: "dangerous",
		reason: "changes the network of the machine",
		operands: "text",
	},
	{
		names: "kill pkill killall killall5 skill xkill taskkill",
		risk: "dangerous",
		reason: "ends processes",
		operands: "text",
		asks: "-l -L --list",
	},
	{
		names: "shutdown reboot halt poweroff init telinit loginctl pm-suspend kexec",
		risk: "dangerous",
		reason: "ends the machine",
		operands: "text",
	},
	{
		names: "systemctl service rc-service initctl svcadm supervisorctl pm2 monit",
		risk: "dangerous",
		reason: "starts or stops services",
		operands: "text",
		stops: true,
		options: {
			"-H= --host= -M= --machine=": network("reaches another machine", "text"),
		},
		valued: "-t -p -n -o --type --state --property",
		flags: "-a -l -q --user --system --global --no-pager --all --full --quiet --plain --no-legend --failed",
		verbs: {
			"status is-active is-enabled is-failed list-units list-unit-files list-timers list-sockets show cat get-default list ls":
				{
					risk: "read",
					operands: "text",
					options: { "-H= --host= -M= --machine=": network("reaches another machine", "text") },
					valued: "-t -p -n -o --type --state --property",
				},
		},
		anyVerb: { risk: "dangerous", reason: "starts or stops services", operands: "text" },
	},
	{
		names:
			"mount umount losetup swapon swapoff fusermount diskutil hdiutil cryptsetup mdadm lvcreate lvremove vgremove pvcreate zfs zpool btrfs",
		risk: "dangerous",
		reason: "changes disks",
		operands: "text",
	},
	{
		names:
			"mkfs mkfs.ext4 mkfs.ext3 mkfs.ext2 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mke2fs mkswap fdisk sfdisk gdisk sgdisk parted wipefs badblocks mknod e2fsck fsck hdparm tune2fs resize2fs partprobe blkdiscard format diskpart newfs",
		risk: "dangerous",
		reason: "destroys or changes disks",
		operands: "text",
	},
	{
		names:
			"useradd userdel usermod adduser deluser groupadd groupdel passwd chpasswd chsh chfn visudo vipw gpasswd dscl net",
		risk: "dangerous",
		reason: "changes users of the machine",
		operands: "text",
	},
	{
		names:
			"insmod modprobe rmmod depmod kextload kmod sysrc grub-install update-grub efibootmgr bcdedit nvram csrutil spctl ldconfig",
		risk: "dangerous",
		reason: "changes the machine",
		operands: "text",
	},
	{
		names: "tmux screen zellij byobu dtach abduco",
		risk: "dangerous",
		reason: "runs commands in another terminal",
		operands: "text",
		verbs: { "ls list-sessions -V": asks, "-ls": asks },
		anyVerb: { risk: "dangerous", reason: "runs commands in another terminal", operands: "text" },
	},
	{
		names:
			"xclip xsel pbpaste wl-paste clip.exe xdotool ydotool cliclick screencapture scrot import grim gnome-screenshot",
		risk: "dangerous",
		reason: "reads what a person copied or sees, or acts for them",
		operands: "text",
	},
	{
		names: "pbcopy wl-copy clip notify-send say espeak beep terminal-notifier logger wall mesg",
		risk: "write",
		reason: "shows or copies something for a person",
		operands: "text",
		options: {
			"-f= --file=": write("shows a file"),
			"-n= --server= -u= --socket= -P=": network("sends to another machine", "text"),
			"-o= --output-file=": writesFile,
		},
	},
	{
		names:
			"defaults gsettings dconf xdg-mime xdg-settings kwriteconfig5 reg regedit plutil PlistBuddy profiles tccutil",
		risk: "dangerous",
		reason: "changes settings of the machine",
		operands: "text",
		verbs: { "read get read-type list-schemas list-keys query": asks },
		anyVerb: { risk: "dangerous", reason: "changes settings of the machine", operands: "text" },
	},
	{ names: "dbus-send gdbus busctl qdbus", risk: "dangerous", reason: "speaks to other programs", operands: "text" },
	{
		names: "getent",
		risk: "read",
		operands: "text",
		judge: ({ operands: [database] }, judgement) => {
			if (database && /shadow/.test(database.text)) judgement.add("dangerous", "reads secrets (passwords)");
		},
	},
];
