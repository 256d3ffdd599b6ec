/* A process whose clock is 25 hours ahead: what waits for a day need not be waited for. */
const ahead = 25 * 3_600_000;
const now = Date.now;
Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
	construct: (target, args) => (args.length > 0 ? new target(...args) : new target(now() + ahead)),
});
