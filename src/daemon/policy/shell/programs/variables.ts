import { known, type Word } from "../tree/script.ts";

/** Why a command that shows them is dangerous. */
export const environment = "shows variables of the environment, which may hold secrets";

/** Why setting a variable may let another program run, or make a known one do something else. */
export function variableRisk(name: string, value: Word): string | undefined {
	if (!running.test(name) || harmless.test(name)) return undefined;
	const text = known(value);
	if (text !== undefined && /(PAGER|EDITOR)$/.test(name) && /^(|cat|less|true|:|vi|vim|nano)$/.test(text))
		return undefined;
	if (text !== undefined && /^(GIT_TRACE\w*|GIT_CURL_VERBOSE)$/.test(name) && /^([0-2]|true|false)?$/.test(text))
		return undefined;
	if (name === "NODE_OPTIONS" && text !== undefined && nodeOptions.test(text)) return undefined;
	if (name === "PYTHONPATH" && text !== undefined && /^[\w./-]+$/.test(text) && !/^\/|\.\./.test(text))
		return undefined;
	return `sets ${name}, which says what runs`;
}

const running =
	/^(PATH|IFS|ENV|BASH_ENV|BASH_FUNC.*|SHELLOPTS|BASHOPTS|PS[0-4]|PROMPT_COMMAND|CDPATH|FPATH|ZDOTDIR|HOME|SHELL|TERMINFO|LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|.*PAGER|.*EDITOR|VISUAL|BROWSER|LESS|LESSOPEN|LESSCLOSE|LESSKEY.*|LESSEDIT|MANOPT|MANPATH|NODE_OPTIONS|NODE_PATH|NODE_REPL.*|PYTHON(PATH|STARTUP|HOME|WARNINGS|BREAKPOINT|INSPECT|USERBASE|EXECUTABLE|PLATLIBDIR)|PYTEST_(ADDOPTS|PLUGINS)|PERL5?(LIB|OPT|DB|5DB|5LIB|5OPT)|RUBY(LIB|OPT)|GEM_.*|BUNDLE_.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|MAVEN_.*|GRADLE_.*|CLASSPATH|LUA_.*|PHPRC|PHP_INI_SCAN_DIR|R_PROFILE.*|JULIA_.*|GOFLAGS|GOPROXY|GONOSUMDB|GOENV|CC|CXX|LD|AR|CPP|MAKEFLAGS|MAKEFILES|MAKE|RUSTC.*|RUSTFLAGS|CARGO_.*|GIT_.*|SSH_ASKPASS.*|SSH_AUTH_SOCK|SUDO_ASKPASS|RSYNC_.*|CVS_RSH|SVN_SSH|HGPLUGIN.*|XDG_(CONFIG|DATA|CACHE|RUNTIME).*|CURL_HOME|WGETRC|NETRC|INPUTRC|EXINIT|VIMINIT|RIPGREP_CONFIG_PATH|GREP_OPTIONS|TAR_OPTIONS|GZIP|ZIPOPT|UNZIP|ZSTD_.*|DOCKER_.*|KUBECONFIG|KUBE_.*|AWS_(CONFIG|SHARED).*|OPENSSL_(CONF|MODULES|ENGINES)|SSLKEYLOGFILE|.*_PROXY|npm_config_.*|NPM_CONFIG_.*|YARN_.*|PNPM_.*|PIP_.*|UV_.*|POETRY_.*|COMSPEC|PATHEXT|PSMODULEPATH|GLOBIGNORE|HISTFILE|AWKPATH|BAT_CONFIG.*|MAN[A-Z]*OPT|GROFF_.*|FZF_.*|COREPACK_.*|NODE_(EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|DOTNET_(STARTUP_HOOKS|ADDITIONAL_DEPS|ROOT.*)|CORECLR_.*|ASPNETCORE_.*|AWKLIBPATH|POSIXLY_CORRECT|TMPDIR)$/i;
const harmless =
	/^(GIT_(AUTHOR|COMMITTER)_.*|GIT_(OPTIONAL_LOCKS|TERMINAL_PROMPT|PAGER_IN_USE|MERGE_AUTOEDIT|LFS_SKIP_SMUDGE|ADVICE)|CARGO_(TERM_.*|INCREMENTAL|NET_OFFLINE|PROFILE_.*)|UV_(NO_.*|OFFLINE|FROZEN)|PIP_(DISABLE_PIP_VERSION_CHECK|NO_INPUT|QUIET)|DOCKER_BUILDKIT|MALLOC_ARENA_MAX|NO_PROXY|YARN_ENABLE_.*)$/i;
const nodeOptions =
	/^(\s*--(max-old-space-size=\d+|no-warnings|trace-\w+|enable-source-maps|experimental-(vm-modules|strip-types)|unhandled-rejections=\w+|no-deprecation|stack-size=\d+))+\s*$/;

/** Whether a variable that is asked for may hold a secret. */
export function isSecretVariable(name: string): boolean {
	return (
		secretName.test(name) &&
		!/^(GIT_AUTHOR|GIT_COMMITTER|SSH_AUTH_SOCK|XDG_SESSION|DESKTOP_SESSION|SESSION_MANAGER|PWD|OLDPWD|KEY$|key$|PASS$|pass$)/.test(
			name,
		)
	);
}

export const secretName =
	/token|secret|passw|api_?key|access_?key|private|credential|(^|_)(auth|pass|pwd|key|dsn)(_|$)|connection_?string|database_url|session/i;
