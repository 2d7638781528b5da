// The chat server's own API: what only it knows or may do. Tables are read from Supabase instead.
import { asUser } from "./asUser";
import { networkProblem, problemOf } from "./problem";
import type { Services } from "./services";

/** A request with the user's token; one that the server takes for run out is renewed, once. Throws a Problem. */
export async function apiFetch(services: Services, path: string, init?: RequestInit): Promise<Response> {
  const response = await asUser(services.supabase.auth, (token) => request(services, path, init, token));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The same with a body, and an answer, in JSON. The answer is as yet unread: whoever asks knows its shape. */
export async function apiJson(
  services: Services,
  path: string,
  { body, ...init }: Omit<RequestInit, "body"> & { body?: object } = {},
): Promise<unknown> {
  const headers = new Headers(init.headers);
  if (body) headers.set("content-type", "application/json");
  const response = await apiFetch(services, path, {
    ...init,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.status === 204 ? null : response.json();
}

/** Throws the network Problem, or what the request's own signal was aborted with. */
async function request(
  { config }: Services,
  path: string,
  init: RequestInit | undefined,
  token: string | null,
): Promise<Response> {
  const headers = new Headers(init?.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(`${config.api_url}${path}`, { ...init, headers });
  } catch {
    init?.signal?.throwIfAborted();
    throw networkProblem();
  }
}
