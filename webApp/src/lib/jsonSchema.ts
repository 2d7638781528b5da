// As much of JSON Schema as the configs of tools use: what is wrong with a value, and what could be at a place of it.
import type * as z from "zod/mini";
import type { Path } from "./jsonText";
import { schemaTexts } from "./texts/toolConfig";

type Json = z.infer<ReturnType<typeof z.json>>;
export type Schema = { readonly [key: string]: Json };

export interface SchemaProblem {
  path: Path;
  message: string;
}

/** Everything that is wrong with a value. */
export function problemsWith(root: Schema, value: Json): SchemaProblem[] {
  return check(root, root, value, []);
}

/** The schemas that hold at a place: several where it may be one thing or another, none where nothing is known. */
export function schemasAt(root: Schema, path: Path): Schema[] {
  let schemas = alternatives(root, root);
  for (const part of path) {
    schemas = schemas
      .flatMap((schema) => {
        if (typeof part === "number") return asSchema(schema["items"]);
        return asSchema(asObject(schema["properties"])[part] ?? schema["additionalProperties"]);
      })
      .flatMap((schema) => alternatives(root, schema));
  }
  return schemas;
}

/** What a key is for, in the schema's words. */
export function descriptionOf(schema: Json | undefined): string {
  const { description } = asObject(schema);
  return typeof description === "string" ? description : "";
}

/** The keys of an object at a place, each with what it is for. */
export function keysAt(root: Schema, path: Path): { name: string; schema: Schema }[] {
  return schemasAt(root, path).flatMap((schema) =>
    Object.entries(asObject(schema["properties"])).map(([name, of]) => ({ name, schema: asObject(of) })),
  );
}

/** The only values that a place may have; none where there is no list. */
export function valuesAt(root: Schema, path: Path): Json[] {
  return schemasAt(root, path).flatMap((schema) => {
    if (Array.isArray(schema["enum"])) return schema["enum"];
    return schema["type"] === "boolean" ? [true, false] : [];
  });
}

function check(root: Schema, schema: Schema, value: Json, path: Path): SchemaProblem[] {
  const ways = alternatives(root, schema);
  const tried = ways.map((way) => checkOne(root, way, value, path));
  // Of several ways the one that the value comes closest to says what is wrong.
  const deepest = (problems: SchemaProblem[]) => Math.max(...problems.map((problem) => problem.path.length));
  return tried.reduce((best, problems) => {
    if (best.length === 0 || problems.length === 0) return [];
    return deepest(problems) > deepest(best) ? problems : best;
  });
}

function checkOne(root: Schema, schema: Schema, value: Json, path: Path): SchemaProblem[] {
  const name = String(path.at(-1) ?? schemaTexts.whole);
  const wrong = (message: string) => [{ path, message }];
  const type = typeof schema["type"] === "string" ? schema["type"] : null;
  if (type && !isOfType(type, value)) return wrong(schemaTexts.wrongType(name, type));
  if (Array.isArray(schema["enum"]) && !schema["enum"].includes(value)) {
    return wrong(schemaTexts.oneOf(name, schema["enum"].map(String)));
  }
  if (typeof value === "number") return boundsProblem(schema, value) ? wrong(boundsText(schema, name)) : [];
  if (typeof value === "string") {
    const { pattern } = schema;
    return typeof pattern === "string" && !new RegExp(pattern).test(value)
      ? wrong(schemaTexts.pattern(name))
      : [];
  }
  if (Array.isArray(value)) {
    if (value.length < Number(schema["minItems"] ?? 0)) return wrong(schemaTexts.empty(name));
    const [items] = asSchema(schema["items"]);
    return items ? value.flatMap((item, index) => check(root, items, item, [...path, index])) : [];
  }
  return typeof value === "object" && value !== null ? checkObject(root, schema, value, path) : [];
}

function checkObject(root: Schema, schema: Schema, value: Schema, path: Path): SchemaProblem[] {
  const properties = asObject(schema["properties"]);
  const { required, additionalProperties } = schema;
  const missing = (Array.isArray(required) ? required.map(String) : [])
    .filter((key) => !(key in value))
    .map((key) => ({ path, message: schemaTexts.missing(key) }));
  const wrong = Object.entries(value).flatMap(([key, part]) => {
    const here = [...path, key];
    const [known] = asSchema(properties[key] ?? additionalProperties);
    if (known) return check(root, known, part, here);
    if (additionalProperties !== false || schema["patternProperties"]) return [];
    return [{ path: here, message: schemaTexts.unknown(key, nearest(key, Object.keys(properties))) }];
  });
  return [...missing, ...wrong];
}

/** The schema itself, what it refers to, or each of what it may be. */
function alternatives(root: Schema, schema: Schema): Schema[] {
  const { $ref, anyOf } = schema;
  if (typeof $ref === "string") {
    const name = $ref.split("/").at(-1) ?? "";
    return asSchema(asObject(root["$defs"])[name]).flatMap((found) => alternatives(root, found));
  }
  if (Array.isArray(anyOf)) return anyOf.flatMap(asSchema).flatMap((way) => alternatives(root, way));
  return [schema];
}

function isOfType(type: string, value: Json): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function boundsProblem(schema: Schema, value: number): boolean {
  const { minimum, maximum, exclusiveMinimum } = schema;
  return (
    (typeof minimum === "number" && value < minimum) ||
    (typeof maximum === "number" && value > maximum) ||
    (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum)
  );
}

function boundsText({ minimum, exclusiveMinimum, maximum }: Schema, name: string): string {
  return schemaTexts.bounds(name, Number(minimum ?? exclusiveMinimum ?? 0), maximum as number | undefined);
}

// As far from each other as a slip of the hand is.
const SLIP = 2;

/** The word that somebody meant; null where none is near. */
function nearest(word: string, words: readonly string[]): string | null {
  const near = words.filter((one) => distance(word, one) <= SLIP);
  return near.toSorted((one, other) => distance(word, one) - distance(word, other))[0] ?? null;
}

/** How many letters have to be put in, left out or changed to get from one word to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, against] of [...other].entries()) {
      const changed = (row[column] ?? 0) + Number(letter !== against);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

function asSchema(value: Json | undefined): Schema[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? [value] : [];
}

function asObject(value: Json | undefined): Schema {
  return asSchema(value)[0] ?? {};
}
