-- A chat is the lasting conversation; a chat session (a "session instance") is one client's engagement with it, such
-- as a browser tab. Clients write both directly. Sessions tell the server which executors are still worth keeping.

create table public.chats (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  agent_name text not null,
  title text,
  context jsonb not null default '{}',
  tags text[] not null default '{}',
  is_archived boolean not null default false,
  created_at timestamptz not null default now(),
  last_message_at timestamptz,
  -- What the rows of a chat refer to, so that they can only belong to the user the chat belongs to.
  constraint chats_id_user_id_key unique (id, user_id),
  constraint agent_name_is_a_slug check (agent_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint title_is_short check (char_length(title) <= 500),
  constraint context_is_an_object check (jsonb_typeof(context) = 'object')
);

comment on table public.chats is 'Conversations between a user and an agent.';
comment on column public.chats.id is 'Identity of the chat; clients may choose it.';
comment on column public.chats.user_id is 'Whose conversation it is.';
comment on column public.chats.agent_name is 'The agent that answers.';
comment on column public.chats.title is 'What the conversation is about, in a few words.';
comment on column public.chats.context is 'What the client wants to keep with the chat, as an object.';
comment on column public.chats.tags is 'Words to find the chat by.';
comment on column public.chats.is_archived is 'Put away by its user: no longer listed by default.';
comment on column public.chats.created_at is 'When the conversation began.';
comment on column public.chats.last_message_at is 'When its newest message was stored; null before the first.';

create index chats_user_id_last_message_at_id_idx on public.chats (user_id, last_message_at desc nulls last, id);

create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  chat_id uuid not null,
  agent_name text not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  metadata jsonb not null default '{}',
  constraint chat_sessions_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint agent_name_is_a_slug check (agent_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

comment on table public.chat_sessions is 'Session instances: one client''s engagement with a chat, such as a browser tab.';
comment on column public.chat_sessions.id is 'Identity of the session instance; clients may choose it.';
comment on column public.chat_sessions.user_id is 'Whose session it is: always the chat''s user.';
comment on column public.chat_sessions.chat_id is 'The chat it is engaged with.';
comment on column public.chat_sessions.agent_name is 'The agent that the client talks to.';
comment on column public.chat_sessions.is_active is 'False once the client has left, or has shown no sign of life for too long.';
comment on column public.chat_sessions.created_at is 'When the client opened the chat.';
comment on column public.chat_sessions.updated_at is 'The client''s last sign of life: set by every update that a client makes.';
comment on column public.chat_sessions.metadata is 'What the client says about itself, as an object.';

create index chat_sessions_chat_id_user_id_idx on public.chat_sessions (chat_id, user_id);
create index chat_sessions_user_id_agent_name_is_active_idx on public.chat_sessions (user_id, agent_name, is_active);
create index chat_sessions_updated_at_active_idx on public.chat_sessions (updated_at) where is_active;

alter table public.chats enable row level security;
alter table public.chat_sessions enable row level security;

create policy "Users see their own chats" on public.chats
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users begin chats of their own" on public.chats
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own chats" on public.chats
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own chats" on public.chats
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "Users see their own sessions" on public.chat_sessions
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users open sessions of their own" on public.chat_sessions
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own sessions" on public.chat_sessions
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own sessions" on public.chat_sessions
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on public.chats, public.chat_sessions from public, anon, authenticated;
grant all on public.chats, public.chat_sessions to service_role;
grant select, insert, delete on public.chats, public.chat_sessions to authenticated;
grant update (title, context, tags, is_archived, last_message_at) on public.chats to authenticated;
grant update (is_active, updated_at, metadata) on public.chat_sessions to authenticated;

-- The server's sweep runs as the owner of its function and is no sign of life.
create trigger touch_updated_at before update on public.chat_sessions
  for each row when (current_user in ('authenticated', 'service_role'))
  execute function private.touch_updated_at();

create function private.deactivate_stale_chat_session_instances(older_than interval, at timestamptz default now())
returns integer
language sql security definer
set search_path = ''
begin atomic
  with deactivated as (
    update public.chat_sessions set is_active = false
    where is_active and updated_at < at - older_than
    returning 1
  )
  select count(*)::integer from deactivated;
end;
comment on function private.deactivate_stale_chat_session_instances(interval, timestamptz) is
  'Deactivates the sessions that have shown no sign of life for longer than this, and gives their number.';

create function private.inactive_executor_keys(keys jsonb) returns table (user_id uuid, agent_name text)
language sql stable security definer
set search_path = ''
begin atomic
  select (key ->> 0)::uuid, key ->> 1
  from jsonb_array_elements(keys) as key
  where not exists (
    select from public.chat_sessions as session
    where session.user_id = (key ->> 0)::uuid and session.agent_name = key ->> 1 and session.is_active
  );
end;
comment on function private.inactive_executor_keys(jsonb) is
  'Of these [[user_id, agent_name], ...] the pairs for which no session is active: their executors may go.';

revoke execute on function
  private.deactivate_stale_chat_session_instances(interval, timestamptz), private.inactive_executor_keys(jsonb)
from public;
grant execute on function
  private.deactivate_stale_chat_session_instances(interval, timestamptz), private.inactive_executor_keys(jsonb)
to clarity_server;
