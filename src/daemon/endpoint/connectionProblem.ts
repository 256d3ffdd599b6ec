/** Why a connection failed, and what helps where it is not that the server be started or its address corrected. */
export interface ConnectionProblem {
	/** In words, as they stand in brackets. */
	readonly why: string;
	readonly remedy?: string;
	/** It does not pass by itself. */
	readonly lasts?: true;
}

/** Undefined when it was not the connection that failed. */
export function connectionProblem(cause: unknown): ConnectionProblem | undefined {
	for (let at = cause, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
		const problem = problemOf(String((at as NodeJS.ErrnoException).code)) ?? problemOf(at.name);
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
	remedy: "Correct its baseUrl in config.jsonc: it may have to begin with http://.",
	lasts: true,
};
const untrusted = (why: string): ConnectionProblem => ({
	why,
	remedy:
		"Correct its baseUrl in config.jsonc, or name the certificate that it is to be trusted by in NODE_EXTRA_CA_CERTS and start the daemon again.",
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
	CERT_HAS_EXPIRED: untrusted("its certificate has expired"),
	CERT_NOT_YET_VALID: untrusted("its certificate is not valid yet"),
	DEPTH_ZERO_SELF_SIGNED_CERT: untrusted("its certificate is not trusted"),
	SELF_SIGNED_CERT_IN_CHAIN: untrusted("its certificate is not trusted"),
	UNABLE_TO_GET_ISSUER_CERT: untrusted("its certificate is not trusted"),
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted("its certificate is not trusted"),
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted("its certificate is not trusted"),
	ERR_TLS_CERT_ALTNAME_INVALID: untrusted("its certificate is for another name"),
};

function problemOf(code: string): ConnectionProblem | undefined {
	return rows[code] ?? (code.startsWith("ERR_SSL_") ? noTls : undefined);
}
