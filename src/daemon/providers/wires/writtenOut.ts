import { isRecord } from "../../endpoint/isRecord.ts";
import type { JsonSchema } from "./wire.ts";

/**
 * A schema for a wire that knows no references, and only one way to combine schemas: what is referred to is written
 * out, what must all hold is one schema, what may hold is `anyOf`. Servers of others write these schemas, so that
 * what comes out has bounds: where a schema comes back to itself, and below the depth that has room, stands a plain
 * object. That allows more than the schema does, and is the server's to refuse.
 */
export function writtenOut(schema: JsonSchema): JsonSchema {
	const known = written.get(schema);
	if (known) return known;
	const made = asDeepAsFits(schema);
	written.set(schema, made);
	return made;
}

const written = new WeakMap<JsonSchema, JsonSchema>();

const deepest = 12;
/** Twice what a server may send. */
const maxChars = 64_000;

interface Writing {
	readonly root: JsonSchema;
	readonly depth: number;
	room: number;
}

/** What is being written out just now, from the outermost. */
type Within = readonly unknown[];

/** Each part ends at the same depth, so that no part takes the room of the others. */
function asDeepAsFits(root: JsonSchema): JsonSchema {
	for (let depth = deepest; depth > 0; depth--) {
		const writing = { root, depth, room: maxChars };
		const made = write(writing, root, 0, [root]);
		if (writing.room >= 0) return made;
	}
	return { type: "object" };
}

function write(writing: Writing, schema: unknown, level: number, within: Within): JsonSchema {
	if (!isRecord(schema) || writing.room < 0) return {};
	const { one, seen, comesBack } = resolved(writing.root, schema, within);
	const plain = { ...pick(one, ["type", "description", "minLength"]), ...valuesOf(one), ...formatOf(one) };
	writing.room -= JSON.stringify(plain).length + 16;
	if (comesBack || level >= writing.depth) return cut(plain, one);

	const below = (inner: unknown) => write(writing, inner, level + 1, seen);
	const { properties, items, prefixItems, anyOf, oneOf, required } = one;
	const places = [items, prefixItems].find(Array.isArray);
	const named = isRecord(properties) ? Object.entries(properties) : [];
	const choices = [anyOf, oneOf].find(Array.isArray);
	for (const [name] of named) writing.room -= name.length;
	// The wire refuses names that it does not know.
	const known = listOf(required).filter((name) => named.some(([each]) => each === name));
	const ofObject = named.length > 0 && {
		properties: Object.fromEntries(named.map(([name, inner]) => [name, below(inner)])),
		...(known.length > 0 && { required: known }),
	};
	const ofArray = places
		? { items: oneOfThem(places.map(below)) }
		: (isRecord(items) || kindsOf(plain).includes("array")) && { items: below(items) };
	if (choices) return { ...plain, ...ofObject, ...ofArray, anyOf: choices.map(below) };
	return kindsOf(plain).length > 1 && !("enum" in plain)
		? kindByKind(plain, ofObject, ofArray)
		: { ...plain, ...ofObject, ...ofArray };
}

/** Of what may be of several kinds, each has its own parts only. */
function kindByKind(plain: JsonSchema, ofObject: object | false, ofArray: object | false): JsonSchema {
	const { type, ...told } = plain;
	const parts: Readonly<Record<string, object | false>> = { object: ofObject, array: ofArray };
	return { ...told, anyOf: listOf(type).map((kind) => ({ type: kind, ...parts[String(kind)] })) };
}

/** The schema with what it refers to, and with all that must hold, in one. */
function resolved(root: JsonSchema, schema: JsonSchema, within: Within) {
	let one = schema;
	const here: unknown[] = [];
	let comesBack = false;
	for (let steps = 0; steps < maxSteps; steps++) {
		const { $ref, $recursiveRef, $dynamicRef, ...rest } = one;
		const reference = $ref ?? $recursiveRef ?? $dynamicRef;
		if (typeof reference === "string") {
			const target = pointedAt(root, reference);
			const isOpen = isRecord(target) && !within.includes(target);
			if (!isOpen) comesBack = true;
			// A second time beside itself it says nothing more.
			one =
				isOpen && !here.includes(target) ? both(target, rest) : { ...pick(target, ["type", "description"]), ...rest };
			here.push(target);
			continue;
		}
		const { allOf, ...apart } = one;
		const [first, ...others] = listOf(allOf);
		if (first === undefined) return { one, seen: [...within, ...here], comesBack };
		one = both({ ...apart, ...(others.length > 0 && { allOf: others }) }, isRecord(first) ? first : {});
	}
	return { one: pick(one, ["type", "description"]), seen: within, comesBack: true };
}

