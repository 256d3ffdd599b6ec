/**
 * The environment of a command. Commands come from models, so they get what programs need to work and nothing that
 * opens a door: an allow-list, because no list of forbidden names is ever complete. Provider keys, tokens, `MISSION_*`,
 * `NODE_OPTIONS`, Electron's and the editor's own variables, agents' sockets (`SSH_AUTH_SOCK`, D-Bus) are not on it.
 *
 * Proxies and certificates are: without them nothing can be fetched behind a company's proxy, and whoever put a
 * password into a proxy's address has already given it to every program. Names that say where a toolchain lives are
 * too, or a build that works in the person's terminal would fail here.
 */
export function commandEnvironment(base: NodeJS.ProcessEnv): Record<string, string> {
	const env: Record<string, string> = {};
	for (const [name, value] of Object.entries(base)) {
		if (value !== undefined && isAllowed(name)) env[name] = value;
	}
	if (!Object.keys(env).some((name) => name.toUpperCase() === "PATH")) env.PATH = "/usr/local/bin:/usr/bin:/bin";
	return { TERM: "dumb", ...env, ...nobodyIsThere };
}

/** A prompt gets no answer, and a pager no keys. */
const nobodyIsThere = { GIT_TERMINAL_PROMPT: "0", PAGER: "cat", GIT_PAGER: "cat", MANPAGER: "cat" };

const person = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TZ", "TMPDIR"];

const network = [
	"HTTP_PROXY",
	"HTTPS_PROXY",
	"ALL_PROXY",
	"NO_PROXY",
	"NODE_EXTRA_CA_CERTS",
	"SSL_CERT_FILE",
	"SSL_CERT_DIR",
	"REQUESTS_CA_BUNDLE",
	"CURL_CA_BUNDLE",
	"GIT_SSL_CAINFO",
];

const places = [
	"XDG_CACHE_HOME",
	"XDG_CONFIG_HOME",
	"XDG_DATA_HOME",
	"XDG_STATE_HOME",
	"JAVA_HOME",
	"ANDROID_HOME",
	"ANDROID_SDK_ROOT",
	"GOPATH",
	"GOROOT",
	"CARGO_HOME",
	"RUSTUP_HOME",
	"NVM_DIR",
	"VOLTA_HOME",
	"PNPM_HOME",
	"PYENV_ROOT",
	"VIRTUAL_ENV",
	"CONDA_PREFIX",
	"DOTNET_ROOT",
	"GEM_HOME",
	"GEM_PATH",
	"MAVEN_HOME",
	"GRADLE_USER_HOME",
	"LD_LIBRARY_PATH",
	"PKG_CONFIG_PATH",
];

const windows = [
	"ALLUSERSPROFILE",
	"APPDATA",
	"COMMONPROGRAMFILES",
	"COMMONPROGRAMFILES(X86)",
	"COMSPEC",
	"HOMEDRIVE",
	"HOMEPATH",
	"LOCALAPPDATA",
	"NUMBER_OF_PROCESSORS",
	"OS",
	"PATHEXT",
	"PROCESSOR_ARCHITECTURE",
	"PROGRAMDATA",
	"PROGRAMFILES",
	"PROGRAMFILES(X86)",
	"SYSTEMDRIVE",
	"SYSTEMROOT",
	"TEMP",
	"TMP",
	"USERDOMAIN",
	"USERNAME",
	"USERPROFILE",
	"WINDIR",
];

const allowed = new Set([...person, ...network, ...places, ...windows]);

/** Letter case does not count: Windows writes `Path`, and proxies are commonly written small. */
function isAllowed(name: string): boolean {
	const upper = name.toUpperCase();
	return allowed.has(upper) || /^LC_[A-Z]+$/.test(upper);
}
