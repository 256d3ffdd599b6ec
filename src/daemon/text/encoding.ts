/** In the names that the platform's TextDecoder takes, and the code pages of DOS that it lacks. */
export type Encoding = string;

export const utf8: Encoding = "utf-8";
