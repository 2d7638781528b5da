// Generated from chatServer/openapi.json by `clarity types --of api`. Do not edit: change the server.

export type Json = string | number | boolean | null | { [key: string]: Json } | Json[];

export type Schemas = {
  /** What you say to one of several calls. */
  ActionDecisionIn: {
    decision: "approve" | "reject";
    /** With `approve`: call the tool with these instead. The agent is told. */
    arguments?: {
      [key: string]: Json;
    } | null;
    /** The agent reads it when you reject. */
    reason?: string | null;
    /** With `approve`: the tool does not ask you any more, until its row changes or you take it back (`DELETE /api/consents/{tool_id}`). */
    always?: boolean;
    action_id: string;
  };
  /**
   * Structured progress that is not conversation content, materialised as a
   * message so it keeps its place in the sequence. Stands alone rather than
   * composing BaseMessage, because its content is an object rather than a
   * string.
   */
  ActivityMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "activity";
    activityType: string;
    content: {
      [key: string]: Json;
    };
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /** One agent; what it is told and made of is null for those who may not change it. */
  AgentDetail: {
    /** What clients call it. */
    agent_name: string;
    /** What people call it. */
    display_name: string | null;
    description: string | null;
    /** Yours alone; else it is everybody's. */
    is_private: boolean;
    /** Whether you may change it: its owner, or an admin when shared. */
    may_manage: boolean;
    /** Active tools. */
    tool_count: number;
    /** Why it cannot run as it stands. For those who may change it. */
    problem?: string | null;
    /** Tools that are not offered to the model as their rows stand, and why. For those who may change the agent; null for others. */
    refused_tools?: {
      [key: string]: string;
    } | null;
    id: string;
    is_active: boolean;
    /** Goes up with every change of the agent or of one of its tools. */
    config_version: number;
    llm_config?: {
      [key: string]: Json;
    } | null;
    system_prompt?: string | null;
    tools?: Schemas["ToolOut"][] | null;
  };
  /** The agents that you may talk to, by name. */
  AgentList: {
    agents: Schemas["AgentOut"][];
  };
  /** An agent that you may talk to. */
  AgentOut: {
    /** What clients call it. */
    agent_name: string;
    /** What people call it. */
    display_name: string | null;
    description: string | null;
    /** Yours alone; else it is everybody's. */
    is_private: boolean;
    /** Whether you may change it: its owner, or an admin when shared. */
    may_manage: boolean;
    /** Active tools. */
    tool_count: number;
    /** Why it cannot run as it stands. For those who may change it. */
    problem?: string | null;
    /** Tools that are not offered to the model as their rows stand, and why. For those who may change the agent; null for others. */
    refused_tools?: {
      [key: string]: string;
    } | null;
  };
  /** What one agent used, of all its users. */
  AgentUsage: {
    /** Null: agents that users keep to themselves, or that are gone. */
    agent_name: string | null;
    turns: number;
    usage: Schemas["UsageOut"];
    /** Of the models whose price is known. */
    cost_usd: number;
  };
  /** What the agent says. */
  AnswerMessage: {
    role?: "assistant";
    content: string;
    refusal?: null;
  };
  /** Calls that asked you, newest first. */
  ApprovalList: {
    approvals: Schemas["ApprovalOut"][];
    /** How many wait for you now, on whatever page: for a badge. */
    pending: number;
    /** Whether there are older ones: ask again with `before`, the last id. */
    has_more: boolean;
  };
  /** A tool call that asked you, and what became of it. */
  ApprovalOut: {
    /** Decide with `POST /api/approvals/{id}`. */
    id: string;
    tool_name: string;
    tool_call_id: string;
    /** What the tool would be called with. */
    arguments: {
      [key: string]: Json;
    };
    /** What would happen, in a sentence. */
    summary: string;
    /** `changes`: the values that would be set; `rows`: the rows that would be touched, as they are (the first of `count`, `more` says whether there are others). Null where nobody can tell. */
    preview: {
      [key: string]: Json;
    } | null;
    /** When the question lapses, and nothing is done. */
    expires_at: string | null;
    /** `pending`, `approved` (being carried out), `rejected`, `executed`, `failed`, `expired`. */
    status: "pending" | "approved" | "rejected" | "executed" | "failed" | "expired";
    agent_name: string;
    /** The chat. */
    session_id: string;
    chat_title: string | null;
    /** The turn that asked. */
    run_id: string;
    /** The run that went on after the decision. */
    continued_by: string | null;
    /** Null once the tool is gone. */
    tool_id: string | null;
    /** The agent's own, where you changed them. */
    proposed_arguments: {
      [key: string]: Json;
    } | null;
    reason: string | null;
    created_at: string;
    decided_at: string | null;
  };
  /** An argument of a function. */
  ArgumentOut: {
    name: string;
    /** As Postgres writes it. */
    type: string;
    /** What the function's comment says of it. */
    comment: string | null;
    /** It has no default. */
    is_required: boolean;
    /** The only values that it takes; null for any. */
    enum_values: string[] | null;
  };
  /**
   * A message from the agent. Content is optional because a turn may consist
   * only of tool calls.
   */
  AssistantMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "assistant";
    name?: string | null;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    content?: string | null;
    toolCalls?: Schemas["ToolCall"][] | null;
    [key: string]: unknown;
  };
  /** An audio part. */
  AudioPart: {
    type?: "audio";
    id?: string | null;
    source: Schemas["DataSource"] | Schemas["UrlSource"] | Schemas["FileSource"];
    metadata?: Json | null;
    [key: string]: unknown;
  };
  /** What became of the wish to stop a run. */
  CancelledRun: {
    run_id: string;
    /** `cancelled` when it is stopped; `running` while its server, another one, has yet to see it (seconds); any other when it had ended before. */
    status: "running" | "waiting" | "completed" | "failed" | "cancelled" | "interrupted";
  };
  /** An answer. */
  ChatCompletion: {
    id: string;
    object?: "chat.completion";
    /** Seconds since 1970. */
    created: number;
    model: string;
    choices: Schemas["Choice"][];
    usage: Schemas["CompletionUsage"];
    clarity: Schemas["ClarityExtension"];
  };
  /**
   * A conversation, to be answered by an agent.
   *
   * Parameters of the model (`temperature`, `max_tokens`, ...) are ignored: the agent's row decides them.
   * Those that are here without a type would change what the answer means, and are refused.
   */
  ChatCompletionRequest: {
    /** The agent's name. */
    model: string;
    /** The conversation, with the user's message last. In a chat of the server's only that one counts. */
    messages: Schemas["ConversationMessage"][];
    stream?: boolean | null;
    stream_options?: Schemas["StreamOptions"] | null;
    n?: Json;
    tools?: Json;
    tool_choice?: Json;
    functions?: Json;
    function_call?: Json;
    web_search_options?: Json;
    response_format?: Json;
    modalities?: Json;
    audio?: Json;
    logprobs?: Json;
    top_logprobs?: Json;
    stop?: Json;
    moderation?: Json;
  };
  /** A message to an agent. */
  ChatRequest: {
    /** The agent's name, for example `assistant`. */
    agent_name: string;
    /** What you say. Not blank; the server limits its length (20,000 characters by default). */
    message: string;
    /** The chat to go on with (`chats.id`). Left out: a new chat begins. */
    session_id?: string | null;
    /** Your own id for this message. Sent again with the same id, it is never stored or answered twice. */
    message_id?: string | null;
  };
  /** The agent's answer. */
  ChatResponse: {
    /** The chat. Send it with the next message to go on. */
    session_id: string;
    response: string;
    tool_calls: Schemas["ToolCallOut"][];
    /** This turn (`chat_runs.id`). */
    run_id: string;
    usage: Schemas["UsageOut"];
    /** There only when the turn waits for you: it goes on once all of these are decided. */
    pending_actions?: Schemas["PendingActionOut"][];
  };
  /** The only answer. */
  Choice: {
    index?: 0;
    message: Schemas["AnswerMessage"];
    logprobs?: null;
    /** `length` when the turn was stopped at a limit of this server, as its last sentence says. */
    finish_reason: "stop" | "length";
  };
  /** What OpenAI's shape has no place for. */
  ClarityExtension: {
    /** `chat_runs.id`. */
    run_id: string;
    /** The chat that it belongs to; null without one. */
    chat_id: string | null;
    /** What waits for your decision; the chat goes on after it. */
    pending_actions: Schemas["PendingActionOut"][];
  };
  /** A column that users may read. */
  ColumnOut: {
    name: string;
    /** As Postgres writes it. */
    type: string;
    comment: string | null;
    /** A new row needs it. */
    is_required: boolean;
    /** The database alone decides it; a user's id is such a column. */
    is_generated: boolean;
    /** The only values that it takes; null for any. */
    enum_values: string[] | null;
  };
  /** Tokens of all model calls of the turn. */
  CompletionUsage: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
  };
  /** A tool that does not ask you any more, for as long as its row says what it said. */
  ConsentOut: {
    tool_id: string;
    tool_name: string;
    agent_name: string;
    created_at: string;
  };
  /** A part of a message. */
  ContentPart: {
    type: "text";
    text: string;
  };
  /**
   * A named piece of ambient information given to the agent for the run,
   * distinct from the conversation.
   */
  Context: {
    description: string;
    value: string;
    [key: string]: unknown;
  };
  /** One message of the conversation. */
  ConversationMessage: {
    /** `system` and `developer` rank with what the user says, below the agent's own prompt. */
    role: "system" | "developer" | "user" | "assistant";
    /** Text, or parts of type `text`. */
    content?: string | Schemas["ContentPart"][] | null;
    tool_calls?: Json;
    function_call?: Json;
    audio?: Json;
  };
  /** A secret that is kept, without the secret. */
  Credential: {
    name: string;
    created_at: string;
    /** When it was last set. */
    updated_at: string;
  };
  /** What is to change; the rest stays. */
  CustomizationChange: {
    /** What the agent is to do, in your words. */
    content?: string;
    /** Higher comes first in the prompt. */
    priority?: number;
    /** False: it is kept, but not followed. */
    is_active?: boolean;
  };
  /** Your instructions, in the order in which agents read them. */
  CustomizationList: {
    customizations: Schemas["CustomizationOut"][];
    /** Send it as `after` to go on; null when there are no more. */
    next: string | null;
  };
  /** One of your instructions for an agent. */
  CustomizationOut: {
    id: string;
    agent_name: string;
    content: string;
    /** Higher comes first in the prompt. */
    priority: number;
    is_active: boolean;
    created_at: string;
    updated_at: string;
  };
  /** Bytes carried inline. */
  DataSource: {
    type?: "data";
    value: string;
    mimeType: string;
    [key: string]: unknown;
  };
  /** Your decision is kept. */
  DecidedOut: {
    /** `running`: it was the turn's last one, and the conversation goes on. `waiting`: other calls of the turn are still to be decided. */
    status: "waiting" | "running";
    /** The run that goes on, to follow at `/api/runs/{run_id}/events`, or the one that waits. */
    run_id: string;
    /** How many calls of the turn still wait. */
    undecided: number;
  };
  /** What you say to one call. */
  DecisionIn: {
    decision: "approve" | "reject";
    /** With `approve`: call the tool with these instead. The agent is told. */
    arguments?: {
      [key: string]: Json;
    } | null;
    /** The agent reads it when you reject. */
    reason?: string | null;
    /** With `approve`: the tool does not ask you any more, until its row changes or you take it back (`DELETE /api/consents/{tool_id}`). */
    always?: boolean;
  };
  /** What you say to several calls of one turn: all of it is kept, or none. */
  DecisionsIn: {
    decisions: Schemas["ActionDecisionIn"][];
  };
  /** Instructions from the application developer. */
  DeveloperMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "developer";
    name?: string | null;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    content: string;
    [key: string]: unknown;
  };
  /** A document part. */
  DocumentPart: {
    type?: "document";
    id?: string | null;
    source: Schemas["DataSource"] | Schemas["UrlSource"] | Schemas["FileSource"];
    metadata?: Json | null;
    [key: string]: unknown;
  };
  /** Turns of the last 24 hours that ended with an error. */
  ErrorCount: {
    code: string;
    turns: number;
  };
  /** What went wrong. */
  ErrorOut: {
    /** A sentence or two for a person. */
    message: string;
    type: string;
    /** The part of the request that it is about. */
    param: string | null;
    /** Stable: write programs against it. */
    code: string;
  };
  /**
   * Bytes already at the provider, named by a handle the provider issued: an
   * OpenAI or Anthropic file id, a Gemini file URI, a storage URL only that
   * provider can read. No bytes travel and nothing is fetched. Only the
   * provider that minted the handle can resolve it; a peer that cannot drops
   * the part as it drops any part it cannot use.
   */
  FileSource: {
    type?: "file";
    value: string;
    provider?: string | null;
    mimeType?: string | null;
    [key: string]: unknown;
  };
  /** The new chat. All else about it is in `chats`, which you can read from Supabase. */
  ForkOut: {
    chat_id: string;
    agent_name: string;
    /** Null until its first turn, when nothing was said before. */
    title: string | null;
    forked_from: string;
    /** The message before which it parts from that chat. */
    forked_before: string;
  };
  /** The name and arguments of a tool call. */
  FunctionCall: {
    name: string;
    arguments: string;
    [key: string]: unknown;
  };
  /** The functions that a tool may call, by name. */
  FunctionList: {
    functions: Schemas["FunctionOut"][];
  };
  /** A function that a tool may call. */
  FunctionOut: {
    name: string;
    comment: string | null;
    arguments: Schemas["ArgumentOut"][];
    /** As Postgres writes it. */
    returns: string;
    /** It gives rows or values, any number of them. */
    returns_set: boolean;
    /** The names in a row that it gives; none for a single value. */
    columns: string[];
  };
  /** The process is alive. */
  Health: {
    status?: "ok";
    version: string;
  };
  /** An image part. */
  ImagePart: {
    type?: "image";
    id?: string | null;
    source: Schemas["DataSource"] | Schemas["UrlSource"] | Schemas["FileSource"];
    metadata?: Json | null;
    [key: string]: unknown;
  };
  /** The last run of a scheduled job. */
  JobOut: {
    name: string;
    ran_at: string;
    /** `skipped`: the database was away. */
    outcome: "done" | "skipped" | "failed";
    /** How much it dealt with. */
    rows: number;
    duration_ms: number;
    /** Since the server started. */
    failures: number;
  };
  /** The agents that you may talk to, by name. */
  ModelList: {
    object?: "list";
    data: Schemas["ModelOut"][];
  };
  /** An agent. */
  ModelOut: {
    /** The agent's name. */
    id: string;
    object?: "model";
    /** Seconds since 1970. */
    created: number;
    /** `user`: yours alone; `system`: everybody's. */
    owned_by: "system" | "user";
    /** What people call it. */
    name: string | null;
    description: string | null;
  };
  /** A secret to keep. */
  NewCredential: {
    /** The secret itself: printable ASCII, as services take it. */
    value: string;
  };
  /** An instruction for an agent. */
  NewCustomization: {
    /** The agent that follows it. */
    agent_name: string;
    /** What the agent is to do, in your words. */
    content: string;
    /** Higher comes first in the prompt. */
    priority?: number;
    /** False: it is kept, but not followed. */
    is_active?: boolean;
  };
  /** Where a chat parts, and what the new one is called. */
  NewFork: {
    /** A message of yours in the chat (`chat_message_history.message_uuid`). */
    message_id: string;
    /** The new chat's id, of your choice: the same again makes no other. */
    new_chat_id: string;
  };
  /** An error, in the shape that OpenAI's clients read. */
  OpenAIError: {
    error: Schemas["ErrorOut"];
  };
  /** All servers together, but for `server`. */
  OperatorOverview: {
    /** Turns that run now. */
    running: number;
    /** Turns that wait for a person's decision. */
    waiting: number;
    /** Turns begun in the last 24 hours, by status. */
    turns_last_day: {
      [key: string]: number;
    };
    /** The share of them that failed or were broken off, 0 to 1. */
    error_rate: number;
    /** The most frequent of their errors. */
    errors: Schemas["ErrorCount"][];
    /** The days that `agents` and `users` are about, today (UTC) included. */
    days: number;
    /** The twenty dearest. */
    agents: Schemas["AgentUsage"][];
    /** The twenty dearest. */
    users: Schemas["UserUsage"][];
    server: Schemas["ServerOut"];
  };
  /** A tool call that waits for your decision. */
  PendingActionOut: {
    /** Decide with `POST /api/approvals/{id}`. */
    id: string;
    tool_name: string;
    tool_call_id: string;
    /** What the tool would be called with. */
    arguments: {
      [key: string]: Json;
    };
    /** What would happen, in a sentence. */
    summary: string;
    /** `changes`: the values that would be set; `rows`: the rows that would be touched, as they are (the first of `count`, `more` says whether there are others). Null where nobody can tell. */
    preview: {
      [key: string]: Json;
    } | null;
    /** When the question lapses, and nothing is done. */
    expires_at: string | null;
  };
  /** The server can run turns. */
  Ready: {
    status?: "ready";
    checks: {
      [key: string]: "ok";
    };
    /** What shared agents do without, and why; null while the server is still finding out. */
    refused_tools: Schemas["RefusedToolOut"][] | null;
  };
  /**
   * A span of the agent's reasoning, materialised as a message. Stands alone
   * rather than composing BaseMessage, because it carries no name.
   */
  ReasoningMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "reasoning";
    content: string;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /** A row of `agent_tools` that the server does not run as it stands. */
  RefusedToolOut: {
    agent: string;
    tool: string;
    reason: string;
  };
  /** An answer to one interrupt, sent on the run that continues from it. */
  ResumeEntry: {
    interruptId: string;
    status: "resolved" | "cancelled";
    payload?: Json | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /**
   * A request to run an agent. Also echoed back as RUN_STARTED.input. Only
   * threadId, runId and messages are required: those are the three the SDKs
   * already agree on, and for tools and context an absent key and an empty
   * array mean the same thing, so requiring them would catch nothing a
   * producer could get wrong.
   */
  RunAgentInput: {
    threadId: string;
    runId: string;
    protocolVersion?: string | null;
    parentRunId?: string | null;
    state?: Json | null;
    messages: (Schemas["DeveloperMessage"] | Schemas["SystemMessage"] | Schemas["AssistantMessage"] | Schemas["UserMessage"] | Schemas["ToolMessage"] | Schemas["ActivityMessage"] | Schemas["ReasoningMessage"])[];
    tools?: Schemas["Tool"][] | null;
    context?: Schemas["Context"][] | null;
    forwardedProps?: Json | null;
    resume?: Schemas["ResumeEntry"][] | null;
    [key: string]: unknown;
  };
  /** A run, as it is now. */
  RunOut: {
    run_id: string;
    /** The chat; null for a run that keeps no conversation. */
    session_id: string | null;
    agent_name: string;
    /** `waiting` for your decision about tool calls; `interrupted` when its server vanished. */
    status: "running" | "waiting" | "completed" | "failed" | "cancelled" | "interrupted";
  };
  /** The one server that answered, since it started. */
  ServerOut: {
    started_at: string;
    live_runs: number;
    executors: number;
    executor_hits: number;
    executor_misses: number;
    executor_evictions: number;
    database_connections: number;
    database_connections_available: number;
    database_requests_waiting: number;
    slowest_tools: Schemas["SlowTool"][];
    jobs: Schemas["JobOut"][];
  };
  /** A tool of a shared agent; those of users' own agents are one, named `private`. */
  SlowTool: {
    agent_name: string;
    tool_name: string;
    calls: number;
    mean_ms: number;
  };
  /** A ticket for a WebSocket. */
  SocketTicketOut: {
    ticket: string;
    expires_at: string;
    /** The WebSocket's address with the ticket in it. Keep it out of logs. */
    url: string;
  };
  /** How to stream. */
  StreamOptions: {
    /** One more chunk, before the last line, has the whole usage. */
    include_usage?: boolean | null;
  };
  /** Instructions from the system. */
  SystemMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "system";
    name?: string | null;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    content: string;
    [key: string]: unknown;
  };
  /** The tables that a tool may work on, by name. */
  TableList: {
    tables: Schemas["TableOut"][];
  };
  /** A table or view that a tool may work on. */
  TableOut: {
    name: string;
    comment: string | null;
    columns: Schemas["ColumnOut"][];
    /** What it takes besides reading. */
    writes: ("insert" | "update" | "delete")[];
  };
  /** A text part. */
  TextPart: {
    type?: "text";
    id?: string | null;
    text: string;
    metadata?: Json | null;
    [key: string]: unknown;
  };
  /** A tool the agent may call. */
  Tool: {
    name: string;
    description: string;
    parameters?: Json | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /**
   * A call an assistant message made. Carries no subagent attribution of its
   * own and inherits its containing message's, since several calls can share
   * one parent.
   */
  ToolCall: {
    id: string;
    type?: "function";
    function: Schemas["FunctionCall"];
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /** A tool that the agent used. */
  ToolCallOut: {
    id: string;
    name: string;
    /** As the model wrote them. */
    arguments: {
      [key: string]: Json;
    };
    /** What the model read. */
    result: string;
    status: "success" | "error";
    duration_ms: number;
  };
  /**
   * What a tool returned, as a message in the conversation. Stands alone
   * rather than composing BaseMessage, because it carries no name.
   */
  ToolMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "tool";
    content: string | (Schemas["TextPart"] | Schemas["ImagePart"] | Schemas["AudioPart"] | Schemas["VideoPart"] | Schemas["DocumentPart"])[];
    toolCallId: string;
    error?: string | null;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    [key: string]: unknown;
  };
  /** A tool's row. */
  ToolOut: {
    id: string;
    name: string;
    type: string;
    description: string;
    config: {
      [key: string]: Json;
    };
    approval: "auto" | "ask" | "ask_after_untrusted";
    is_active: boolean;
    order: number;
  };
  /** A call of one tool. */
  ToolTrialRequest: {
    /** What a model would pass to it. */
    arguments?: {
      [key: string]: Json;
    };
    /** The id or email of somebody else to act as. For admins, on shared agents, and only where the server allows it; each call is written down. */
    as_user?: string | null;
  };
  /** What the call did. */
  ToolTrialResult: {
    status: "success" | "error";
    /** What the model would read. */
    result: string;
    /** What ran, with its values. */
    sql: string[];
    /** The policies that refused the call or may have hidden rows from it, a sentence each. */
    explanation: string[];
  };
  /** The types that a tool may have; the built-in ones first. */
  ToolTypeList: {
    types: Schemas["ToolTypeOut"][];
  };
  /** A type that a tool may have. */
  ToolTypeOut: {
    name: string;
    /** The JSON Schema of the config of such a tool. */
    config_schema: {
      [key: string]: Json;
    };
  };
  /** Bytes referenced by URL, fetched by whoever needs them. */
  UrlSource: {
    type?: "url";
    value: string;
    mimeType?: string | null;
    [key: string]: unknown;
  };
  /** Tokens that the turn cost, over all its model calls. */
  UsageOut: {
    input_tokens: number;
    output_tokens: number;
    total_tokens: number;
  };
  /** A message from the person using the application. */
  UserMessage: {
    subagentRunId?: string | null;
    id: string;
    role?: "user";
    name?: string | null;
    encryptedValue?: string | null;
    metadata?: {
      [key: string]: Json;
    } | null;
    content: string | (Schemas["TextPart"] | Schemas["ImagePart"] | Schemas["AudioPart"] | Schemas["VideoPart"] | Schemas["DocumentPart"])[];
    [key: string]: unknown;
  };
  /** What one user used, of all agents. */
  UserUsage: {
    user_id: string;
    email: string | null;
    turns: number;
    usage: Schemas["UsageOut"];
    /** Of the models whose price is known. */
    cost_usd: number;
  };
  /** A video part. */
  VideoPart: {
    type?: "video";
    id?: string | null;
    source: Schemas["DataSource"] | Schemas["UrlSource"] | Schemas["FileSource"];
    metadata?: Json | null;
    [key: string]: unknown;
  };
  /** One thing that is wrong with a request. */
  InvalidPart: {
    /** `body`, `query`, `path` or `header`. */
    in: string;
    /** A JSON pointer (RFC 6901) into it; empty for the whole. */
    pointer: string;
    detail: string;
  };
  /** What went wrong (RFC 9457). */
  Problem: {
    type: string;
    /** The same each time. */
    title: string;
    status: number;
    /** A sentence or two for a person. */
    detail: string;
    /** Stable: write programs against it. */
    code: string;
    /** Also in the header X-Request-ID and in the server's log. */
    request_id: string;
    /** The run that the problem is about. */
    run_id?: string | null;
    /** The call whose arguments were refused; `errors` are about these. */
    action_id?: string | null;
    /** The chat of a turn that began and failed; its message is stored. */
    session_id?: string | null;
    /** What is wrong with the request. */
    errors?: Schemas["InvalidPart"][] | null;
  };
};