/** More than anybody writes by hand; a reference to a reference, doubled, would go on for ever. */
const maxSteps = 200;

/** What both allow, as far as one schema can say so; of two words for one thing the second counts. */
function both(a: JsonSchema, b: JsonSchema): JsonSchema {
	const lists = ["required", "allOf"].filter((key) => Array.isArray(a[key]) && Array.isArray(b[key]));
	return {
		...a,
		...b,
		...(isRecord(a.properties) && isRecord(b.properties) && { properties: { ...a.properties, ...b.properties } }),
		...Object.fromEntries(lists.map((key) => [key, [...listOf(a[key]), ...listOf(b[key])]])),
	};
}

/** Undefined where it leads to nothing, or to another document. */
function pointedAt(root: JsonSchema, reference: string): unknown {
	if (reference === "#") return root;
	if (!reference.startsWith("#/")) return undefined;
	let at: unknown = root;
	for (const part of reference.slice(2).split("/")) {
		const name = decoded(part).replace(/~1/g, "/").replace(/~0/g, "~");
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
		at = (at as Record<string, unknown>)[name];
	}
	return at;
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** In place of what has no room: its kind is still told. */
function cut(plain: JsonSchema, { properties, items }: JsonSchema): JsonSchema {
	const [kind = properties || !items ? "object" : "array"] = kindsOf(plain);
	const told = pick(plain, ["description"]);
	if (kind === "array") return { ...told, type: plain.type ?? kind, items: { type: "object" } };
	if (kind === "object") return { ...told, type: "object" };
	return plain;
}

function kindsOf({ type }: JsonSchema): readonly unknown[] {
	return (Array.isArray(type) ? type : [type]).filter((kind) => kind !== undefined && kind !== "null");
}

function oneOfThem(schemas: readonly JsonSchema[]): JsonSchema {
	return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** The wire takes values of one kind only; others are told in words. */
function valuesOf(schema: JsonSchema): JsonSchema {
	const { type, enum: several, const: single, description } = schema;
	const values = Array.isArray(several) ? several : single === undefined ? [] : [single];
	if (values.length === 0) return {};
	const types = type === undefined ? undefined : listOf(Array.isArray(type) ? type : [type]);
	const allowed = values.filter((value) => value !== null || !types || types.includes("null"));
	const kinds = [...new Set(allowed.filter((value) => value !== null).map((value) => typeof value))];
	const areTaken =
		allowed.length > 0 &&
		!allowed.includes("") &&
		kinds.length <= 1 &&
		kinds.every((kind) => valueKinds.includes(kind)) &&
		(!types || kinds.every((kind) => types.includes(kind) || (types.includes("integer") && allowed.every(isWhole))));
	if (areTaken) return { enum: allowed };
	const words = `One of: ${values.map((value) => JSON.stringify(value)).join(", ")}`.slice(0, 500);
	return { description: typeof description === "string" ? `${description} ${words}` : words };
}

const valueKinds: readonly string[] = ["string", "number", "boolean"];

function isWhole(value: unknown): boolean {
	return value === null || Number.isInteger(value);
}

/** Others are refused. */
function formatOf({ format }: JsonSchema): JsonSchema {
	return typeof format === "string" && takenFormats.includes(format) ? { format } : {};
}

const takenFormats = ["date-time", "float", "double", "int32", "int64"];

function pick(schema: unknown, keys: readonly string[]): JsonSchema {
	if (!isRecord(schema)) return {};
	return Object.fromEntries(keys.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]));
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
