// The chat server's own API: what only it knows or may do. Tables are read from Supabase instead.
import type * as z from "zod/mini";
import type { Known } from "./apiContract";
import { asUser } from "./asUser";
import { networkProblem, Problem, problemOf } from "./problem";
import type { Services } from "./services";
import { texts } from "./texts";

/** A request with the user's token; one that the server takes for run out is renewed, once. Throws a Problem. */
export async function apiFetch(services: Services, path: string, init?: RequestInit): Promise<Response> {
  const response = await asUser(services.supabase.auth, (token) => request(services, path, init, token));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * The same with a body, and an answer, in JSON. `Answer` is what the server's document says of it, and as yet nobody
 * has looked whether it is so: see `readAs`.
 */
export async function apiJson<Answer = unknown>(
  services: Services,
  path: string,
  { body, ...init }: Omit<RequestInit, "body"> & { body?: object } = {},
): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (body) headers.set("content-type", "application/json");
  const response = await apiFetch(services, path, {
    ...init,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? null : await response.json()) as Answer;
}

/**
 * What a schema reads in an answer of that type. It does not compile for a schema that the server's type does not fit,
 * or that names what the server does not know. Throws a Problem for an answer that is something else after all.
 */
export function readAs<Output, Input, Answer extends NoInfer<Input>>(
  schema: z.ZodMiniType<Output, Input>,
  answer: Answer & Known<Input, Answer>,
): Output {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Problem({ code: "unreadable_answer", title: "", detail: texts.problems.unreadable });
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
