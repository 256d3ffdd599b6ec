/**
 * What the store needs of a file system, as `node:fs` has it. A parameter, so that a test can cut the power, fill the
 * disk or break it at any single call.
 */
export interface FileIo {
	openSync(path: string, flags: number, mode?: number): number;
	closeSync(fd: number): void;
	readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
	writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
	fsyncSync(fd: number): void;
	ftruncateSync(fd: number, length: number): void;
	fstatSync(fd: number, options: { bigint: true }): FileStat;
	statSync(path: string, options: { bigint: true }): FileStat;
	unlinkSync(path: string): void;
}

export interface FileStat {
	readonly dev: bigint;
	readonly ino: bigint;
	readonly mode: bigint;
	readonly nlink: bigint;
	readonly size: bigint;
}
