-- A run is one turn of a chat; messages and actions that wait for a person belong to it. The server writes all three
-- as the user, so the user's own policies hold for it too. A run is never deleted by a user: it is the account of
-- what was spent.

create table public.chat_runs (
  id uuid primary key default gen_random_uuid(),
  chat_id uuid not null,
  user_id uuid not null default auth.uid(),
  agent_id uuid references public.agent_configurations (id) on delete set null,
  agent_name text not null,
  config_version bigint,
  user_message_uuid uuid,
  status text not null default 'running',
  model text,
  input_tokens bigint,
  output_tokens bigint,
  total_tokens bigint,
  model_calls integer not null default 0,
  tool_calls integer not null default 0,
  cost_usd numeric(14, 8),
  latency_ms integer,
  error jsonb,
  lease_expires_at timestamptz,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- What messages and actions refer to, so that a run can only have those of its own chat.
  constraint chat_runs_id_chat_id_key unique (id, chat_id),
  constraint chat_runs_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint status_is_known
    check (status in ('running', 'completed', 'failed', 'cancelled', 'interrupted', 'waiting')),
  constraint counts_are_not_negative check (
    least(input_tokens, output_tokens, total_tokens, model_calls, tool_calls, cost_usd, latency_ms) >= 0
  )
);

comment on table public.chat_runs is 'Turns: from a user''s message to the agent''s answer.';
comment on column public.chat_runs.id is 'Identity of the run.';
comment on column public.chat_runs.chat_id is 'The chat it is a turn of.';
comment on column public.chat_runs.user_id is 'Whose turn it is: always the chat''s user.';
comment on column public.chat_runs.agent_id is 'The agent that answered; null once it is deleted.';
comment on column public.chat_runs.agent_name is 'The agent''s name at the time.';
comment on column public.chat_runs.config_version is 'The version of the agent that answered.';
comment on column public.chat_runs.user_message_uuid is 'The message it answers (chat_message_history.message_uuid).';
comment on column public.chat_runs.status is
  'running; waiting for a person''s decision; completed, failed or cancelled; interrupted when its server vanished.';
comment on column public.chat_runs.model is 'The model that answered, as provider:name.';
comment on column public.chat_runs.input_tokens is 'Tokens that the models read; null when the provider does not say.';
comment on column public.chat_runs.output_tokens is 'Tokens that the models wrote; null when the provider does not say.';
comment on column public.chat_runs.total_tokens is 'Tokens read and written.';
comment on column public.chat_runs.model_calls is 'How often a model was asked.';
comment on column public.chat_runs.tool_calls is 'How many tool calls the models made.';
comment on column public.chat_runs.cost_usd is 'What the models cost in US dollars; null when the price is not known.';
comment on column public.chat_runs.latency_ms is 'Milliseconds from start to end.';
comment on column public.chat_runs.error is 'Why it failed: {"code", "message"}.';
comment on column public.chat_runs.lease_expires_at is 'Until when the server that runs it may be trusted to be alive.';
comment on column public.chat_runs.started_at is 'When the turn was opened.';
comment on column public.chat_runs.finished_at is 'When the turn was closed.';

-- At most one running turn a chat.
create unique index chat_runs_chat_id_running_key on public.chat_runs (chat_id) where status = 'running';
create index chat_runs_chat_id_user_id_started_at_idx on public.chat_runs (chat_id, user_id, started_at desc);
create index chat_runs_user_id_started_at_idx on public.chat_runs (user_id, started_at desc);
create index chat_runs_agent_id_idx on public.chat_runs (agent_id);

-- The columns id, session_id, message and created_at are those of langchain-postgres, which can read and write it.
create table public.chat_message_history (
  id bigint generated always as identity primary key,
  session_id uuid not null references public.chats (id) on delete cascade,
  message jsonb not null,
  created_at timestamptz not null default now(),
  message_uuid uuid not null default gen_random_uuid(),
  run_id uuid,
  constraint chat_message_history_session_id_message_uuid_key unique (session_id, message_uuid),
  constraint chat_message_history_run_id_session_id_fkey
    foreign key (run_id, session_id) references public.chat_runs (id, chat_id) on delete set null (run_id),
  constraint message_is_an_object check (jsonb_typeof(message) = 'object')
);

comment on table public.chat_message_history is 'The messages of chats, in the form LangChain keeps them.';
comment on column public.chat_message_history.id is 'Order of the messages.';
comment on column public.chat_message_history.session_id is 'The chat (chats.id); langchain-postgres gives the column this name.';
comment on column public.chat_message_history.message is 'The message: {"type": "human" | "ai" | "tool" | ..., "data": {...}}.';
comment on column public.chat_message_history.created_at is 'When it was stored.';
comment on column public.chat_message_history.message_uuid is
  'The message''s identity within the chat. A client that sends a message twice under one identity stores it once.';
