// Supabase and the chat server as the network shows them: tables in memory, and an agent that says what a test lets it.
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { answerRows, conditionHolds } from "./postgrest";
import { RunStream, said } from "./runStream";

export const CONFIG = {
  supabase_url: "http://supabase.test",
  publishable_key: "publishable",
  api_url: "http://server.test",
  demo: null,
};

type Row = Record<string, unknown>;
type TableName =
  | "chats"
  | "chat_sessions"
  | "chat_message_history"
  | "chat_runs"
  | "agent_configurations"
  | "agent_tools"
  | "agent_config_history"
  | "pending_actions"
  | "message_feedback"
  | "profiles"
  | "tasks"
  | "notes"
  | "agent_long_term_memory"
  | "user_agent_prompt_customizations"
  | "user_tool_preferences"
  | "tool_consents"
  | "user_usage"
  | "action_decisions"
  | "chat_summaries"
  | "admins";
/** What the chat server was asked for: a message to answer, or, in `decision`, how a call that waits was decided. */
export interface Turn {
  agent_name: string;
  message: string;
  session_id: string;
  message_id: string;
  run_id: string;
  decision: { interruptId: string; payload: Record<string, unknown> } | null;
}

interface SentLink {
  email: string;
  redirectTo: string | null;
}

/** Answers a turn with a stream; by default with what is stored for it by then. */
type Agent = (turn: Turn) => Response | Promise<Response>;
/** Answers somebody who comes back to a run. */
type ComeBack = (runId: string, lastNumber: number) => Response | Promise<Response>;
/** Answers all else that the chat server may be asked. */
type Api = (request: Request) => Response | Promise<Response>;

const emptyTables = (): Record<TableName, Row[]> => ({
  chats: [],
  chat_sessions: [],
  chat_message_history: [],
  chat_runs: [],
  agent_configurations: [],
  agent_tools: [],
  agent_config_history: [],
  pending_actions: [],
  message_feedback: [],
  profiles: [],
  tasks: [],
  notes: [],
  agent_long_term_memory: [],
  user_agent_prompt_customizations: [],
  user_tool_preferences: [],
  tool_consents: [],
  user_usage: [],
  action_decisions: [],
  chat_summaries: [],
  admins: [],
});

// Tables whose lists have conditions and orders of their own, with what the database gives a new row.
const VERSIONED: Partial<Record<TableName, Row>> = {
  chats: { title: null, is_archived: false, is_pinned: false, tags: [], last_message_at: null },
  tasks: {
    parent_task_id: null,
    description: null,
    notes: null,
    status: "pending",
    priority: 0,
    due_date: null,
    category: null,
    position: 0,
    motivation: null,
    completion_note: null,
    completed_at: null,
  },
  notes: { content: "", tags: [], is_pinned: false },
  agent_configurations: {},
  agent_tools: {},
  agent_config_history: {},
};

const runNotFound: ComeBack = () => problemResponse(404, "run_not_found");
const nothingHere: Api = () => problemResponse(404, "not_found");

const PASSWORD_ONLY = { external: { email: true }, mailer_autoconfirm: true };

let authSettings: object = PASSWORD_ONLY;
let sentLinks: SentLink[] = [];
let sentResets: SentLink[] = [];
let passwords: string[] = [];
let tables = emptyTables();
let turns: Turn[] = [];
let agent: Agent = answering("Done.");
let comeBack: ComeBack = runNotFound;
let cancelled: string[] = [];
let onCancel: (runId: string) => void = () => undefined;
let api: Api = nothingHere;
/** Runs before each request to a table; what it returns is the answer instead. */
let intercept:
  | ((method: string, table: TableName) => Response | undefined | Promise<Response | undefined>)
  | null = null;

/** Answers the search in messages. */
let search: (query: SearchQuery) => Row[] = () => [];

export interface SearchQuery {
  p_query: string;
  p_limit: number;
  p_before?: number;
}

