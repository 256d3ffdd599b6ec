export declare function fetchMcpServers(): Promise<string>;
