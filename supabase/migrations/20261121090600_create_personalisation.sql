-- What one user adds to an agent for themselves: instructions, how often a tool asks first, and what the agent
-- remembers. All of it is the user's own, to read, change and delete.

create extension if not exists vector with schema extensions;

create table public.user_agent_prompt_customizations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  agent_name text not null,
  customization_type text not null default 'instruction',
  content text not null,
  priority integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_name_is_a_slug check (agent_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  -- It is part of every prompt: longer than this and it would crowd out the conversation.
  constraint content_fits_a_prompt check (char_length(content) between 1 and 8000)
);

comment on table public.user_agent_prompt_customizations is 'Standing instructions of a user for one agent.';
comment on column public.user_agent_prompt_customizations.id is 'Identity of the instruction.';
comment on column public.user_agent_prompt_customizations.user_id is 'Whose instruction it is.';
comment on column public.user_agent_prompt_customizations.agent_name is 'The agent that follows it.';
comment on column public.user_agent_prompt_customizations.customization_type is 'What kind of text it is, such as instruction.';
comment on column public.user_agent_prompt_customizations.content is 'The instruction, in the user''s words, at most 8000 characters.';
comment on column public.user_agent_prompt_customizations.priority is 'Higher comes first in the prompt.';
comment on column public.user_agent_prompt_customizations.is_active is 'An inactive instruction is kept but not followed.';
comment on column public.user_agent_prompt_customizations.created_at is 'When it was written.';
comment on column public.user_agent_prompt_customizations.updated_at is 'When it last changed.';

create index user_agent_prompt_customizations_user_id_agent_name_idx
  on public.user_agent_prompt_customizations (user_id, agent_name);

create table public.user_tool_preferences (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  tool_id uuid not null references public.agent_tools (id) on delete cascade,
  approval text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_tool_preferences_user_id_tool_id_key unique (user_id, tool_id),
  constraint approval_is_known check (approval in ('auto', 'ask'))
);

comment on table public.user_tool_preferences is 'Whether a tool asks this user before it acts.';
comment on column public.user_tool_preferences.id is 'Identity of the preference.';
comment on column public.user_tool_preferences.user_id is 'Whose preference it is.';
comment on column public.user_tool_preferences.tool_id is 'The tool it is about.';
comment on column public.user_tool_preferences.approval is 'auto: act at once; ask: wait for consent.';
comment on column public.user_tool_preferences.created_at is 'When it was first chosen.';
comment on column public.user_tool_preferences.updated_at is 'When it last changed.';

create index user_tool_preferences_tool_id_idx on public.user_tool_preferences (tool_id);

create table public.agent_long_term_memory (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  agent_name text not null,
  content text not null,
  kind text not null default 'fact',
  embedding extensions.vector(768),
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_name_is_a_slug check (agent_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint content_is_a_note check (char_length(content) between 1 and 8000),
  constraint metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

comment on table public.agent_long_term_memory is 'What an agent remembers about its user beyond one conversation.';
comment on column public.agent_long_term_memory.id is 'Identity of the memory.';
comment on column public.agent_long_term_memory.user_id is 'Whom it is about, and who alone sees it.';
comment on column public.agent_long_term_memory.agent_name is 'The agent that remembers it.';
comment on column public.agent_long_term_memory.content is 'One thing to remember, as a whole sentence that makes sense on its own.';
comment on column public.agent_long_term_memory.kind is 'What sort of memory it is: fact, preference, person, event, ...';
comment on column public.agent_long_term_memory.embedding is 'Its meaning as a vector of 768 numbers, for search; null until computed.';
comment on column public.agent_long_term_memory.metadata is 'Where it came from and the like, as an object.';
comment on column public.agent_long_term_memory.created_at is 'When it was remembered.';
comment on column public.agent_long_term_memory.updated_at is 'When it last changed.';

create index agent_long_term_memory_user_id_agent_name_created_at_idx
  on public.agent_long_term_memory (user_id, agent_name, created_at desc);

alter table public.user_agent_prompt_customizations enable row level security;
alter table public.user_tool_preferences enable row level security;
alter table public.agent_long_term_memory enable row level security;

create policy "Users see their own instructions" on public.user_agent_prompt_customizations
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users write instructions of their own" on public.user_agent_prompt_customizations
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own instructions" on public.user_agent_prompt_customizations
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own instructions" on public.user_agent_prompt_customizations
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "Users see their own tool preferences" on public.user_tool_preferences
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users choose tool preferences of their own" on public.user_tool_preferences
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own tool preferences" on public.user_tool_preferences
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own tool preferences" on public.user_tool_preferences
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "Users see what is remembered about them" on public.agent_long_term_memory
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users have things remembered about themselves" on public.agent_long_term_memory
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users correct what is remembered about them" on public.agent_long_term_memory
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users have memories about themselves forgotten" on public.agent_long_term_memory
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on
  public.user_agent_prompt_customizations, public.user_tool_preferences, public.agent_long_term_memory
from public, anon, authenticated;
grant all on
  public.user_agent_prompt_customizations, public.user_tool_preferences, public.agent_long_term_memory
to service_role;
grant select, insert, update, delete on
  public.user_agent_prompt_customizations, public.user_tool_preferences, public.agent_long_term_memory
to authenticated;

create trigger touch_updated_at before update on public.user_agent_prompt_customizations
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.user_tool_preferences
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.agent_long_term_memory
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
