-- What a tool offers the model is derived from its function, too: arguments, defaults, comments, what it returns, and
-- with whose rights it works. When the function changes, the agents whose tools call it are rebuilt.

create function private.rebuild_agents_of_functions(functions text[]) returns void
language sql security definer
set search_path = ''
begin atomic
  select private.bump_config_version(array(
    select agent_id from public.agent_tools
    where regexp_replace(config ->> 'function_name', '^public\.', '') = any (functions)
  ));
end;
comment on function private.rebuild_agents_of_functions(text[]) is
  'Makes the agents whose tools call one of these functions of schema public rebuild on their next turn.';

create function private.changed_functions() returns text[]
language sql stable security definer
set search_path = ''
return array(
  select distinct function.proname::text
  from pg_event_trigger_ddl_commands() as command
  left join pg_catalog.pg_class as relation
    on command.classid = 'pg_catalog.pg_class'::regclass and relation.oid = command.objid
  -- A type's change, such as a new enum label or a table's new column, is a change of what takes or returns it.
  left join pg_catalog.pg_type as type
    on type.oid = coalesce(relation.reltype, command.objid)
    and (relation.oid is not null or command.classid = 'pg_catalog.pg_type'::regclass)
  join pg_catalog.pg_proc as function
    on (command.classid = 'pg_catalog.pg_proc'::regclass and function.oid = command.objid)
    or function.prorettype in (type.oid, nullif(type.typarray, 0))
    or array[type.oid, nullif(type.typarray, 0)]
      && coalesce(function.proallargtypes, function.proargtypes::oid[])
  where function.pronamespace = 'public'::regnamespace
);
comment on function private.changed_functions() is
  'Inside a ddl_command_end event trigger: the functions of schema public that the command made or changed.';

create function private.dropped_functions() returns text[]
language sql stable security definer
set search_path = ''
return array(
  select address_names[2] from pg_event_trigger_dropped_objects()
  where object_type = 'function' and address_names[1] = 'public'
);
comment on function private.dropped_functions() is
  'Inside a sql_drop event trigger: the functions of schema public that are gone.';

create function private.gone_functions() returns text[]
language sql stable security definer
set search_path = ''
return array(
  select distinct regexp_replace(config ->> 'function_name', '^public\.', '')
  from public.agent_tools
  where config ? 'function_name' and private.find_function(config ->> 'function_name') is null
);
comment on function private.gone_functions() is
  'The functions that tools name but that have another name or schema now.';

create or replace function private.after_ddl() returns event_trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Dropping the whole schema must not fail over what is already gone.
  if to_regclass('public.agent_tools') is null then
    return;
  end if;
  if tg_event = 'sql_drop' or tg_tag like 'ALTER %' then
    perform private.rebuild_agents_of_tables(private.gone_tables());
  end if;
  if tg_event = 'sql_drop' then
    perform private.rebuild_agents_of_functions(private.dropped_functions());
  else
    perform private.rebuild_agents_of_tables(private.changed_tables());
    perform private.rebuild_agents_of_functions(private.changed_functions());
    if tg_tag like 'ALTER %' then
      perform private.rebuild_agents_of_functions(private.gone_functions());
    end if;
  end if;
end
$$;
comment on function private.after_ddl() is
  'Event trigger: agents whose tools'' tables or functions changed are rebuilt.';

revoke execute on function
  private.rebuild_agents_of_functions(text[]), private.changed_functions(), private.dropped_functions(),
  private.gone_functions()
from public;
