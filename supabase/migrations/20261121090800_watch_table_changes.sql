-- What a tool offers the model is derived from its table: columns, types, checks, comments. When the table changes,
-- the agents whose tools name it are rebuilt, so that their next turn knows the new shape.
-- Event triggers may be reserved to superusers on a hosted project. There the migration goes on without them, and a
-- changed table is noticed with the next change of the agent or the tool.

create function private.rebuild_agents_of_tables(tables text[]) returns void
language sql security definer
set search_path = ''
begin atomic
  select private.bump_config_version(array(
    select agent_id from public.agent_tools
    where regexp_replace(config ->> 'table_name', '^public\.', '') = any (tables)
      -- Columns such as `project(title)` reach into other tables, whose names they need not say.
      or (config ->> 'columns' like '%(%' and tables <> '{}')
  ));
end;
comment on function private.rebuild_agents_of_tables(text[]) is
  'Makes the agents whose tools name one of these tables of schema public rebuild on their next turn.';

create function private.changed_tables() returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  relations oid[];
  types oid[];
  tables oid[];
begin
  select array_agg(objid) filter (where classid = 'pg_catalog.pg_class'::regclass),
         array_agg(objid) filter (where classid = 'pg_catalog.pg_type'::regclass)
    into relations, types
    from pg_event_trigger_ddl_commands();
  tables := relations || array(select indrelid from pg_catalog.pg_index where indexrelid = any (relations));
  if types is not null then
    -- A type's change, such as a new enum label, is a change of the tables that have a column of it.
    tables := tables || array(select attrelid from pg_catalog.pg_attribute where atttypid = any (types));
  end if;
  return array(
    select distinct relname::text from pg_catalog.pg_class
     where oid = any (tables) and relnamespace = 'public'::regnamespace);
end
$$;
comment on function private.changed_tables() is
  'Inside a ddl_command_end event trigger: the tables and views of schema public that the command made or changed.';

create function private.gone_tables() returns text[]
language sql stable security definer
set search_path = ''
return array(
  select distinct regexp_replace(config ->> 'table_name', '^public\.', '')
  from public.agent_tools
  where not exists (
    select from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace
      and relname = regexp_replace(config ->> 'table_name', '^public\.', '')
  )
);
comment on function private.gone_tables() is 'The tables that tools name but that are dropped or have another name now.';

create function private.after_ddl() returns event_trigger
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
  if tg_event = 'ddl_command_end' then
    perform private.rebuild_agents_of_tables(private.changed_tables());
  end if;
end
$$;
comment on function private.after_ddl() is 'Event trigger: agents whose tools'' tables changed are rebuilt.';

revoke execute on function
  private.rebuild_agents_of_tables(text[]), private.changed_tables(), private.gone_tables(), private.after_ddl()
from public;

do $$
begin
  create event trigger clarity_watch_ddl on ddl_command_end execute function private.after_ddl();
  create event trigger clarity_watch_drop on sql_drop execute function private.after_ddl();
exception
  when insufficient_privilege then
    raise notice 'This role may not create event triggers: after changing a table, touch the tools that name it.';
end
$$;
