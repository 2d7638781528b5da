-- Who changed which agent or tool, when, and from what to what: enough to explain a change and to undo it.
-- The same triggers keep config_version, because both must see every change, whoever makes it. They are definer
-- functions: a user may not write the history or the version by hand.

create table public.agent_config_history (
  id bigint generated always as identity primary key,
  agent_id uuid not null,
  tool_id uuid,
  owner_id uuid,
  table_name text not null,
  action text not null,
  changed_by uuid,
  changed_at timestamptz not null default now(),
  config_version bigint,
  before jsonb,
  after jsonb,
  constraint table_name_is_recorded check (table_name in ('agent_configurations', 'agent_tools')),
  constraint action_is_known check (action in ('insert', 'update', 'delete'))
);

comment on table public.agent_config_history is 'Every change of an agent or a tool. Written by triggers, outlives what it describes.';
comment on column public.agent_config_history.id is 'Order of the changes.';
comment on column public.agent_config_history.agent_id is 'The agent that changed; no foreign key, so that its deletion stays on record.';
comment on column public.agent_config_history.tool_id is 'The tool that changed; null when it was the agent itself.';
comment on column public.agent_config_history.owner_id is 'Whose private agent it was, null for a shared one: that user may read the record.';
comment on column public.agent_config_history.table_name is 'Where the row lives: agent_configurations or agent_tools.';
comment on column public.agent_config_history.action is 'insert, update or delete.';
comment on column public.agent_config_history.changed_by is 'The signed-in user who did it; null for the database owner and the service role.';
comment on column public.agent_config_history.changed_at is 'When it happened.';
comment on column public.agent_config_history.config_version is 'The agent''s version after the change; null once the agent is gone.';
comment on column public.agent_config_history.before is 'The whole row before; null for an insert.';
comment on column public.agent_config_history.after is 'The whole row after; null for a delete.';

create index agent_config_history_agent_id_id_idx on public.agent_config_history (agent_id, id desc);
create index agent_config_history_owner_id_idx on public.agent_config_history (owner_id);

alter table public.agent_config_history enable row level security;

create policy "Users see the history of their own agents" on public.agent_config_history
  for select to authenticated
  using (owner_id = (select auth.uid()));

revoke all on public.agent_config_history from public, anon, authenticated;
grant all on public.agent_config_history to service_role;
grant select on public.agent_config_history to authenticated;

-- What counts as a change: everything but the clock and the counter.
create function private.agent_content(agent public.agent_configurations) returns jsonb
language sql immutable
set search_path = ''
return to_jsonb(agent) - array['config_version', 'created_at', 'updated_at'];
comment on function private.agent_content(public.agent_configurations) is 'What of an agent''s row is configuration.';

create function private.tool_content(tool public.agent_tools) returns jsonb
language sql immutable
set search_path = ''
return to_jsonb(tool) - array['created_at', 'updated_at'];
comment on function private.tool_content(public.agent_tools) is 'What of a tool''s row is configuration.';

create function private.count_agent_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- The version never goes back: a server would then take an old agent for the current one.
  if private.agent_content(new) is distinct from private.agent_content(old) then
    new.config_version := greatest(new.config_version, old.config_version + 1);
  else
    new.config_version := greatest(new.config_version, old.config_version);
  end if;
  if new.config_version > old.config_version then
    new.updated_at := now();
  end if;
  return new;
end
$$;
comment on function private.count_agent_change() is 'Trigger: a changed agent gets the next config_version.';

create function private.record_agent_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.agent_configurations := coalesce(new, old);
begin
  -- A version that moved because of a tool is recorded with that tool.
  if tg_op = 'UPDATE' and private.agent_content(new) is not distinct from private.agent_content(old) then
    return null;
  end if;
  insert into public.agent_config_history
    (agent_id, owner_id, table_name, action, changed_by, config_version, before, after)
  values (
    agent.id, agent.owner_id, tg_table_name, lower(tg_op), auth.uid(),
    case when tg_op <> 'DELETE' then agent.config_version end, to_jsonb(old), to_jsonb(new)
  );
  return null;
