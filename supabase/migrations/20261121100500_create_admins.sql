-- Shared agents are run by admins: signed-in users whom the database owner or the service role has named in a table.
-- A table and not a claim, because a claim is as old as the token that carries it: who is taken off the list has no
-- rights on the next statement. The policies ask it directly, so no function with other rights than the user's is needed.

create table public.admins (
  user_id uuid primary key references auth.users (id) on delete cascade,
  created_at timestamptz not null default now()
);

comment on table public.admins is
  'Who may manage the shared agents, their tools and their history. Written by the database owner and the service role only.';
comment on column public.admins.user_id is 'The user.';
comment on column public.admins.created_at is 'Since when.';

alter table public.admins enable row level security;

create policy "Users see whether they are admins themselves" on public.admins
  for select to authenticated using (user_id = (select auth.uid()));

revoke all on public.admins from public, anon, authenticated;
grant all on public.admins to service_role;
grant select on public.admins to authenticated;

-- Who is an admin is no agent's to read or change, and neither are the credentials that users have entrusted.
create or replace function private.is_off_limits(table_name text) returns boolean
language sql immutable
set search_path = ''
return table_name in (
  'agent_configurations', 'agent_tools', 'agent_config_history', 'user_tool_preferences', 'pending_actions',
  'chat_sessions', 'chat_runs', 'chat_message_history', 'admins', 'user_credentials'
);

-- The policies of agents and their tools, with admins in them. Prompts and model settings stay hidden by column grants:
-- owners and admins read them from the chat server.

alter policy "Users see active shared agents and their own" on public.agent_configurations
  using (
    (owner_id is null and is_active)
    or owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  );
alter policy "Users see active shared agents and their own" on public.agent_configurations
  rename to "Users see active and own agents, admins every shared one";

alter policy "Users make agents of their own" on public.agent_configurations
  with check (
    owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  );
alter policy "Users make agents of their own" on public.agent_configurations
  rename to "Users make agents of their own, admins shared ones";

alter policy "Users change their own agents" on public.agent_configurations
  using (
    owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  )
  with check (
    owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  );
alter policy "Users change their own agents" on public.agent_configurations
  rename to "Users change their own agents, admins shared ones";

alter policy "Users delete their own agents" on public.agent_configurations
  using (
    owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  );
alter policy "Users delete their own agents" on public.agent_configurations
  rename to "Users delete their own agents, admins shared ones";

alter policy "Users see the tools of their own agents" on public.agent_tools
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and (
      agent.owner_id = (select auth.uid())
      or (agent.owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
    )
  ));
alter policy "Users see the tools of their own agents" on public.agent_tools
  rename to "Users see tools of their own agents, admins of shared ones";

alter policy "Users give tools to their own agents" on public.agent_tools
  with check (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and (
      agent.owner_id = (select auth.uid())
      or (agent.owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
    )
  ));
alter policy "Users give tools to their own agents" on public.agent_tools
  rename to "Users give tools to their own agents, admins to shared ones";

alter policy "Users change the tools of their own agents" on public.agent_tools
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and (
      agent.owner_id = (select auth.uid())
      or (agent.owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
    )
  ))
  with check (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and (
      agent.owner_id = (select auth.uid())
      or (agent.owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
    )
  ));
alter policy "Users change the tools of their own agents" on public.agent_tools
  rename to "Users change tools of their own agents, admins of shared ones";

alter policy "Users take tools from their own agents" on public.agent_tools
  using (exists (
    select from public.agent_configurations as agent
    where agent.id = agent_tools.agent_id and (
      agent.owner_id = (select auth.uid())
      or (agent.owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
    )
  ));
alter policy "Users take tools from their own agents" on public.agent_tools
  rename to "Users take tools from their own agents, admins from shared ones";

alter policy "Users see the history of their own agents" on public.agent_config_history
  using (
    owner_id = (select auth.uid())
    or (owner_id is null and exists (select from public.admins where admins.user_id = (select auth.uid())))
  );
alter policy "Users see the history of their own agents" on public.agent_config_history
  rename to "Users see the history of own agents, admins of shared ones";

-- An admin says what shared agents do, but is not the operator: a base_url of their choice would be sent the server's
-- key for the model's provider.
create function private.guard_base_url() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if current_user <> 'authenticated' then
    return new;
  elsif tg_op = 'UPDATE' and (new.llm_config -> 'base_url') is not distinct from (old.llm_config -> 'base_url') then
    return new;
  end if;
  raise check_violation using
    message = format('Agent %s: only the database''s owner may set the base_url of a shared agent.', new.agent_name),
    hint = 'The server sends its own key there. Leave llm_config.base_url as it is.';
end
$$;
comment on function private.guard_base_url() is 'Trigger: no admin sends the server''s key to a host of their choice.';
revoke execute on function private.guard_base_url() from public;

create trigger guard_base_url before insert or update of llm_config on public.agent_configurations
  for each row when (new.owner_id is null and new.llm_config ? 'base_url')
  execute function private.guard_base_url();
