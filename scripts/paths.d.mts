export declare const root: string;
export declare const scratch: string;
export declare const sample: string;
export declare const vsix: string;
export declare const downloads: string;
export declare function onPath(...names: readonly string[]): string | undefined;
