import * as vscode from "vscode";
import type { GoalId, ThreadId } from "../core/ids.ts";
import type { Webviews } from "./webviewHosts/webviews.ts";

/**
 * Links into the editor, to be put into a message to a colleague or a ticket: `<scheme>://<extension>/goal/ID` and
 * `…/goal/ID/thread/ID`. A link only shows something: no link changes anything.
 */
export function registerLinks(webviews: Webviews): vscode.Disposable {
	return vscode.window.registerUriHandler({
		handleUri({ path }) {
			const match = /^\/goal\/([\w.:-]{1,128})(?:\/thread\/([\w.:-]{1,128}))?$/.exec(path);
			if (!match) return;
			const goalId = match[1] as GoalId;
			if (match[2]) webviews.openThread(goalId, match[2] as ThreadId);
			else webviews.openOverview(goalId);
		},
	});
}
