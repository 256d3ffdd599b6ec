import { runWebview } from "../shared/webview.tsx";
import { PreflightPage } from "./preflightPage.tsx";
import "./preflight.css";

/** What a goal is launched with, on one page: each value with where it comes from, and what is found meanwhile. */
runWebview(PreflightPage);
