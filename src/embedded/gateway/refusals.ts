// The library takes what a check or a `raise exception` says for a failure of its own: 500, without the hint. PostgREST
// answers 400 with the database's own code, words and hint, which the web app shows at the field that they are about.

interface DatabaseError {
  code?: unknown;
  message?: string;
  detail?: string;
  hint?: string;
}

// The library answers these as PostgREST does.
const KNOWN = ["23502", "23503", "23505"];

// In the form in which a function of the database may decide the response itself (SQLSTATE PGRST), which it knows.
export function asPostgrestSays(error: unknown): unknown {
  const { code, message = "", detail = null, hint = null } = (error ?? {}) as DatabaseError;
  const isRefusal = typeof code === "string" && (code === "P0001" || (code.startsWith("23") && !KNOWN.includes(code)));
  if (!isRefusal) return error;
  return {
    code: "PGRST",
    message: JSON.stringify({ code, message, details: detail, hint }),
    detail: JSON.stringify({ status: 400, headers: {} }),
    // For the log: details quote rows.
    toString: () => `${code} ${message}`,
  };
}
