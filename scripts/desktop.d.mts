export declare function hasDisplay(): boolean;
export declare function desktopCommand(): string | undefined;
export declare function desktopProgram(): string | undefined;
