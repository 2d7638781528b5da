// Supabase as the app uses it: sign-in and tables. Of supabase-js these are the two parts that do it; the whole would
// make the first load half as large again, with storage, functions and realtime in it.
import { AuthClient } from "@supabase/auth-js";
import { PostgrestClient } from "@supabase/postgrest-js";
import { asUser } from "./asUser";
import type { Config } from "./config";
import type { Database } from "./database.gen";

export interface Supabase {
  auth: InstanceType<typeof AuthClient>;
  /** A table, read and written as the signed-in user. */
  from: PostgrestClient<Database>["from"];
  /** A function of the database, called as the signed-in user. */
  rpc: PostgrestClient<Database>["rpc"];
}

// Each installation has its own sign-in, even where several share an origin's storage.
const SESSION_KEY = "clarity.auth.";

/** Whether somebody has signed in here, to whatever installation: before it is known which one this is. */
export function hasSignedIn(): boolean {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(SESSION_KEY));
  } catch {
    // Storage is closed to this page.
    return false;
  }
}

export function createSupabase({ supabase_url: url, publishable_key: key }: Config): Supabase {
  const auth = new AuthClient({
    url: new URL("/auth/v1", url).href,
    headers: { apikey: key },
    storageKey: `${SESSION_KEY}${url}`,
    autoRefreshToken: true,
    persistSession: true,
    detectSessionInUrl: true,
    flowType: "pkce",
  });
  const tables = new PostgrestClient<Database>(new URL("/rest/v1", url).href, {
    headers: { apikey: key },
    fetch: (input, init) =>
      asUser(auth, (token) => {
        const headers = new Headers(init?.headers);
        if (token) headers.set("authorization", `Bearer ${token}`);
        return fetch(input, { ...init, headers });
      }),
    // Whoever asks decides about asking again.
    retry: false,
  });
  return {
    auth,
    from: tables.from.bind(tables) as Supabase["from"],
    rpc: tables.rpc.bind(tables) as Supabase["rpc"],
  };
}
