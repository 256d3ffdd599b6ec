export declare const agentNames: readonly string[];
export declare function fetchAgent(name: string): Promise<string>;
