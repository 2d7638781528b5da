-- What a tool's author may declare for the model to pass: the two forms of runtime_args_schema. Every argument must
-- reach a column, or the model would be offered something that has no effect.

create function private.declared_arguments(tool public.agent_tools)
returns table (name text, definition jsonb)
language sql stable
set search_path = ''
begin atomic
  -- JSON Schema lists arguments directly, or under the properties data and filters, as the short form always does.
  with top as (
    select case when schema ->> 'type' = 'object' then schema -> 'properties' else schema end as members
    from (select tool.config -> 'runtime_args_schema' as schema) as given
  ), groups as (
    select member.value -> 'properties' as members
    from top, jsonb_each(top.members) as member
    where not exists (select from jsonb_object_keys(top.members) as key where key not in ('data', 'filters'))
    union all
    select members from top
    where exists (select from jsonb_object_keys(members) as key where key not in ('data', 'filters'))
  )
  select argument.key, argument.value from groups, jsonb_each(groups.members) as argument;
end;
comment on function private.declared_arguments(public.agent_tools) is
  'The arguments that runtime_args_schema declares, in the short form or as a JSON Schema object.';

create function private.check_schema_groups(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  schema jsonb := tool.config -> 'runtime_args_schema';
  hint constant text :=
    'Write {"data": {"type": "dict", "properties": {...}}, "filters": {...}}, or a JSON Schema with type object.';
  stray text;
begin
  perform private.require_type(tool.name, 'runtime_args_schema', schema, 'object', hint);
  if schema ->> 'type' = 'object' then
    perform private.require_type(tool.name, 'properties of runtime_args_schema', schema -> 'properties', 'object', hint);
    return;
  end if;
  select key into stray from jsonb_object_keys(schema) as key where key not in ('data', 'filters');
  if stray is not null then
    perform private.refuse(format('Tool %s: runtime_args_schema has the unknown key %s.', tool.name, stray), hint);
  end if;
  perform private.require_type(tool.name, 'runtime_args_schema.' || key, value, 'object', hint),
    private.require_type(tool.name, 'the properties of ' || key, value -> 'properties', 'object', hint)
    from jsonb_each(schema);
end
$$;
comment on function private.check_schema_groups(public.agent_tools) is
  'Refuses a runtime_args_schema that has neither of its two forms.';

create function private.check_arguments(tool public.agent_tools, table_id oid) returns void
language plpgsql
set search_path = ''
as $$
declare
  hint constant text := 'Write {"title": {"type": "string", "description": "..."}}.';
begin
  perform private.check_schema_groups(tool);
  perform private.require_column(tool, table_id, 'runtime_args_schema', name)
    from private.declared_arguments(tool);
  perform private.require_type(tool.name, 'argument ' || name, definition, 'object', hint)
    from private.declared_arguments(tool);
  perform private.require_known(tool.name, 'argument type', definition ->> 'type')
    from private.declared_arguments(tool) where definition ? 'type';
  perform private.require_type(
    tool.name, 'enum of argument ' || name, definition -> 'enum', 'array', 'Write the list of allowed values.'
  ) from private.declared_arguments(tool);
  perform private.refuse(format('Tool %s: the enum of argument %s is empty.', tool.name, name), 'Leave it out.')
    from private.declared_arguments(tool) where definition -> 'enum' = '[]';
end
$$;
comment on function private.check_arguments(public.agent_tools, oid) is
  'Refuses a runtime_args_schema that cannot be compiled, or an argument without a column.';
