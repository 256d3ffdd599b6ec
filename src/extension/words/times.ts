import { t } from "./words.ts";

/** `14:30`, in the person's own time zone. */
export function clockTime(at: string): string {
	const date = new Date(at);
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** When something ended, as short as it stays clear: `14:30`, `yesterday`, `2026-11-03`. */
export function dayOrTime(at: string, now: number): string {
	const then = new Date(at);
	const today = new Date(now);
	const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
	if (isSameDay(then, today)) return clockTime(at);
	if (isSameDay(then, yesterday)) return t("yesterday");
	return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

function isSameDay(a: Date, b: Date): boolean {
	return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

function two(value: number): string {
	return String(value).padStart(2, "0");
}
