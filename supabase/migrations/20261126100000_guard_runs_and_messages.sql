-- A run is the account of what was spent and done, and what waits for consent is what a person decides on: both are now
-- written by the chat server's functions only, so that nobody can tidy away their own usage or decide twice. Users
-- read them. Messages belong to a user by a column of their own: their policies and their search then need no look at
-- another table.

-- Messages ---------------------------------------------------------------------------------------------------------

alter table public.chat_message_history add column user_id uuid default auth.uid();
update public.chat_message_history as message set user_id = chat.user_id
  from public.chats as chat where chat.id = message.session_id;
alter table public.chat_message_history alter column user_id set not null;
comment on column public.chat_message_history.user_id is 'Whose message it is: always the chat''s user.';

alter table public.chat_message_history
  drop constraint chat_message_history_session_id_fkey,
  add constraint chat_message_history_session_id_user_id_fkey
    foreign key (session_id, user_id) references public.chats (id, user_id) on delete cascade;
-- It is read with every turn of the chat.
alter table public.chats add constraint context_is_bounded check (pg_column_size(context) <= 32768);
create index chat_message_history_session_id_user_id_idx on public.chat_message_history (session_id, user_id);
create index chat_message_history_user_id_id_idx on public.chat_message_history (user_id, id desc);

alter policy "Users see the messages of their own chats" on public.chat_message_history
  using (user_id = (select auth.uid()));
alter policy "Users add messages to their own chats" on public.chat_message_history
  with check (user_id = (select auth.uid()));
alter policy "Users delete messages of their own chats" on public.chat_message_history
  using (user_id = (select auth.uid()));

-- Runs -------------------------------------------------------------------------------------------------------------

alter table public.chat_runs
  alter column chat_id drop not null,
  add column parent_run_id uuid references public.chat_runs (id) on delete set null,
  add column cancel_requested_at timestamptz,
  add constraint chat_runs_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade;
comment on column public.chat_runs.chat_id is 'The chat it is a turn of; null for a run that keeps no conversation.';
comment on column public.chat_runs.parent_run_id is 'The run that waited for a decision and that this one goes on with.';
comment on column public.chat_runs.cancel_requested_at is
  'When somebody asked for it to be stopped; its server sees that with the next renewal of the lease.';

-- A chat has at most one turn that runs, or waits for a person.
drop index public.chat_runs_chat_id_running_key;
create unique index chat_runs_chat_id_live_key on public.chat_runs (chat_id) where status in ('running', 'waiting');
create index chat_runs_parent_run_id_idx on public.chat_runs (parent_run_id);
create index chat_runs_user_message_uuid_idx on public.chat_runs (user_message_uuid);
create index chat_runs_user_id_running_idx on public.chat_runs (user_id) where status = 'running';
create index chat_runs_lease_expires_at_running_idx on public.chat_runs (lease_expires_at) where status = 'running';

drop policy "Users open runs in their own chats" on public.chat_runs;
drop policy "Users close their own runs" on public.chat_runs;
revoke insert, update on public.chat_runs from authenticated;
-- Privileges of columns outlive those of the table.
revoke update (
  status, model, input_tokens, output_tokens, total_tokens, model_calls, tool_calls, cost_usd, latency_ms, error,
  lease_expires_at, finished_at, config_version, tools
) on public.chat_runs from authenticated;

-- What waits for consent -------------------------------------------------------------------------------------------

alter table public.pending_actions
  add column proposed_arguments jsonb,
  add column preview jsonb,
  add column tool_hash text;
comment on column public.pending_actions.proposed_arguments is 'The arguments as the model wrote them, when the person changed them.';
comment on column public.pending_actions.preview is
  'What it would change: {"changes": {...}, "rows": [...], "more": bool}; null where nobody can tell beforehand.';
comment on column public.pending_actions.tool_hash is
  'What the tool''s row said when it asked: a standing consent holds for this and nothing else.';
create index pending_actions_expires_at_pending_idx on public.pending_actions (expires_at) where status = 'pending';

drop policy "Users record pending actions of their own chats" on public.pending_actions;
drop policy "Users decide their own pending actions" on public.pending_actions;
revoke insert, update on public.pending_actions from authenticated;
revoke update (status, decided_by, decided_at, decision_reason, arguments, result)
  on public.pending_actions from authenticated;

create table public.action_decisions (
  id uuid primary key default gen_random_uuid(),
  action_id uuid not null references public.pending_actions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  decision text not null,
  arguments jsonb,
  reason text,
  created_at timestamptz not null default now(),
  constraint decision_is_known check (decision in ('approve', 'reject', 'expire', 'stop', 'always_allow'))
);
comment on table public.action_decisions is 'Who decided what, and when, about tool calls that asked: written once, never changed.';
comment on column public.action_decisions.id is 'Identity of the decision.';
comment on column public.action_decisions.action_id is 'The tool call that asked.';
comment on column public.action_decisions.user_id is 'The user who was asked.';
comment on column public.action_decisions.decision is
  'approve or reject; always_allow besides an approval; expire when nobody decided in time; stop when the turn was stopped.';
comment on column public.action_decisions.arguments is 'The arguments that were approved.';
comment on column public.action_decisions.reason is 'What the person said about it.';
comment on column public.action_decisions.created_at is 'When.';
create index action_decisions_action_id_idx on public.action_decisions (action_id);
create index action_decisions_user_id_created_at_idx on public.action_decisions (user_id, created_at desc);

create table public.tool_consents (
  user_id uuid not null references auth.users (id) on delete cascade,
  tool_id uuid not null references public.agent_tools (id) on delete cascade,
  tool_name text not null,
  agent_name text not null,
  tool_hash text not null,
  created_at timestamptz not null default now(),
  -- A row may give several tools (those of an MCP server), which are allowed one by one.
  primary key (user_id, tool_id, tool_name)
);
comment on table public.tool_consents is
  '"Always allow this tool": given while deciding on a call, for the tool as its row stood. Deleting the row takes it back.';
comment on column public.tool_consents.user_id is 'Who allows it.';
comment on column public.tool_consents.tool_id is 'The tool.';
comment on column public.tool_consents.tool_name is 'The tool''s name at the time.';
comment on column public.tool_consents.agent_name is 'The agent''s name at the time.';
comment on column public.tool_consents.tool_hash is 'What its row said: once that changes, the tool asks again.';
comment on column public.tool_consents.created_at is 'Since when.';
create index tool_consents_tool_id_idx on public.tool_consents (tool_id);

alter table public.action_decisions enable row level security;
alter table public.tool_consents enable row level security;
create policy "Users see their own decisions" on public.action_decisions
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users see which tools they always allow" on public.tool_consents
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users take back what they always allow" on public.tool_consents
  for delete to authenticated using (user_id = (select auth.uid()));
revoke all on public.action_decisions, public.tool_consents from public, anon, authenticated;
grant all on public.action_decisions, public.tool_consents to service_role;
grant select on public.action_decisions, public.tool_consents to authenticated;
grant delete on public.tool_consents to authenticated;

-- No agent's tool reads or changes any of it.
create or replace function private.is_off_limits(table_name text) returns boolean
language sql immutable
set search_path = ''
return table_name in (
  'agent_configurations', 'agent_tools', 'agent_config_history', 'user_tool_preferences', 'pending_actions',
  'action_decisions', 'tool_consents', 'user_usage', 'model_prices', 'chat_summaries', 'message_feedback',
  'chat_sessions', 'chat_runs', 'chat_message_history', 'admins', 'user_credentials'
);
