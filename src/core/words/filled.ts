/** A text with values in the places `{0}`, `{1}`…, as translations have them: they may stand in another order. */
export function filled(text: string, values: readonly (string | number)[]): string {
	return text.replace(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}
