// Requests in the name of whoever is signed in.
import type { Supabase } from "./supabase";

/** The answer to a request with the user's token, or null for nobody's; one that has run out is renewed, once. */
export async function asUser(
  auth: Supabase["auth"],
  ask: (token: string | null) => Promise<Response>,
): Promise<Response> {
  const token = await accessToken(auth);
  const response = await ask(token);
  if (response.status !== 401) return response;
  // It ran out on the way, or the clock is off. Another request may have renewed it meanwhile.
  const latest = await accessToken(auth);
  if (latest !== token) return ask(latest);
  const { data } = await auth.refreshSession();
  return data.session ? ask(data.session.access_token) : response;
}

async function accessToken(auth: Supabase["auth"]): Promise<string | null> {
  const { data } = await auth.getSession();
  return data.session?.access_token ?? null;
}
