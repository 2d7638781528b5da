// One request in, one response out: which paths exist, whose tokens count, and what browsers may read.
import type { App } from "@supabase/lite";
import type { PostgresConnection } from "@supabase/lite/postgres";
import type { Schema } from "./schema.js";

interface Parts {
  app: App;
  connection: PostgresConnection;
  schema: Schema;
}

const SERVED = ["/rest/v1", "/auth/v1"];
const ROLES: unknown[] = ["anon", "authenticated", "service_role"];
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Content-Range, Content-Location, Preference-Applied, X-Sb-Error-Code",
};

export async function answer(request: Request, parts: Parts): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/health") return health(parts);
  if (!SERVED.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`))) {
    return problem(404, "PGRST125", "Only /rest/v1 and /auth/v1 are served here.");
  }
  if (request.method === "OPTIONS" && request.headers.has("access-control-request-method")) return preflight(request);
  const refusal = refusedToken(request.headers.get("authorization"));
  if (refusal) return problem(401, "PGRST301", refusal);
  if (!parts.schema.known()) return away();
  const response = await parts.app.fetch(request);
  if (response.status >= 500 && !(await databaseAnswers(parts.connection))) return away();
  return withCors(response);
}

async function health({ connection, schema }: Parts): Promise<Response> {
  return schema.known() && (await databaseAnswers(connection)) ? Response.json({ status: "ok" }) : away();
}

// A sentence when the token must not be used. Signature and expiry are checked by the library; what it does not
// check is the role, which it would pass to the database as it stands.
function refusedToken(authorization: string | null): string | undefined {
  const token = /^Bearer\s+(.*)$/i.exec(authorization ?? "")?.[1]?.trim();
  if (!token || token.startsWith("sb_")) return undefined;
  const parts = token.split(".");
  if (parts.length !== 3) return `Expected 3 parts in JWT; got ${parts.length}`;
  try {
    const { role } = JSON.parse(Buffer.from(parts[1], "base64url").toString()) as { role?: unknown };
    return ROLES.includes(role) ? undefined : "The token's role is not anon, authenticated or service_role";
  } catch {
    return "The token's claims are not JSON";
  }
}

async function databaseAnswers(connection: PostgresConnection): Promise<boolean> {
  try {
    await connection.driver`select 1`;
    return true;
  } catch {
    return false;
  }
}

function preflight(request: Request): Response {
  const headers = {
    ...CORS,
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
    "access-control-max-age": "86400",
  };
  return new Response(null, { status: 204, headers });
}

function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  headers.delete("access-control-allow-credentials");
  return new Response(response.body, { status: response.status, headers });
}

function away(): Response {
  return problem(503, "PGRST001", "The database is away. Try again.", { "retry-after": "1" });
}

function problem(status: number, code: string, message: string, extra: Record<string, string> = {}): Response {
  return Response.json({ code, message, details: null, hint: null }, { status, headers: { ...CORS, ...extra } });
}
