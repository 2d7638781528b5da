-- What a tool's author may declare for the model to pass: the two forms of runtime_args_schema. Every argument must
-- reach a column that it fits, or the model would be offered something that has no effect.

create function private.declared_groups(tool public.agent_tools)
returns table (group_name text, definition jsonb)
language sql stable
set search_path = ''
begin atomic
  -- JSON Schema lists arguments directly, or under the properties data and filters, as the short form always does.
  with top as (
    select schema, case when schema ->> 'type' = 'object' then schema -> 'properties' else schema end as members
    from (select tool.config -> 'runtime_args_schema' as schema) as given
  ), forms as (
    select *, exists (select from jsonb_object_keys(members) as key where key not in ('data', 'filters')) as is_flat
    from top
  )
  select member.key, member.value from forms, jsonb_each(forms.members) as member where not is_flat
  union all
  select case when tool.config ->> 'method' in ('create', 'upsert') then 'data' else 'filters' end, schema
  from forms where is_flat;
end;
comment on function private.declared_groups(public.agent_tools) is
  'The groups `data` and `filters` that runtime_args_schema declares, in the short form or as a JSON Schema object.';

create function private.declared_arguments(tool public.agent_tools)
returns table (group_name text, name text, definition jsonb)
language sql stable
set search_path = ''
begin atomic
  select declared.group_name, argument.key, argument.value
  from private.declared_groups(tool) as declared, jsonb_each(nullif(declared.definition -> 'properties', 'null')) as argument;
end;
comment on function private.declared_arguments(public.agent_tools) is 'The arguments of private.declared_groups().';

