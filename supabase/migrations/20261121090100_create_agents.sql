-- An agent is a row and a tool is a row. Shared agents (owner_id is null) are run by the database owner or the
-- service role; a user may keep private agents, whose rows nobody else sees. Prompts and model settings are written
-- but never read back by ordinary users: a shared agent's are the operator's, and one rule is easier to trust.

create table public.agent_configurations (
  id uuid primary key default gen_random_uuid(),
  agent_name text not null,
  display_name text,
  description text,
  llm_config jsonb not null default '{}',
  system_prompt text not null default '',
  owner_id uuid references auth.users (id) on delete cascade,
  is_active boolean not null default true,
  config_version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_name_is_a_slug check (agent_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint llm_config_is_an_object check (jsonb_typeof(llm_config) = 'object')
);

comment on table public.agent_configurations is 'Agents: what each is called, which model it runs on and what it is told.';
comment on column public.agent_configurations.id is 'Identity of the agent.';
comment on column public.agent_configurations.agent_name is
  'The name clients use: lower case, digits, - and _. Unique among shared agents and among one user''s own; a user''s own agent hides a shared one of the same name.';
comment on column public.agent_configurations.display_name is 'The name people see.';
comment on column public.agent_configurations.description is 'What the agent is for, in a sentence or two for people.';
comment on column public.agent_configurations.llm_config is
  'Model settings: {"model": "provider:name", "temperature", "max_tokens", "base_url", ...}. Empty means the server''s default model.';
comment on column public.agent_configurations.system_prompt is 'What the model is told before every conversation.';
comment on column public.agent_configurations.owner_id is 'The user whose private agent this is; null for an agent shared by everyone.';
comment on column public.agent_configurations.is_active is 'An inactive agent answers nobody.';
comment on column public.agent_configurations.config_version is
  'Goes up by trigger with every change of the agent or of one of its tools, so that servers know when to rebuild it.';
comment on column public.agent_configurations.created_at is 'When the agent was made.';
comment on column public.agent_configurations.updated_at is 'When the agent or one of its tools last changed.';

create unique index agent_configurations_shared_name_key on public.agent_configurations (agent_name) where owner_id is null;
create unique index agent_configurations_owner_id_agent_name_key on public.agent_configurations (owner_id, agent_name);

create table public.agent_tools (
  id uuid primary key default gen_random_uuid(),
  agent_id uuid not null references public.agent_configurations (id) on delete cascade,
  name text not null,
  type text not null default 'CRUDTool',
  description text not null default '',
  config jsonb not null default '{}',
  approval text not null default 'auto',
  is_active boolean not null default true,
  "order" integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_tools_agent_id_name_key unique (agent_id, name),
  -- What the tool-calling APIs of model providers accept.
  constraint tool_name_suits_models check (name ~ '^[a-zA-Z_][a-zA-Z0-9_]{0,63}$'),
  constraint approval_is_known check (approval in ('auto', 'ask', 'ask_after_untrusted'))
);

comment on table public.agent_tools is 'Tools: what an agent can do, each for its user and under that user''s policies.';
comment on column public.agent_tools.id is 'Identity of the tool.';
comment on column public.agent_tools.agent_id is 'The agent that has this tool.';
comment on column public.agent_tools.name is 'The name the model calls it by; unique within the agent.';
comment on column public.agent_tools.type is 'What kind of tool it is: CRUDTool works on one table.';
comment on column public.agent_tools.description is 'What it does and when to use it. The model chooses by this text.';
comment on column public.agent_tools.config is
  'Settings of its type. CRUDTool: table_name and method, and optionally runtime_args_schema, field_map, columns, filters, fixed, order_by, limit, max_limit, soft_delete, apply_agent_name_context.';
comment on column public.agent_tools.approval is
  'auto: runs at once. ask: waits for the user''s consent. ask_after_untrusted: waits once the turn has read content from outside.';
comment on column public.agent_tools.is_active is 'An inactive tool is not offered to the model.';
comment on column public.agent_tools."order" is 'Position among the agent''s tools, lowest first.';
comment on column public.agent_tools.created_at is 'When the tool was made.';
comment on column public.agent_tools.updated_at is 'When the tool last changed.';

alter table public.agent_configurations enable row level security;
alter table public.agent_tools enable row level security;

create policy "Users see active shared agents and their own" on public.agent_configurations
  for select to authenticated
  using ((owner_id is null and is_active) or owner_id = (select auth.uid()));
create policy "Users make agents of their own" on public.agent_configurations
  for insert to authenticated
  with check (owner_id = (select auth.uid()));
create policy "Users change their own agents" on public.agent_configurations
  for update to authenticated
  using (owner_id = (select auth.uid()))
  with check (owner_id = (select auth.uid()));
create policy "Users delete their own agents" on public.agent_configurations
  for delete to authenticated
  using (owner_id = (select auth.uid()));

create policy "Users see the tools of their own agents" on public.agent_tools
  for select to authenticated
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and agent.owner_id = (select auth.uid())
  ));
create policy "Users give tools to their own agents" on public.agent_tools
  for insert to authenticated
  with check (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and agent.owner_id = (select auth.uid())
  ));
create policy "Users change the tools of their own agents" on public.agent_tools
  for update to authenticated
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and agent.owner_id = (select auth.uid())
  ))
  with check (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and agent.owner_id = (select auth.uid())
  ));
create policy "Users take tools from their own agents" on public.agent_tools
  for delete to authenticated
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and agent.owner_id = (select auth.uid())
  ));

revoke all on public.agent_configurations, public.agent_tools from public, anon, authenticated;
grant all on public.agent_configurations, public.agent_tools to service_role;
grant select (id, agent_name, display_name, description, owner_id, is_active, config_version, created_at, updated_at)
  on public.agent_configurations to authenticated;
grant insert (agent_name, display_name, description, llm_config, system_prompt, owner_id, is_active)
  on public.agent_configurations to authenticated;
grant update (agent_name, display_name, description, llm_config, system_prompt, is_active)
  on public.agent_configurations to authenticated;
grant delete on public.agent_configurations to authenticated;
grant select, delete on public.agent_tools to authenticated;
grant insert (agent_id, name, type, description, config, approval, is_active, "order")
  on public.agent_tools to authenticated;
grant update (agent_id, name, type, description, config, approval, is_active, "order")
  on public.agent_tools to authenticated;
