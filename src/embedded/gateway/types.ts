// How values travel between Postgres and JavaScript where the driver's way is not what Supabase's clients expect.
import type { PostgresType } from "postgres";

// "2026-01-31 12:00:00.123456+00" -> "2026-01-31T12:00:00.123456+00:00", as PostgREST writes it.
function iso(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}

// @supabase/lite hands some JSON over as values and some (schema auth, arguments of functions) as text that it has
// made itself, which made again would be one long string. A string that is no JSON is a value.
function json(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

const text = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));

export const types: Record<string, PostgresType> = {
  timestamptz: { to: 1184, from: [1184], serialize: text, parse: iso },
  timestamp: { to: 1114, from: [1114], serialize: text, parse: iso },
  json: { to: 114, from: [114], serialize: json, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: json, parse: JSON.parse },
};