const server = setupServer(
  http.post("http://supabase.test/rest/v1/rpc/search_messages", async ({ request }) =>
    HttpResponse.json(search((await request.json()) as SearchQuery)),
  ),
  http.all("http://supabase.test/rest/v1/:table", async ({ request, params }) => {
    const table = params["table"] as TableName;
    const intercepted = await intercept?.(request.method, table);
    if (intercepted) return intercepted;
    const defaults = VERSIONED[table];
    if (!defaults) return handle(request, table);
    for (const row of tables[table]) Object.assign(row, { ...defaults, ...row });
    return answerRows(request, tables[table], defaults);
  }),
  http.get("http://supabase.test/auth/v1/settings", () => HttpResponse.json(authSettings)),
  http.post("http://supabase.test/auth/v1/otp", async ({ request }) => {
    const { email } = (await request.json()) as { email: string };
    sentLinks.push({ email, redirectTo: new URL(request.url).searchParams.get("redirect_to") });
    return HttpResponse.json({});
  }),
  http.post("http://supabase.test/auth/v1/recover", async ({ request }) => {
    const { email } = (await request.json()) as { email: string };
    sentResets.push({ email, redirectTo: new URL(request.url).searchParams.get("redirect_to") });
    return HttpResponse.json({});
  }),
  http.put("http://supabase.test/auth/v1/user", async ({ request }) => {
    const { password } = (await request.json()) as { password: string };
    if (password === passwords.at(-1)) {
      return HttpResponse.json({ error_code: "same_password", msg: "Same" }, { status: 422 });
    }
    passwords.push(password);
    return HttpResponse.json(user("ada@example.com"));
  }),
  http.post("http://supabase.test/auth/v1/token", async ({ request }) => {
    const sent = (await request.json()) as Record<"email" | "password" | "auth_code", string>;
    const email = sent.auth_code ? sentResets.at(-1)?.email : sent.email;
    if (!email || !(sent.auth_code || sent.password === "right")) {
      return HttpResponse.json({ error_code: "invalid_credentials", msg: "Invalid login" }, { status: 400 });
    }
    return HttpResponse.json({
      access_token: "a.b.c",
      refresh_token: "r",
      expires_in: 3600,
      token_type: "bearer",
      user: user(email),
    });
  }),
  http.post("http://server.test/api/agents/:agent/run", async ({ request, params }) => {
    const turn = turnOf(String(params["agent"]), (await request.json()) as RunInput);
    turns.push(turn);
    return agent(turn);
  }),
  http.get("http://server.test/api/runs/:run/events", ({ request, params }) =>
    comeBack(String(params["run"]), Number(request.headers.get("last-event-id"))),
  ),
  http.post("http://server.test/api/runs/:run/cancel", ({ params }) => {
    const runId = String(params["run"]);
    cancelled.push(runId);
    onCancel(runId);
    return HttpResponse.json({ run_id: runId, status: "cancelled" });
  }),
  http.all("http://server.test/api/*", ({ request }) => api(request)),
  http.post("http://server.test/mcp/*", ({ request }) => api(request)),
);

const user = (email: string) => ({
  id: "user",
  email,
  aud: "authenticated",
  app_metadata: {},
  user_metadata: {},
});

interface RunInput {
  threadId: string;
  runId: string;
  messages: { id: string; content: string }[];
  resume?: { interruptId: string; payload: Record<string, unknown> }[];
}

function turnOf(agentName: string, { threadId, runId, messages, resume }: RunInput): Turn {
  const last = messages.at(-1);
  return {
    agent_name: agentName,
    message: last?.content ?? "",
    session_id: threadId,
    message_id: last?.id ?? "",
    run_id: runId,
    decision: resume?.[0] ?? null,
  };
}

export const backend = {
  listen: () => server.listen({ onUnhandledFrame: "error" }),
  close: () => server.close(),
  reset: () => {
    authSettings = PASSWORD_ONLY;
    sentLinks = [];
    sentResets = [];
    passwords = [];
    tables = emptyTables();
    turns = [];
    agent = answering("Done.");
    comeBack = runNotFound;
    cancelled = [];
    onCancel = () => undefined;
    api = nothingHere;
    search = () => [];
    intercept = null;
  },
  rows: (table: TableName) => tables[table],
  /** What was asked of the chat server, in order. */
  turns: () => turns,
  setAgent: (next: Agent) => {
    agent = next;
  },
  setComeBack: (next: ComeBack) => {
    comeBack = next;
  },
  setApi: (next: Api) => {
    api = next;
  },
  /** The runs that were asked to be stopped, in order. */
  cancelled: () => cancelled,
  onCancel: (next: typeof onCancel) => {
    onCancel = next;
  },
  /** To whom a link to sign in was sent, and where it leads. */
  sentLinks: () => sentLinks,
  /** The same of links to choose a new password. */
  sentResets: () => sentResets,
  /** The new passwords that were chosen, in order. */
  passwords: () => passwords,
  setAuthSettings: (next: object) => {
    authSettings = next;
  },
  setSearch: (next: typeof search) => {
    search = next;
  },
  intercept: (next: typeof intercept) => {
    intercept = next;
  },
};

