/**
 * Puts the pieces of calls together. The protocol gives each call an index; servers leave it out, give all calls the
 * same one, repeat the name in each piece, or make a new id for each. So a piece begins a call when its index or id is
 * new, or when it names a function while the call before is whole.
 */
export interface CallPiece {
	readonly index: number | undefined;
	readonly id: string | undefined;
	readonly name: string | undefined;
	readonly args: string;
	/** The arguments came as an object: nothing can follow. */
	readonly isWhole: boolean;
	/** What some providers want to see again. */
	readonly extra?: unknown;
}

export interface WholeCall {
	readonly index: number;
	readonly id: string;
	readonly type: "function";
	readonly function: { readonly name: string; readonly arguments: string };
	readonly extra_content?: unknown;
}

export interface CallAssembly {
	add(piece: CallPiece): void;
	/** All calls, in the order in which they began. */
	whole(): readonly WholeCall[];
}

interface Call {
	readonly index: number | undefined;
	readonly id: string | undefined;
	name: string;
	args: string;
	isWhole: boolean;
	extra: unknown;
}

export function createCallAssembly(): CallAssembly {
	const calls: Call[] = [];
	return {
		add(piece) {
			const call = candidateOf(calls, piece);
			if (!call || beginsAnother(call, piece)) {
				calls.push({ ...piece, name: piece.name ?? "", extra: piece.extra });
				return;
			}
			call.name ||= piece.name ?? "";
			// Whole, and sent once more.
			if (!(piece.args === call.args && isComplete(call))) call.args += piece.args;
			call.isWhole ||= piece.isWhole;
			call.extra ??= piece.extra;
		},
		whole: () =>
			calls.map(({ name, args, extra }, index) => ({
				index,
				id: `call-${index}`,
				type: "function",
				function: { name, arguments: args },
				...(extra !== undefined && { extra_content: extra }),
			})),
	};
}

/** The call that the piece may go on with: that of its index, that of its id, or the newest. */
function candidateOf(calls: readonly Call[], { index, id, name }: CallPiece): Call | undefined {
	const ofId = id === undefined ? undefined : calls.findLast((call) => call.id === id);
	if (index !== undefined && calls.some((call) => call.index !== undefined)) {
		const ofIndex = calls.findLast((call) => call.index === index);
		// What names no function and has a new index goes on with the call of its id.
		return ofIndex ?? (name === undefined ? ofId : undefined);
	}
	return ofId ?? calls.at(-1);
}

function beginsAnother(call: Call, { index, id, name, args, isWhole }: CallPiece): boolean {
	if (name === undefined) return false;
	if (name !== call.name && call.name !== "") return true;
	const isOtherId = id !== undefined && call.id !== undefined && id !== call.id;
	const isBeginning = isWhole || args === "" || /^\s*\{/.test(args);
	if (!isComplete(call)) {
		// Without an index an id is all that tells calls apart; some servers make a new one for each piece.
		return isOtherId && (index === undefined || call.index === undefined) && isBeginning;
	}
	// The same piece once more is no other call, unless its id says so.
	return isOtherId || (isBeginning && args !== "" && args !== call.args);
}

function isComplete({ args, isWhole }: Call): boolean {
	if (isWhole) return true;
	if (!args.trimEnd().endsWith("}")) return false;
	try {
		JSON.parse(args);
		return true;
	} catch {
		return false;
	}
}
