// What could be written at the cursor of a tool's config, and what it becomes there.
import { descriptionOf, keysAt, type Schema, schemasAt, valuesAt } from "./jsonSchema";
import { type Caret, caretIn } from "./jsonText";

export interface Suggestion {
  label: string;
  description: string;
  /** Replaces the text from `start` up to `end`; the cursor then goes to `caret` of it. */
  insert: string;
  caret: number;
  start: number;
  end: number;
}

const STARTERS: Record<string, string> = { string: '""', array: "[]", object: "{}" };

/** What fits at the index and goes on with what is typed there. */
export function suggestionsAt(
  text: string,
  index: number,
  schema: Schema,
  wordsAt: (key: string) => readonly string[],
): Suggestion[] {
  const caret = caretIn(text, index);
  if (!caret) return [];
  const found = caret.expects === "key" ? keys(caret, schema, text, wordsAt) : values(caret, schema, wordsAt);
  const typed = caret.typed.toLowerCase();
  const fitting = found.filter(({ label }) => label.toLowerCase().includes(typed));
  // What is there already needs no suggestion.
  return fitting.filter(({ insert }) => insert !== text.slice(caret.start, caret.end));
}

function keys(
  { path, siblings, start, end }: Caret,
  schema: Schema,
  text: string,
  wordsAt: (key: string) => readonly string[],
): Suggestion[] {
  const own = keysAt(schema, path).map((key) => ({ ...key, description: descriptionOf(key.schema) }));
  const words = path.length === 1 ? wordsAt(String(path[0])) : [];
  const named = words.map((name) => ({ name, schema: {} as Schema, description: "" }));
  const hasValue = /^\s*:/.test(text.slice(end));
  return [...own, ...named]
    .filter(({ name }) => !siblings.includes(name))
    .map(({ name, description }) => {
      const key = JSON.stringify(name);
      const starter = starterOf(schemasAt(schema, [...path, name]));
      const insert = hasValue ? key : `${key}: ${starter}`;
      // Between the quotes or brackets, where there are any.
      const caret = hasValue || starter === "" ? insert.length : insert.length - 1;
      return { label: name, description, insert, caret, start, end };
    });
}

function values(
  { path, start, end }: Caret,
  schema: Schema,
  wordsAt: (key: string) => readonly string[],
): Suggestion[] {
  const words = path.length <= 2 ? wordsAt(String(path[0])) : [];
  return [...valuesAt(schema, path), ...words].map((value) => {
    const insert = JSON.stringify(value);
    return { label: String(value), description: "", insert, caret: insert.length, start, end };
  });
}

function starterOf(schemas: readonly Schema[]): string {
  const type = schemas.map((schema) => schema["type"]).find((one) => typeof one === "string");
  return STARTERS[String(type)] ?? "";
}
