/** Begins to count the processor time of this process, in milliseconds: what else runs on the machine makes it no longer. */
export function processorTime(): () => number {
	const before = process.cpuUsage();
	return () => {
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1000;
	};
}