/** Stores the message and its answer, as a turn does, and tells both. */
export function answering(text: string): Agent {
  return ({ message, session_id, message_id, run_id }) => {
    store(session_id, "human", message, message_id);
    const id = store(session_id, "ai", text);
    return new RunStream(run_id).send(said.started(run_id), ...said.text(id, text), said.finished()).close()
      .response;
  };
}

/** Leaves what is told to the test: each turn gets a stream that it writes. */
export function streaming(): { agent: Agent; streams: RunStream[]; last: () => RunStream } {
  const streams: RunStream[] = [];
  const last = () => {
    const stream = streams.at(-1);
    if (!stream) throw new Error("No turn has begun");
    return stream;
  };
  return {
    agent: ({ message, session_id, message_id, run_id }) => {
      if (message) store(session_id, "human", message, message_id);
      const stream = new RunStream(run_id).send(said.started(run_id));
      streams.push(stream);
      return stream.response;
    },
    streams,
    last,
  };
}

/** A message in a chat, and its id; one under an id that is there already is stored once. */
export function store(
  chatId: string,
  type: "human" | "ai" | "tool",
  content: string,
  id: string = crypto.randomUUID(),
  facts: object = {},
): string {
  if (tables.chat_message_history.some((row) => row["message_uuid"] === id)) return id;
  tables.chat_message_history.push({
    id: tables.chat_message_history.length + 1,
    session_id: chatId,
    message: { type, data: { content, ...facts } },
    message_uuid: id,
    run_id: null,
    created_at: new Date().toISOString(),
  });
  return id;
}

/** A problem as the chat server tells it. */
export function refusing(status: number, code: string, facts: object = {}): Agent {
  return () => problemResponse(status, code, facts);
}

function problemResponse(status: number, code: string, facts: object = {}): Response {
  return HttpResponse.json(
    { code, title: `Title of ${code}`, detail: `Detail of ${code}.`, ...facts },
    { status },
  );
}

async function handle(request: Request, table: TableName): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const matching = tables[table].filter((row) => matches(row, query));
  switch (request.method) {
    case "POST": {
      const row = (await request.json()) as Row;
      if (tables[table].some(({ id }) => id === row["id"])) {
        return HttpResponse.json({ code: "23505", message: "duplicate key" }, { status: 409 });
      }
      tables[table].push({ is_active: true, ...row });
      return new HttpResponse(null, { status: 201 });
    }
    case "PATCH":
      await patch(request, matching);
      return query.has("select") ? HttpResponse.json(matching) : new HttpResponse(null, { status: 204 });
    case "DELETE":
      tables[table] = tables[table].filter((row) => !matching.includes(row));
      return new HttpResponse(null, { status: 204 });
    default:
      return HttpResponse.json(page(matching, query, request));
  }
}

async function patch(request: Request, rows: Row[]): Promise<void> {
  const change = (await request.json()) as Row;
  for (const row of rows) Object.assign(row, change);
}

/** PostgREST's filters, as far as the app uses them. */
function matches(row: Row, query: URLSearchParams): boolean {
  return [...query].every(([column, condition]) => {
    if (["select", "order", "limit", "offset", "columns"].includes(column)) return true;
    if (column === "or") return conditionHolds(row, column, condition);
    const [, operator = "", operand = ""] = /^(not\.is|\w+)\.(.*)$/.exec(condition) ?? [];
    const value = row[column];
    if (operator === "in") return operand.slice(1, -1).split(",").includes(String(value));
    if (operator === "eq") return String(value) === operand;
    if (operator === "lt") return Number(value) < Number(operand);
    if (operator === "lte") return conditionHolds(row, column, condition);
    if (operator === "gt") return Number(value) > Number(operand);
    if (operator === "not.is") return value !== null && value !== undefined;
    if (operator === "ilike")
      return String(value).toLowerCase().includes(operand.replaceAll("%", "").toLowerCase());
    throw new Error(`The test's backend does not know ${column}=${condition}`);
  });
}

function page(rows: Row[], query: URLSearchParams, request: Request): Row[] | Row | null {
  const sorted = [...rows];
  const [column = "id", direction] = (query.get("order") ?? "id.asc").split(",")[0]?.split(".") ?? [];
  sorted.sort((one, other) => (String(one[column]) < String(other[column]) ? -1 : 1));
  if (column === "id" && typeof rows[0]?.["id"] === "number")
    sorted.sort((a, b) => Number(a["id"]) - Number(b["id"]));
  if (direction === "desc") sorted.reverse();
  const offset = Number(query.get("offset") ?? 0);
  const limited = sorted.slice(offset, offset + Number(query.get("limit") ?? 1000));
  return request.headers.get("accept")?.includes("pgrst.object") ? (limited[0] ?? null) : limited;
}