comment on column public.chat_message_history.run_id is 'The turn it belongs to.';

create index chat_message_history_session_id_id_idx on public.chat_message_history (session_id, id desc);
create index chat_message_history_run_id_session_id_idx on public.chat_message_history (run_id, session_id);

create table public.pending_actions (
  id uuid primary key default gen_random_uuid(),
  run_id uuid not null,
  chat_id uuid not null,
  user_id uuid not null default auth.uid(),
  agent_name text not null,
  tool_id uuid references public.agent_tools (id) on delete set null,
  tool_name text not null,
  tool_call_id text not null,
  arguments jsonb not null default '{}',
  summary text,
  status text not null default 'pending',
  decided_by uuid,
  decided_at timestamptz,
  decision_reason text,
  result jsonb,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  constraint pending_actions_run_id_tool_call_id_key unique (run_id, tool_call_id),
  constraint pending_actions_run_id_chat_id_fkey
    foreign key (run_id, chat_id) references public.chat_runs (id, chat_id) on delete cascade,
  constraint pending_actions_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint status_is_known
    check (status in ('pending', 'approved', 'rejected', 'executed', 'expired', 'failed')),
  constraint arguments_are_an_object check (jsonb_typeof(arguments) = 'object')
);

comment on table public.pending_actions is 'Tool calls that wait for a person''s consent, and what became of them.';
comment on column public.pending_actions.id is 'Identity of the action.';
comment on column public.pending_actions.run_id is 'The turn in which the model asked for it.';
comment on column public.pending_actions.chat_id is 'The chat it belongs to.';
comment on column public.pending_actions.user_id is 'Who is asked, and as whom it would run: always the chat''s user.';
comment on column public.pending_actions.agent_name is 'The agent that asked.';
comment on column public.pending_actions.tool_id is 'The tool; null once it is deleted.';
comment on column public.pending_actions.tool_name is 'The tool''s name at the time.';
comment on column public.pending_actions.tool_call_id is 'The model''s own identity for the call, answered by the tool message.';
comment on column public.pending_actions.arguments is 'What the tool would be called with; the person may change it while deciding.';
comment on column public.pending_actions.summary is 'What would happen, in a sentence for the person.';
comment on column public.pending_actions.status is
  'pending; approved or rejected by the person; executed or failed after approval; expired without a decision.';
comment on column public.pending_actions.decided_by is 'Who decided.';
comment on column public.pending_actions.decided_at is 'When it was decided.';
comment on column public.pending_actions.decision_reason is 'What the person said about it; the model reads this.';
comment on column public.pending_actions.result is 'What the tool gave after approval.';
comment on column public.pending_actions.expires_at is 'When the question lapses; null for never.';
comment on column public.pending_actions.created_at is 'When the model asked.';

create index pending_actions_run_id_chat_id_idx on public.pending_actions (run_id, chat_id);
create index pending_actions_chat_id_user_id_idx on public.pending_actions (chat_id, user_id);
create index pending_actions_user_id_status_idx on public.pending_actions (user_id, status);
create index pending_actions_tool_id_idx on public.pending_actions (tool_id);

alter table public.chat_runs enable row level security;
alter table public.chat_message_history enable row level security;
alter table public.pending_actions enable row level security;

create policy "Users see their own runs" on public.chat_runs
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users open runs in their own chats" on public.chat_runs
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users close their own runs" on public.chat_runs
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create policy "Users see the messages of their own chats" on public.chat_message_history
  for select to authenticated
  using (exists (
    select from public.chats as chat
    where chat.id = chat_message_history.session_id and chat.user_id = (select auth.uid())
  ));
create policy "Users add messages to their own chats" on public.chat_message_history
  for insert to authenticated
  with check (exists (
    select from public.chats as chat
    where chat.id = chat_message_history.session_id and chat.user_id = (select auth.uid())
  ));
create policy "Users delete messages of their own chats" on public.chat_message_history
  for delete to authenticated
  using (exists (
    select from public.chats as chat
    where chat.id = chat_message_history.session_id and chat.user_id = (select auth.uid())
  ));

create policy "Users see their own pending actions" on public.pending_actions
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users record pending actions of their own chats" on public.pending_actions
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users decide their own pending actions" on public.pending_actions
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

revoke all on public.chat_runs, public.chat_message_history, public.pending_actions from public, anon, authenticated;
grant all on public.chat_runs, public.chat_message_history, public.pending_actions to service_role;
grant select, insert on public.chat_runs, public.chat_message_history, public.pending_actions to authenticated;
grant delete on public.chat_message_history to authenticated;
grant update (
  status, model, input_tokens, output_tokens, total_tokens, model_calls, tool_calls, cost_usd, latency_ms, error,
  lease_expires_at, finished_at
) on public.chat_runs to authenticated;
grant update (status, decided_by, decided_at, decision_reason, arguments, result)
  on public.pending_actions to authenticated;