create function private.check_schema_groups(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  schema jsonb := tool.config -> 'runtime_args_schema';
  method text := tool.config ->> 'method';
  hint constant text :=
    'Write {"data": {"type": "dict", "properties": {...}}, "filters": {...}}, or a JSON Schema with type object.';
  known text[] := case when method in ('create', 'upsert') then array['data']
                       when method = 'update' then array['data', 'filters'] else array['filters'] end;
  stray text;
begin
  perform private.require_type(tool.name, 'runtime_args_schema', schema, 'object', hint);
  if schema ->> 'type' = 'object' then
    perform private.require_type(tool.name, 'properties of runtime_args_schema', schema -> 'properties', 'object', hint);
    perform private.check_declaration(tool, 'runtime_args_schema', schema);
    if method = 'update' and exists (
      select from jsonb_object_keys(schema -> 'properties') as key where key not in ('data', 'filters')
    ) then
      perform private.refuse_config(tool, 'runtime_args_schema of an update needs the properties data and filters', hint);
    end if;
  else
    select key into stray from jsonb_object_keys(schema) as key where key not in ('data', 'filters');
    if stray is not null then
      perform private.refuse(format('Tool %s: runtime_args_schema has the unknown key %s.', tool.name, stray), hint);
    end if;
  end if;
  select group_name into stray from private.declared_groups(tool) where not group_name = any (known) limit 1;
  if stray is not null then
    perform private.refuse_config(
      tool, format('runtime_args_schema names %s; a %s takes %s', stray, method, array_to_string(known, ' and ')), hint
    );
  end if;
  perform private.require_type(tool.name, 'runtime_args_schema.' || group_name, definition, 'object', hint),
    private.require_type(tool.name, 'the properties of ' || group_name, definition -> 'properties', 'object', hint),
    private.check_declaration(tool, group_name, definition)
    from private.declared_groups(tool);
  select group_name into stray from private.declared_groups(tool)
    where definition ->> 'type' not in ('dict', 'object', 'any') limit 1;
  if stray is not null then
    perform private.refuse_config(tool, format('runtime_args_schema: %s must be a dict with properties', stray), hint);
  end if;
end
$$;
comment on function private.check_schema_groups(public.agent_tools) is
  'Refuses a runtime_args_schema that has neither of its two forms.';

create function private.check_declaration(tool public.agent_tools, place text, definition jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  hint constant text := 'Write {"title": {"type": "string", "description": "..."}}.';
  types constant jsonb := '{
    "type": "string", "description": "string", "enum": "array", "optional": "boolean", "properties": "object",
    "required": "array", "items": "object", "format": "string", "minimum": "number", "maximum": "number",
    "minLength": "number", "maxLength": "number", "maxItems": "number", "additionalProperties": "boolean",
    "title": "string", "$schema": "string"
  }';
  stray text;
begin
  perform private.require_type(tool.name, place, definition, 'object', hint);
  select key into stray from jsonb_object_keys(definition - 'default') as key where not types ? key limit 1;
  if stray is not null then
    perform private.refuse_config(
      tool, format('%s has the unknown key %s', place, stray),
      format('There are: default, %s.', (select string_agg(key, ', ') from jsonb_object_keys(types) as key))
    );
  end if;
  perform private.require_type(tool.name, format('%s of %s', key, place), value, types ->> key, hint)
    from jsonb_each(definition - 'default');
  if definition ? 'type' then
    perform private.require_known(tool.name, 'argument type', definition ->> 'type');
  end if;
  if definition -> 'enum' = '[]' then
    perform private.refuse(format('Tool %s: the enum of %s is empty.', tool.name, place), 'Leave it out.');
  end if;
  select value::text into stray from jsonb_array_elements(definition -> 'enum') as value
    where jsonb_typeof(value) not in ('string', 'number', 'boolean') limit 1;
  if stray is not null then
    perform private.refuse_config(tool, format('the enum of %s names %s', place, stray), 'Write texts or numbers.');
  end if;
  select key into stray from jsonb_each(definition) where key in ('minLength', 'maxLength', 'maxItems') and value::numeric % 1 <> 0;
  if stray is not null then
    perform private.refuse_config(tool, format('%s of %s must be a whole number', stray, place), hint);
  end if;
  perform private.require_type(tool.name, 'each name required by ' || place, name, 'string', hint)
    from jsonb_array_elements(definition -> 'required') as name;
  select name into stray from jsonb_array_elements_text(definition -> 'required') as name
    where not coalesce(definition -> 'properties' ? name, false) limit 1;
  if stray is not null then
    perform private.refuse_config(tool, format('%s requires %s, which is not among its properties', place, stray), hint);
  end if;
  perform private.check_declaration(tool, 'argument ' || key, value) from jsonb_each(definition -> 'properties');
  if definition ? 'items' then
    perform private.check_declaration(tool, 'the items of ' || place, definition -> 'items');
  end if;
end
$$;
comment on function private.check_declaration(public.agent_tools, text, jsonb) is
  'Refuses a declared argument, or a group of them, with a key that nothing reads or a value of the wrong type.';

create function private.check_argument(tool public.agent_tools, fields jsonb, group_name text, name text, definition jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  field jsonb := private.require_field(tool, fields, 'runtime_args_schema', name);
  filters jsonb := tool.config -> 'filters';
  operators jsonb := field -> 'operators';
  allowed jsonb;
  narrowed jsonb := field;
  passes boolean;
begin
  if (field ->> 'is_user')::boolean then
    perform private.refuse_config(
      tool, format('runtime_args_schema names %s: the user''s own id is never an argument', name), 'Leave it out.');
  elsif (field ->> 'is_kept')::boolean then
    perform private.refuse_config(
      tool, format('runtime_args_schema names %s, which the tool itself decides', name), 'Leave it out, or take it out of fixed.');
  elsif group_name = 'data' and (field ->> 'is_generated')::boolean then
    perform private.refuse_config(
      tool, format('runtime_args_schema names %s, which the database fills in itself', name), 'Leave it out.');
  end if;
  if group_name = 'filters' and filters is null then
    allowed := case
      when coalesce(nullif(definition -> 'properties', 'null'), '{}') <> '{}'
        then (select jsonb_agg(key) from jsonb_object_keys(definition -> 'properties') as key)
      when operators ? 'eq' then '["eq"]' else operators end;
    if not operators @> allowed then
      perform private.refuse_config(
        tool, format('%s has an operator that does not fit %s', name, field ->> 'type'),
        format('There are: %s.', (select string_agg(one, ', ') from jsonb_array_elements_text(operators) as one)));
    end if;
    operators := allowed;
  elsif group_name = 'filters' then
    select case when value = 'null' then operators else value end into allowed
      from jsonb_each(case when jsonb_typeof(filters) = 'array'
        then (select coalesce(jsonb_object_agg(one, null), '{}') from jsonb_array_elements_text(filters) as one)
        else filters end)
      where private.find_field(fields, key) ->> 'argument' = field ->> 'argument';
    if allowed is null then
      perform private.refuse_config(
        tool, format('runtime_args_schema filters by %s, which the key filters leaves out', name), 'Name it in filters.');
    end if;
    operators := allowed;
  end if;
  if group_name = 'data' or coalesce(nullif(definition -> 'properties', 'null'), '{}') = '{}' then
    perform private.check_declared_values(tool, field, definition);
    narrowed := private.declared_field(tool, field, definition);
  end if;
  if definition ? 'default' then
    passes := case when group_name = 'filters' then private.filter_passes(definition -> 'default', narrowed, definition, operators)
                   when definition -> 'default' = 'null' then not (field ->> 'is_required')::boolean
                   else private.passes(definition -> 'default', narrowed, definition) end;
    if not passes then
      perform private.refuse_config(
        tool, format('the default of %s does not fit it', name), 'Write a value as a model would pass it.');
    end if;
  end if;
end
$$;
comment on function private.check_argument(public.agent_tools, jsonb, text, text, jsonb) is
  'Refuses a declared argument that no model may pass, or that contradicts its column.';

create function private.payload_names(tool public.agent_tools, fields jsonb) returns text[]
language sql stable
set search_path = ''
begin atomic
  with keys as (
    select key, place = 1 as is_first
    from jsonb_array_elements(private.describe_table(tool.config ->> 'table_name') -> 'unique_keys')
      with ordinality as list (key, place)
  ), offered as (
    select field ->> 'name' as name, (field ->> 'has_default')::boolean and exists (
      select from keys where is_first and key = jsonb_build_array(field -> 'name')
    ) as is_key
    from jsonb_array_elements(fields) as field
    where not (field ->> 'is_generated')::boolean and not (field ->> 'is_kept')::boolean
      and not (field ->> 'is_mark')::boolean and field ->> 'name' not in ('created_at', 'updated_at')
  )
  select case
    -- What runtime_args_schema declares, it declares completely.
    when exists (select from private.declared_groups(tool) where group_name = 'data' and definition ->> 'properties' is not null)
      then array(select private.find_field(fields, name) ->> 'name' from private.declared_arguments(tool) where group_name = 'data')
    else array(
      select name from offered
      where not is_key or (tool.config ->> 'method' = 'upsert' and not exists (
        select from keys where not key ? offered.name and not exists (
          select from jsonb_array_elements_text(key) as part
          where not coalesce((
            select (field ->> 'is_user')::boolean or not (field ->> 'is_generated')::boolean
            from jsonb_array_elements(fields) as field where field ->> 'name' = part
          ), false)
        )
      ))
    )
  end;
end;
comment on function private.payload_names(public.agent_tools, jsonb) is
  'The columns that a model can fill with `data`: declared, or all that neither the database nor the tool fills in.';

create function private.check_reach(tool public.agent_tools, fields jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  method text := tool.config ->> 'method';
  payload text[] := private.payload_names(tool, fields);
  given text[] := payload || array(
    select field ->> 'name' from jsonb_array_elements(fields) as field where (field ->> 'is_kept')::boolean);
  has_filters boolean := case
    when exists (select from private.declared_groups(tool) where group_name = 'filters' and definition ->> 'properties' is not null)
      then exists (select from private.declared_arguments(tool) where group_name = 'filters')
    when tool.config ? 'filters' then exists (
      select from jsonb_object_keys(case when jsonb_typeof(tool.config -> 'filters') = 'array'
        then (select coalesce(jsonb_object_agg(one, null), '{}') from jsonb_array_elements_text(tool.config -> 'filters') as one)
        else tool.config -> 'filters' end) as key
      where not (private.find_field(fields, key) ->> 'is_kept')::boolean)
    else exists (
      select from jsonb_array_elements(fields) as field
      where not (field ->> 'is_kept')::boolean and not (field ->> 'is_mark')::boolean
        and (tool.config -> 'columns' is null or tool.config -> 'columns' ?| array[field ->> 'argument', field ->> 'name']))
  end;
begin
  if method = 'update' and payload = '{}' then
    perform private.refuse_config(
      tool, 'an update needs at least one column that the model may change', 'Declare it in runtime_args_schema.');
  elsif method in ('update', 'delete') and not has_filters and coalesce(tool.config -> 'fixed', '{}') = '{}' then
    perform private.refuse_config(
      tool, format('a tool for %s without filters would touch the whole table', method), 'Name columns in filters.');
  elsif method = 'upsert' and not exists (
    select from jsonb_array_elements(private.describe_table(tool.config ->> 'table_name') -> 'unique_keys') as key
    where not exists (select from jsonb_array_elements_text(key) as part where not part = any (given))
  ) then
    perform private.refuse_config(
      tool, format('an upsert needs a unique key of %s among its arguments', private.table_title(private.find_table(tool.config ->> 'table_name'))),
      'Declare the columns of one in runtime_args_schema.');
  end if;
end
$$;
comment on function private.check_reach(public.agent_tools, jsonb) is
  'Refuses a write that says nothing to change, that would touch a whole table, or an upsert that cannot find its row.';

create function private.check_arguments(tool public.agent_tools, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_schema_groups(tool);
  perform private.check_argument(tool, fields, group_name, name, definition) from private.declared_arguments(tool);
  perform private.check_reach(tool, fields);
end
$$;
comment on function private.check_arguments(public.agent_tools, jsonb) is
  'Refuses a runtime_args_schema that cannot be compiled, or an argument that does not fit its column.';
