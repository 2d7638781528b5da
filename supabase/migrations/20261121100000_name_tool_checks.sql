-- What the trigger on agent_tools checks is a function of its own now, so that `clarity tools lint` can ask it again about
-- rows that were written long ago: a table may have lost its column since, or its grant. Types of plugins say whose they
-- are, and agents whose tools a server should have looked at are listed for it.

alter table private.tool_types add column package text;
comment on column private.tool_types.package is 'The Python package that brings the type as a plugin; null for a type that is built in.';

create function private.check_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  type_check text;
begin
  select check_function into type_check from private.tool_types where name = tool.type;
  if not found then
    perform private.refuse(
      format('Tool %s has the unknown tool type %s.', tool.name, tool.type),
      (select format('One of: %s.', string_agg(name, ', ' order by name)) from private.tool_types)
    );
  end if;
  perform private.require_type(tool.name, 'config', tool.config, 'object', 'Write {"table_name": ..., "method": ...}.');
  perform private.check_config_keys(tool);
  if type_check is not null then
    execute format('select private.%I($1)', type_check) using tool;
  end if;
end
$$;
comment on function private.check_tool(public.agent_tools) is
  'Refuses a tool that cannot work, and warns of one that may not: what the trigger on agent_tools asks of a row.';

create or replace function private.check_agent_tool() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- What is broken already may still be renamed, reordered and above all switched off.
  if tg_op = 'UPDATE' and (new.agent_id, new.type, new.config) = (old.agent_id, old.type, old.config)
    and (old.is_active or not new.is_active)
  then
    return new;
  end if;
  perform private.check_tool(new);
  return new;
end
$$;

create function private.shared_agent_versions() returns table (id uuid, config_version bigint)
language sql stable security definer
set search_path = ''
begin atomic
  select id, config_version from public.agent_configurations where owner_id is null and is_active;
end;
comment on function private.shared_agent_versions() is 'The shared agents that answer somebody, each with its config_version.';

revoke execute on function private.check_tool(public.agent_tools), private.shared_agent_versions() from public;
grant execute on function private.shared_agent_versions() to clarity_server;
