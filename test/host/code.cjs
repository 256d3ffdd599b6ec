#!/usr/bin/env node
// Stands in for the `code` program where there is none: what it does is in codeShim.ts, which needs tsx to run.
require("tsx/cjs");
require("./codeShim.ts");