end
$$;
comment on function private.record_agent_change() is 'Trigger: writes a change of an agent into the history.';

create function private.bump_config_version(agent_ids uuid[]) returns void
language sql security definer
set search_path = ''
begin atomic
  update public.agent_configurations set config_version = config_version + 1 where id = any (agent_ids);
end;
comment on function private.bump_config_version(uuid[]) is
  'Makes every server rebuild these agents on their next turn. Each agent counts once, however often it is named.';

create function private.agent_owner(agent uuid) returns uuid
language sql stable security definer
set search_path = ''
return coalesce(
  (select owner_id from public.agent_configurations where id = agent),
  -- While a deleted agent's tools go with it, only the history still knows whose they were.
  (select owner_id from public.agent_config_history where agent_id = agent order by id desc limit 1)
);
comment on function private.agent_owner(uuid) is 'Whose private agent this is or was; null for a shared one.';

create function private.record_tool_change(action text, before public.agent_tools, after public.agent_tools) returns void
language sql security definer
set search_path = ''
begin atomic
  insert into public.agent_config_history
    (agent_id, tool_id, owner_id, table_name, action, changed_by, config_version, before, after)
  select
    side.agent_id, coalesce((after).id, (before).id), private.agent_owner(side.agent_id), 'agent_tools', action,
    auth.uid(), (select config_version from public.agent_configurations where id = side.agent_id),
    -- `before is null` would ask whether every field is null: the id tells whether there is a row.
    case when (before).id is not null then to_jsonb(before) end,
    case when (after).id is not null then to_jsonb(after) end
  -- A tool moved from one agent to another is part of both histories.
  from (select (before).agent_id union select (after).agent_id) as side (agent_id)
  where side.agent_id is not null;
end;
comment on function private.record_tool_change(text, public.agent_tools, public.agent_tools) is
  'Writes a change of a tool into the history of the agent that had it and of the one that has it.';

-- One function for each kind of statement, because each has other transition tables.
create function private.after_tools_inserted() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.bump_config_version(array(select agent_id from inserted));
  perform private.record_tool_change('insert', null, tool) from inserted as tool;
  return null;
end
$$;
comment on function private.after_tools_inserted() is 'Trigger: new tools change their agents.';

create function private.after_tools_updated() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.bump_config_version(array(
    select unnest(array[earlier.agent_id, later.agent_id]) from earlier join later using (id)
    where private.tool_content(earlier) is distinct from private.tool_content(later)
  ));
  perform private.record_tool_change('update', earlier, later) from earlier join later using (id)
  where private.tool_content(earlier) is distinct from private.tool_content(later);
  return null;
end
$$;
comment on function private.after_tools_updated() is
  'Trigger: changed tools change the agents that had them and that have them; an update to the same values changes nothing.';

create function private.after_tools_deleted() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.bump_config_version(array(select agent_id from deleted));
  perform private.record_tool_change('delete', tool, null) from deleted as tool;
  return null;
end
$$;
comment on function private.after_tools_deleted() is 'Trigger: deleted tools change their agents.';

revoke execute on function
  private.agent_content(public.agent_configurations), private.tool_content(public.agent_tools),
  private.count_agent_change(), private.record_agent_change(), private.bump_config_version(uuid[]),
  private.agent_owner(uuid), private.record_tool_change(text, public.agent_tools, public.agent_tools),
  private.after_tools_inserted(), private.after_tools_updated(), private.after_tools_deleted()
from public;

create trigger count_change before update on public.agent_configurations
  for each row execute function private.count_agent_change();
create trigger record_change after insert or update or delete on public.agent_configurations
  for each row execute function private.record_agent_change();

create trigger touch_updated_at before update on public.agent_tools
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
create trigger after_insert after insert on public.agent_tools
  referencing new table as inserted
  for each statement execute function private.after_tools_inserted();
create trigger after_update after update on public.agent_tools
  referencing old table as earlier new table as later
  for each statement execute function private.after_tools_updated();
create trigger after_delete after delete on public.agent_tools
  referencing old table as deleted
  for each statement execute function private.after_tools_deleted();
