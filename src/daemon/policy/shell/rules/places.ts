import path from "node:path";
import { isGitSecret } from "../../../tools/pathRules.ts";
import { globPattern } from "../facts/globPattern.ts";
import type { Word } from "../tree/script.ts";

/** Where paths of a command lead, as far as their text tells: nothing is looked up on the disk. */
export interface Around {
	readonly workspace: string;
	readonly home: string | undefined;
	/** None where it is unknown. */
	readonly folders: readonly string[];
}

/** What is secret about a file that the word may name, for people. */
export function secretIn({ text, isGlob }: Word, around: Around): string | undefined {
	const named = secretName(text);
	if (named !== undefined) return named;
	const places = placesOf(text, around);
	for (const place of places) {
		const found = secretName(place);
		if (found !== undefined) return found;
	}
	if (!isGlob) return undefined;
	// Of names without a dot, a bare `*` stands for too many to mean these.
	const isBare = !/[a-z]/i.test(path.basename(text));
	const examples = [
		...known,
		...[around.home, ...around.folders].flatMap((folder) =>
			folder
				? belowFolder.filter((name) => name.startsWith(".") || !isBare).map((name) => path.join(folder, name))
				: [],
		),
	];
	return places.flatMap((place) => examples.filter((example) => matches(place, example)))[0];
}

