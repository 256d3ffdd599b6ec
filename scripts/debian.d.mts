export declare function findProgram(name: "chromium" | "git" | "ripgrep"): string | undefined;
export declare function ensurePrograms(wanted?: readonly string[]): Promise<void>;
