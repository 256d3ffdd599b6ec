/** Secrets that are known by how they look: one row a shape. Patterns are global, and linear in the length of a text. */
export interface TokenShape {
	readonly pattern: RegExp;
	/** What stands in its place; `$1` is what stays before it. */
	readonly mark: string;
}

const words: readonly (readonly [pattern: RegExp, what: string])[] = [
	[/\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}/g, "API key"],
	[/\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/g, "Stripe key"],
	[/\bgh[pousr]_[A-Za-z0-9]{30,}/g, "GitHub token"],
	[/\bgithub_pat_[A-Za-z0-9_]{30,}/g, "GitHub token"],
	[/\bglpat-[A-Za-z0-9_-]{16,}/g, "GitLab token"],
	[/\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g, "Slack token"],
	[/\bAIza[A-Za-z0-9_-]{30,}/g, "Google key"],
	[/\bya29\.[A-Za-z0-9_-]{20,}/g, "Google token"],
	[/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "AWS key id"],
	[/\bhf_[A-Za-z0-9]{30,}/g, "Hugging Face token"],
	[/\bnpm_[A-Za-z0-9]{30,}/g, "npm token"],
	[/\bpypi-[A-Za-z0-9_-]{50,}/g, "PyPI token"],
	[/\bdop_v1_[0-9a-f]{40,}/g, "DigitalOcean token"],
	[/\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g, "SendGrid key"],
	[/\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, "JSON web token"],
	[/\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/g, "age key"],
];

export const tokenShapes: readonly TokenShape[] = [
	// To the end of the text where the output was shortened before the key's own end.
	{
		pattern:
			/-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END )[\s\S])*(?:-----END [A-Z0-9 ]+-----)?/g,
		mark: "[redacted private key]",
	},
	...words.map(([pattern, what]) => ({ pattern, mark: `[redacted ${what}]` })),
	// scheme://user:password@host
	{
		pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,64}:)[^\s/@"'<>]{3,}(?=@)/gi,
		mark: "$1[redacted password]",
	},
	{ pattern: /(\bBearer\s+)(?=[^\s"']*\d)[A-Za-z0-9._~+/-]{12,}=*/gi, mark: "$1[redacted token]" },
	{ pattern: /(\bAuthorization:\s*\w+\s+)[^\s"'[\]]{6,}/gi, mark: "$1[redacted credentials]" },
	// name = value, name: "value": a value that has a digit and a letter, and is no reference to somewhere else
	{
		pattern:
			/((?:api[_-]?key|(?:access|secret|private|account)[_-]?key|secret|token|passw(?:or)?d|passphrase|pwd)["']?\s{0,3}(?:=|:|=>)\s{0,3}["']?)(?=[^\s"']{0,200}\d)(?=[^\s"']{0,200}[A-Za-z])(?![[$<{/.~])[^\s"',;(){}<>]{8,}/gi,
		mark: "$1[redacted secret]",
	},
];
