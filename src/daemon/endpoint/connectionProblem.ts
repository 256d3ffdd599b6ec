import { eitherWay, ways } from "../../core/ways.ts";

/** Why a connection failed, and what helps where it is not that the server be started or its address corrected. */
export interface ConnectionProblem {
	/** In words, as they stand in brackets. */
	readonly why: string;
	/** A sentence; `address` is where the server's address is written: “its baseUrl in config.jsonc”. */
	readonly remedy?: (address: string) => string;
	/** It does not pass by itself. */
	readonly lasts?: true;
}

/** Undefined when it was not the connection that failed. */
export function connectionProblem(cause: unknown): ConnectionProblem | undefined {
	for (let at = cause, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
		const problem = problemOf(String((at as NodeJS.ErrnoException).code), at) ?? problemOf(at.name, at);
		if (problem) return problem;
		if (at instanceof AggregateError && at.errors[0]) return connectionProblem(at.errors[0]);
		if (at.message === "bad port") return { why: "no server may be at that port", lasts: true };
		if (at.message === "fetch failed" && !at.cause) return failedConnection;
	}
	return undefined;
}

export const failedConnection: ConnectionProblem = { why: "the connection failed" };
export const tookTooLong: ConnectionProblem = { why: "it took too long" };

const reset: ConnectionProblem = { why: "connection reset" };
const noTls: ConnectionProblem = {
	why: "it does not speak TLS there",
	remedy: (address) => `Correct ${address}: it may have to begin with http://.`,
	lasts: true,
};
const untrusted: ConnectionProblem = {
	why: "its certificate is not trusted",
	remedy: (address) =>
		`If you trust it, name the certificate that signed it (PEM) in the environment variable NODE_EXTRA_CA_CERTS of the terminal or of VS Code, end the daemon by ${eitherWay(ways.stopDaemon)}, and go on from there; otherwise correct ${address}.`,
	lasts: true,
};
const outOfDate = (why: string): ConnectionProblem => ({
	why,
	remedy: (address) =>
		`Have it renewed where that server runs, look whether the clock of this machine is right, or correct ${address}.`,
	lasts: true,
});

const rows: Readonly<Record<string, ConnectionProblem>> = {
	ECONNREFUSED: { why: "connection refused" },
	ECONNRESET: reset,
	EPIPE: reset,
	ENOTFOUND: { why: "its name is unknown" },
	EAI_AGAIN: { why: "its name cannot be looked up" },
	ETIMEDOUT: tookTooLong,
	EHOSTUNREACH: { why: "no route to it" },
	ENETUNREACH: { why: "no network" },
	UND_ERR_CONNECT_TIMEOUT: tookTooLong,
	UND_ERR_HEADERS_TIMEOUT: tookTooLong,
	UND_ERR_BODY_TIMEOUT: tookTooLong,
	UND_ERR_SOCKET: { why: "connection closed" },
	TimeoutError: tookTooLong,
	EPROTO: noTls,
	CERT_HAS_EXPIRED: outOfDate("its certificate has expired"),
	CERT_NOT_YET_VALID: outOfDate("its certificate is not valid yet"),
	DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
	SELF_SIGNED_CERT_IN_CHAIN: untrusted,
	UNABLE_TO_GET_ISSUER_CERT: untrusted,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
	CERT_SIGNATURE_FAILURE: untrusted,
	CERT_UNTRUSTED: untrusted,
	INVALID_CA: untrusted,
	ERR_SSL_WRONG_VERSION_NUMBER: noTls,
	ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
	ERR_SSL_HTTP_REQUEST: noTls,
};

function problemOf(code: string, cause: Error): ConnectionProblem | undefined {
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return forAnother(cause);
	return rows[code] ?? (code.startsWith("ERR_SSL_") ? noAgreement(code) : undefined);
}

/** The names are the server's own words. */
function forAnother({ cert }: Error & { readonly cert?: { readonly subjectaltname?: string } }): ConnectionProblem {
	const names = [...(cert?.subjectaltname ?? "").matchAll(/(?:DNS|IP Address):([\w.*:-]{1,100})/g)].map(
		([, name]) => name,
	);
	const shown = names.length > 3 ? [...names.slice(0, 3), "…"] : names;
	return {
		why: `its certificate is for another name${shown.length > 0 ? `: ${shown.join(", ")}` : ""}`,
		remedy: (address) => `Correct ${address}: it must have a name that the certificate has.`,
		lasts: true,
	};
}

function noAgreement(code: string): ConnectionProblem {
	const said = code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ");
	return {
		why: `TLS fails: ${said}`,
		remedy: (address) => `Look at the TLS settings of that server, or correct ${address}.`,
		lasts: true,
	};
}
