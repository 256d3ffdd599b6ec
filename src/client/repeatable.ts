import type { MethodName } from "../protocol/methods.ts";

/**
 * Requests that do no harm when they are carried out twice, so that a client repeats them by itself after the
 * connection broke. All others are answered with "it may or may not have been done".
 */
const repeatable: { readonly [M in MethodName]?: true | ((params: never) => boolean) } = {
	"daemon/hello": true,
	"daemon/status": true,
	"goal/launch": (params: { requestId?: string }) => params.requestId !== undefined,
	"goal/list": true,
	"goal/get": true,
	"goal/watch": true,
	"goal/unwatch": true,
	"goal/events": true,
	"goal/search": true,
	"approval/list": true,
	"change/list": true,
	"change/content": true,
	"change/diff": true,
	"dossier/get": true,
	"grant/list": true,
	"provider/list": true,
	"provider/key": true,
	"baseline/read": true,
};

export function mayRepeat(method: MethodName, params: unknown): boolean {
	const row = repeatable[method];
	return typeof row === "function" ? row(params as never) : row === true;
}
