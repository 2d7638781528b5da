// Everything that can go wrong between the app and its servers, as one kind of error.
import type { PostgrestResponseFailure, PostgrestResponseSuccess } from "@supabase/postgrest-js";
import * as z from "zod/mini";
import type { Schemas } from "./api.gen";
import type { Known } from "./apiContract";
import { texts } from "./texts";

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  run_id: z.nullish(z.string()),
  errors: z.nullish(z.array(z.object({ pointer: z.string(), detail: z.string() }))),
});

// Held against the server's document by the compiler. What answers may be no server of ours, so it is looked at as it is.
type Read = z.input<typeof problemSchema>;
type OfTheServer<T extends Read & Known<Read, T>> = T;
export type ServerProblem = OfTheServer<Schemas["Problem"]>;

/** What is wrong with one part of a request; `pointer` is where, as a JSON pointer into its body. */
export interface ProblemPart {
  pointer: string;
  detail: string;
}

/** `code` is stable (texts.ts says what to do about each); `detail` is a sentence or two for a person. */
export class Problem extends Error {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly runId: string | null;
  readonly errors: readonly ProblemPart[];
  /** What to do instead, where the database says so. */
  readonly hint: string | null;

  constructor(facts: {
    code: string;
    title: string;
    detail: string;
    status?: number;
    runId?: string | null;
    errors?: readonly ProblemPart[];
    hint?: string | null;
  }) {
    super(facts.detail);
    this.name = "Problem";
    this.code = facts.code;
    this.title = facts.title;
    this.status = facts.status ?? 0;
    this.runId = facts.runId ?? null;
    this.errors = facts.errors ?? [];
    this.hint = facts.hint || null;
  }
}

/** The problem that an answer of the chat server tells (RFC 9457), or, behind a broken proxy, its status. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = problemSchema.safeParse(await response.json().catch(() => null));
  if (!body.success) {
    return new Problem({
      code: "unreadable_answer",
      title: `HTTP ${response.status}`,
      detail: texts.problems.unreadable,
      status: response.status,
    });
  }
  const { run_id, errors, ...facts } = body.data;
  return new Problem({ ...facts, status: response.status, runId: run_id ?? null, errors: errors ?? [] });
}

/** A request that never got an answer: no network, a server that is away, or a reload in the middle of it. */
export function networkProblem(): Problem {
  return new Problem({ code: "network", ...texts.problems.network });
}

/** The data of a database's answer; throws a Problem instead of handing an error around. */
export function unwrap<T>(answer: PostgrestResponseSuccess<T> | PostgrestResponseFailure): T {
  if (answer.success) return answer.data;
  if (answer.status === 0) throw networkProblem();
  throw new Problem({
    code: `database_${answer.error.code}`,
    title: texts.problems.database,
    detail: answer.error.message,
    hint: answer.error.hint,
    status: answer.status,
  });
}

/** Whether the database said that the row is there already: a repeated insert of a row with an id of our own. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Problem && error.code === "database_23505";
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return networkProblem();
  return new Problem({ code: "unexpected", title: texts.problems.unexpected, detail: String(error) });
}