function secretName(text: string): string | undefined {
	for (const part of text.split(/[\s=@,;'"`()<>|&]+|:(?!\\)/)) {
		const plain = part.toLowerCase().replaceAll("\\", "/").replace(/\/+/g, "/");
		if (folders.test(plain) || (files.test(plain) && !harmless.test(plain))) return part;
	}
	return undefined;
}

const folders =
	/(^|\/)\.(ssh|gnupg|aws|azure|kube|docker|password-store|1password|gcloud|terraform\.d)(\/|$)|(^|\/)\.config\/(gcloud|gh|hub|op|rclone|doctl|heroku)(\/|$)|\.local\/share\/keyrings|\/library\/(keychains|cookies)|\/(mozilla|chrom(e|ium)|brave)[^/]*\/.*(login data|cookies|key4|logins)|^\/proc\/[^/]+\/(environ|mem|maps|fd|root|cwd)|^\/etc\/(ssl\/private|ssh\/ssh_host|sudoers)|^\/run\/secrets|^\/var\/run\/secrets|^\/dev\/(mem|kmem|sd|nvme|disk|hd)|\/windows\/system32\/config/;
const files =
	/(^|\/)(\.env(\.[\w.-]+)?|\.envrc|\.netrc|_netrc|\.pgpass|\.npmrc|\.pypirc|\.yarnrc\.yml|\.git-credentials|\.my\.cnf|\.mylogin\.cnf|\.htpasswd|\.dockercfg|\.vault-token|\.s3cfg|\.boto|\.fly|\.cargo\/credentials(\.toml)?|credentials(\.(json|ya?ml|xml|ini|toml|csv))?|secrets?\.(json|ya?ml|toml|txt|env|ini|properties|enc)|.*service-?account.*\.json|id_(rsa|dsa|ecdsa|ed25519)[^./]*|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|ovpn|asc)|shadow-?|gshadow-?|master\.passwd|opasswd|sam|ntds\.dit|.*\.tfstate(\.backup)?|\.(bash|zsh|sh|python|psql|mysql|node_repl|rediscli)_?history|\.histfile|consolehost_history\.txt|login\.keychain(-db)?|wallet\.dat|kubeconfig|\.kubeconfig|authorized_keys|known_hosts)$/;
const harmless = /\.(example|sample|template|dist|defaults?)$|\.(example|sample|template)\.[^/]*$/;

/** For wildcards: names that stand for all of their kind. */
const known = [
	"/etc/shadow",
	"/etc/gshadow",
	"/etc/sudoers",
	"/proc/self/environ",
	"/proc/1/environ",
	"/etc/ssl/private/a.key",
	"/root/.ssh/id_rsa",
	"/run/secrets/a",
];
const belowFolder = [
	".env",
	".env.local",
	".env.production",
	".ssh/id_rsa",
	".ssh/id_ed25519",
	".ssh",
	".aws/credentials",
	".aws",
	".netrc",
	".npmrc",
	".pgpass",
	".git-credentials",
	".bash_history",
	".zsh_history",
	".gnupg",
	".kube/config",
	".docker/config.json",
	".config/gh/hosts.yml",
	"id_rsa",
	"id_ed25519",
	"credentials.json",
	"server.key",
	"key.pem",
];

function matches(pattern: string, example: string): boolean {
	const [names, wanted] = [pattern.split("/"), example.split("/")];
	const goesOn = names.includes("**");
	if (!goesOn && names.length !== wanted.length) return false;
	if (goesOn) return globPattern(names.at(-1)!).test(wanted.at(-1)!);
	return names.every(
		(name, at) =>
			name === wanted[at] ||
			(/[*?[]/.test(name) && !(wanted[at]!.startsWith(".") && !/^[.[]/.test(name)) && fits(name, wanted[at]!)),
	);
}

/** Brackets stand for any character. */
function fits(name: string, wanted: string): boolean {
	return globPattern(name.replace(/\[[^\]]*\]/g, "?")).test(wanted);
}

export function placesOf(text: string, { folders: from, home }: Around): readonly string[] {
	const plain = text.replace(/^~(?=\/|$)/, () => home ?? "~");
	if (path.isAbsolute(plain)) return [path.normalize(plain)];
	if (drive.test(plain)) return [plain.replaceAll("\\", "/")];
	return from.map((folder) => path.join(folder, plain));
}

/** Of Windows. */
const drive = /^[a-z]:[/\\]/i;

/** What writing there comes to. */
export type Target = "nothing" | "inside" | "temporary" | "git" | "device" | "outside" | "unknown" | "connection";

const order: readonly Target[] = [
	"nothing",
	"inside",
	"temporary",
	"unknown",
	"outside",
	"git",
	"device",
	"connection",
];

/** The worst that it may be. */
export function targetOf({ text, isOpen, isGlob, maySplit }: Word, around: Around): Target {
	if (/^\/dev\/(null|stdout|stderr|tty|full|zero|fd\/\d+)$/.test(text)) return "nothing";
	if (/^\/dev\/(tcp|udp)\//.test(text)) return "connection";
	// Names that a listing brings lie below the folder that is named before them.
	const named = text.replaceAll("\uFFFB", "listed");
	if (isOpen && !(named === text) && !named.includes("\uFFFC") && !named.includes(".."))
		return targetOf({ text: named, isOpen: false, isGlob, maySplit: false }, around);
	if (isOpen && (maySplit || /^\uFFFC|\.\.|\/\uFFFC*$/.test(text))) return "unknown";
	const places = placesOf(text, around);
	if (places.length === 0) return "unknown";
	const found = places.map((place) => ofPlace(place, around));
	const worst = found.reduce((one, other) => (order.indexOf(other) > order.indexOf(one) ? other : one));
	return isGlob && worst === "inside" && /(^|\/)\.[*?[]/.test(text) ? "git" : worst;
}

function ofPlace(place: string, { workspace, home }: Around): Target {
	const names = place.split(/[/\\]/);
	if (isGitSecret(names) || names.includes(".git")) return "git";
	if (/^\/(dev|proc|sys|boot)(\/|$)/.test(place)) return /^\/dev\/shm\//.test(place) ? "temporary" : "device";
	if (drive.test(place) && !path.isAbsolute(place)) return "outside";
	if (isBelow(workspace, place)) return "inside";
	// A person's home is theirs, wherever it lies.
	if (home !== undefined && home !== "/" && isBelow(home, place)) return "outside";
	return /^\/(private\/)?(tmp|var\/tmp|var\/folders)\/./.test(place) ? "temporary" : "outside";
}

function isBelow(folder: string, place: string): boolean {
	const relative = path.relative(folder, place);
	return !relative.startsWith("..") && !path.isAbsolute(relative);
}
