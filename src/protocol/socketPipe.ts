import {
	AbstractMessageReader,
	AbstractMessageWriter,
	type DataCallback,
	type Disposable,
	Message,
	type MessageReader,
	type MessageWriter,
} from "vscode-jsonrpc";
import { maxMessageBytes } from "./methods.ts";
import type { Pipe } from "./peer.ts";

/**
 * What carries the wire's messages: a WebSocket between a client and the daemon (one JSON-RPC message a text frame), or
 * any port that passes whole messages, such as a webview's postMessage. Typed by what is used of them, so that nothing
 * here depends on Node, a browser or a WebSocket package.
 */
export interface MessagePort {
	post(message: Message): void;
	onMessage(listener: (message: Message) => void): void;
	onClose(listener: () => void): void;
}

/** What is used of a WebSocket; that of the package `ws` is one as it is. */
export interface SocketLike {
	send(text: string): void;
	on(event: "message", listener: (data: unknown, isBinary: boolean) => void): unknown;
	on(event: "close", listener: () => void): unknown;
	on(event: "error", listener: (cause: Error) => void): unknown;
	close(code?: number, reason?: string): void;
}

const tooLarge = -32_000;
const tooLargeText = `This is too large for one message: at most ${maxMessageBytes} bytes can be sent at once.`;

/** The WebSocket status of a frame that is not a JSON-RPC message. */
const badFrame = 1007;

/** Both ends of a socket use this. What is not a JSON-RPC message closes the socket: the far side is not one of ours. */
export function socketPipe(socket: SocketLike): Pipe {
	return portPipe({
		post(message) {
			const text = JSON.stringify(message);
			if (text.length <= maxMessageBytes / 3 || utf8Bytes(text) <= maxMessageBytes) return socket.send(text);
			const error = { code: tooLarge, message: tooLargeText, data: { code: "tooLarge" } };
			// Who asked must not wait for ever for an answer that cannot be sent.
			if (Message.isResponse(message)) return socket.send(JSON.stringify({ jsonrpc: "2.0", id: message.id, error }));
			throw new Error(tooLargeText);
		},
		onMessage(listener) {
			socket.on("message", (data, isBinary) => {
				const message = isBinary ? undefined : parseMessage(String(data));
				if (message) listener(message);
				else socket.close(badFrame, "not a JSON-RPC message");
			});
		},
		onClose(listener) {
			socket.on("close", listener);
			// An error is followed by close, which is all that matters here; unheard, it would end the process.
			socket.on("error", () => undefined);
		},
	});
}

export function portPipe(port: MessagePort): Pipe {
	return { reader: new PortReader(port), writer: new PortWriter(port) };
}

class PortReader extends AbstractMessageReader implements MessageReader {
	private deliver: DataCallback | undefined;
	/** What arrived before there was a listener. */
	private early: Message[] = [];

	constructor(port: MessagePort) {
		super();
		port.onMessage((message) => (this.deliver ? this.deliver(message) : this.early.push(message)));
		port.onClose(() => this.fireClose());
	}

	listen(deliver: DataCallback): Disposable {
		this.deliver = deliver;
		const early = this.early;
		this.early = [];
		for (const message of early) deliver(message);
		return { dispose: () => this.dispose() };
	}

	override dispose(): void {
		this.deliver = () => undefined;
		super.dispose();
	}
}

class PortWriter extends AbstractMessageWriter implements MessageWriter {
	constructor(private readonly port: MessagePort) {
		super();
		port.onClose(() => this.fireClose());
	}

	async write(message: Message): Promise<void> {
		this.port.post(message);
	}

	end(): void {}
}

function parseMessage(text: string): Message | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && "jsonrpc" in value ? (value as Message) : undefined;
	} catch {
		return undefined;
	}
}

function utf8Bytes(text: string): number {
	let bytes = 0;
	for (const character of text) {
		const point = character.codePointAt(0) ?? 0;
		bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	}
	return bytes;
}
