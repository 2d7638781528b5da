-- The triggers that refuse a row that cannot work. Everything is checked that the catalog can prove; what an operator
-- may still be about to do (a grant, row-level security) is a warning.

create function private.check_tool_access(tool public.agent_tools, table_id oid) returns void
language plpgsql
set search_path = ''
as $$
declare
  relation pg_catalog.pg_class := (select class from pg_catalog.pg_class as class where oid = table_id);
  privilege text := case tool.config ->> 'method'
    when 'create' then 'insert' when 'update' then 'update' when 'upsert' then 'insert'
    when 'delete' then case when tool.config ? 'soft_delete' then 'update' else 'delete' end
    else 'select'
  end;
begin
  if not (
    case when privilege = 'delete' then has_table_privilege('authenticated', table_id, privilege)
    else has_any_column_privilege('authenticated', table_id, privilege) end
  ) then
    raise warning using
      message = format('Tool %s will fail: users may not %s %s.', tool.name, privilege, relation.relname),
      hint = format('grant %s on public.%I to authenticated;', privilege, relation.relname);
  end if;
  if relation.relkind in ('r', 'p') and not relation.relrowsecurity then
    raise warning using
      message = format('Tool %s gives every user every row: %s has no row-level security.', tool.name, relation.relname),
      hint = format('alter table public.%I enable row level security; and add policies.', relation.relname);
  elsif relation.relkind = 'v' and not coalesce(
    relation.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false
  ) then
    raise warning using
      message = format('Tool %s reads the view %s as its owner, past row-level security.', tool.name, relation.relname),
      hint = format('alter view public.%I set (security_invoker = true);', relation.relname);
  end if;
end
$$;
comment on function private.check_tool_access(public.agent_tools, oid) is
  'Warns about a table that users may not use yet, or that does not tell them apart.';

create function private.check_crud_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  table_id oid := private.check_table_name(tool);
  fields jsonb;
begin
  perform private.check_method(tool, table_id);
  perform private.check_field_map(tool, table_id);
  fields := private.tool_fields(tool);
  perform private.check_columns(tool, table_id, fields);
  perform private.check_filters(tool, fields);
  perform private.check_fixed(tool, fields);
  perform private.check_groups(tool, fields);
  perform private.check_order_by(tool, fields);
  perform private.check_soft_delete(tool, fields);
  perform private.check_limits(tool);
  perform private.check_agent_name_context(tool);
  perform private.check_arguments(tool, fields);
  perform private.check_tool_access(tool, table_id);
end
$$;
comment on function private.check_crud_tool(public.agent_tools) is 'Refuses a CRUDTool that cannot work.';

insert into private.tool_types (name, check_function, config_keys) values (
  'CRUDTool', 'check_crud_tool', array[
    'table_name', 'method', 'runtime_args_schema', 'field_map', 'columns', 'filters', 'fixed', 'aggregates', 'group_by',
    'order_by', 'limit', 'max_limit', 'max_rows', 'soft_delete', 'apply_agent_name_context'
  ]
);

create function private.check_agent_tool() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  type_check text;
begin
  -- What is broken already may still be renamed, reordered and above all switched off.
  if tg_op = 'UPDATE' and (new.type, new.config) = (old.type, old.config) and (old.is_active or not new.is_active) then
    return new;
  end if;
  select check_function into type_check from private.tool_types where name = new.type;
  if not found then
    perform private.refuse(
      format('Tool %s has the unknown tool type %s.', new.name, new.type),
      (select format('One of: %s.', string_agg(name, ', ' order by name)) from private.tool_types)
    );
  end if;
  perform private.require_type(new.name, 'config', new.config, 'object', 'Write {"table_name": ..., "method": ...}.');
  perform private.check_config_keys(new);
  if type_check is not null then
    execute format('select private.%I($1)', type_check) using new;
  end if;
  return new;
end
$$;
comment on function private.check_agent_tool() is 'Trigger: a tool that cannot work is not written.';

create function private.check_agent_configuration() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  model jsonb := new.llm_config -> 'model';
begin
  if jsonb_typeof(model) <> 'string' or model #>> '{}' !~ '^[a-z][a-z0-9_-]*:.+$' then
    raise check_violation using
      message = format('Agent %s: the model %s is not of the form provider:name.', new.agent_name, model),
      hint = 'Write for example {"model": "openai:gpt-5-mini"}, or leave model out for the server''s default.';
  end if;
  return new;
end
$$;
comment on function private.check_agent_configuration() is 'Trigger: an agent''s model names its provider.';

revoke execute on all functions in schema private from public;

create trigger check_tool before insert or update on public.agent_tools
  for each row execute function private.check_agent_tool();
create trigger check_configuration before insert or update of llm_config on public.agent_configurations
  for each row when (jsonb_typeof(new.llm_config) = 'object' and new.llm_config ? 'model')
  execute function private.check_agent_configuration();
