/**
 * Fetches by the same way as models are asked, with a proxy of the environment and no redirect to another host, whose bodies end with an error once an answer is longer than `maxBytes`: the whole body, or of a stream of
 * events the one that is being written.
 */
export function boundedFetch(maxBytes: number, onSign: () => void): typeof fetch {
	return async (input, init) => {
		const { modelFetch } = await import("../endpoint/modelFetch.ts");
		// Whoever asks would follow none, and not say where it leads.
		const response = await modelFetch(input, { ...init, redirect: undefined });
		onSign();
		if (!response.body) return response;
		const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
		let bytes = 0;
		let last = 0;
		const bound = new TransformStream<Uint8Array, Uint8Array>({
			transform(chunk, controller) {
				onSign();
				for (const byte of isStream ? chunk : []) {
					// An empty line ends an event.
					bytes = byte === newline && last === newline ? 0 : bytes + 1;
					if (byte !== carriageReturn) last = byte;
				}
				if (!isStream) bytes += chunk.byteLength;
				if (bytes > maxBytes) controller.error(new Error(tooLong(maxBytes)));
				else controller.enqueue(chunk);
			},
		});
		const { status, statusText, headers } = response;
		const bounded = new Response(response.body.pipeThrough(bound), { status, statusText, headers });
		Object.defineProperty(bounded, "url", { value: response.url });
		return bounded;
	};
}

export function tooLong(maxBytes: number): string {
	return `The answer has more than the ${maxBytes} bytes that are read.`;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
