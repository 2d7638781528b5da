-- The config keys of a CRUDTool that name columns: each must be one that the tool can use, and be used as its type allows.

create function private.check_field_map(tool public.agent_tools, table_id oid) returns void
language plpgsql
set search_path = ''
as $$
declare
  field_map jsonb := tool.config -> 'field_map';
  hint constant text := 'Write {"argument": "column"}, one for each renamed column.';
  twice text;
begin
  perform private.require_type(tool.name, 'field_map', field_map, 'object', hint);
  perform private.require_type(tool.name, 'field_map.' || key, value, 'string', hint) from jsonb_each(field_map);
  perform private.require_field(tool, (
    select jsonb_agg(jsonb_build_object('name', column_name))
    from jsonb_array_elements(private.describe_table(tool.config ->> 'table_name') -> 'columns') as described,
      text(described ->> 'name') as column_name
  ), 'field_map', value) from jsonb_each_text(field_map);
  select value into twice from jsonb_each_text(field_map) group by value having count(*) > 1 limit 1;
  if twice is not null then
    perform private.refuse(
      format('Tool %s maps two arguments to the column %s.', tool.name, twice), 'Map each column once.'
    );
  end if;
end
$$;
comment on function private.check_field_map(public.agent_tools, oid) is 'Refuses names for columns that do not exist, and two names for one column.';

create function private.check_columns(tool public.agent_tools, table_id oid, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  hint text := 'Write a list of column names, or leave it out for all columns.';
  related text[];
  names text[];
  problem text;
begin
  perform private.require_type(tool.name, 'columns', tool.config -> 'columns', 'array', hint);
  if tool.config -> 'columns' = '[]' then
    perform private.refuse(format('Tool %s has an empty list of columns.', tool.name), hint);
  end if;
  related := array(select private.related_entries(tool.config));
  names := array(
    select private.require_field(tool, fields, 'columns', name) ->> 'argument'
    from jsonb_array_elements_text(tool.config -> 'columns') as name where name = any (related) is not true
  ) || array(
    select private.resolve_related(table_id, 'columns', entry, 1) ->> 'argument' from unnest(related) as entry
  );
  select name into problem from unnest(names) as name group by name having count(*) > 1 limit 1;
  if problem is not null then
    perform private.refuse_config(tool, format('columns names %s twice', problem), 'Name it once.');
  end if;
exception when check_violation then
  get stacked diagnostics problem = message_text, hint = pg_exception_hint;
  -- What private.resolve_related() raises is only the rest of a sentence.
  if problem like 'columns %' then
    perform private.refuse_config(tool, problem, hint);
  end if;
  perform private.refuse(problem, hint);
end
$$;
comment on function private.check_columns(public.agent_tools, oid, jsonb) is
  'Refuses a list of columns to return that names one the table does not have, or related rows to which no key leads.';

create function private.check_filters(tool public.agent_tools, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  filters jsonb := tool.config -> 'filters';
  hint constant text := 'Write {"column": ["eq", "gte"]}, or a list of columns for every operator that fits each.';
  filter record;
  field jsonb;
  stray text;
begin
  if jsonb_typeof(filters) = 'array' then
    perform private.require_type(tool.name, 'each of filters', value, 'string', hint) from jsonb_array_elements(filters);
    filters := (select coalesce(jsonb_object_agg(value, null), '{}') from jsonb_array_elements_text(filters));
  end if;
  perform private.require_type(tool.name, 'filters', filters, 'object', hint);
  for filter in select key, nullif(value, 'null') as operators from jsonb_each(filters) loop
    field := private.require_field(tool, fields, 'filters', filter.key);
    perform private.refuse_user_field(tool, field, 'filters');
    perform private.require_type(tool.name, 'filters.' || filter.key, filter.operators, 'array', hint);
    perform private.require_known(tool.name, 'operator', operator)
      from jsonb_array_elements_text(filter.operators) as operator;
    if filter.operators = '[]' then
      perform private.refuse_config(tool, format('filters allow no operator on %s', filter.key), hint);
    end if;
    select operator into stray from jsonb_array_elements_text(filter.operators) as operator
      where not field -> 'operators' ? operator limit 1;
    if stray is not null then
      perform private.refuse_config(
        tool, format('filters allow %s on %s, but the column is %s', stray, filter.key, field ->> 'type'),
        format('For %s there are: %s.', field ->> 'type', (
          select string_agg(operator, ', ') from jsonb_array_elements_text(field -> 'operators') as operator))
      );
    end if;
  end loop;
end
$$;
comment on function private.check_filters(public.agent_tools, jsonb) is
  'Refuses filters on columns that do not exist, or by operators that are not known or do not fit.';

create function private.check_fixed(tool public.agent_tools, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  constant record;
  field jsonb;
begin
  perform private.require_type(
    tool.name, 'fixed', tool.config -> 'fixed', 'object', 'Write {"column": value}, one for each constant.'
  );
  for constant in select key, value from jsonb_each(tool.config -> 'fixed') loop
    field := private.require_field(tool, fields, 'fixed', constant.key);
    perform private.refuse_user_field(tool, field, 'fixed');
    perform private.require_value(tool, field, format('the value of fixed for %s', constant.key), constant.value);
  end loop;
end
$$;
comment on function private.check_fixed(public.agent_tools, jsonb) is
  'Refuses constants for columns that do not exist, or that do not fit theirs.';

create function private.order_terms(order_by jsonb) returns table (place text, term jsonb)
language sql immutable
set search_path = ''
begin atomic
  with forms as (
    select place, value from (values
      ('default', case when jsonb_typeof(order_by) = 'object' then order_by -> 'default' else order_by end),
      ('choices', case when jsonb_typeof(order_by) = 'object' then order_by -> 'choices' end)
    ) as given (place, value)
  )
  select place, term from forms, jsonb_array_elements(
    case jsonb_typeof(value) when 'string' then jsonb_build_array(value) when 'array' then value else '[]' end
  ) as term;
end;
comment on function private.order_terms(jsonb) is 'The terms of an order_by in each of its forms.';

create function private.check_order_by(tool public.agent_tools, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  order_by jsonb := tool.config -> 'order_by';
  hint constant text := 'Write "column", "column desc", a list of these, or {"default": ..., "choices": [...]}.';
  part jsonb;
  name text;
  field jsonb;
begin
  if jsonb_typeof(order_by) = 'object' and order_by - array['default', 'choices'] <> '{}' then
    perform private.refuse_config(tool, 'order_by has exactly a default and choices', hint);
  end if;
  foreach part in array case when jsonb_typeof(order_by) = 'object'
    then array[order_by -> 'default', order_by -> 'choices'] else array[order_by] end
  loop
    if jsonb_typeof(part) <> 'string' then
      perform private.require_type(tool.name, 'order_by', part, 'array', hint);
    end if;
    if part = '[]' then
      perform private.refuse(format('Tool %s has an empty order_by.', tool.name), hint);
    end if;
  end loop;
  perform private.require_type(tool.name, 'each term of order_by', term, 'string', hint)
    from private.order_terms(order_by);
  for name in
    select regexp_replace(btrim(term #>> '{}', E' \t\n'), '\s+(asc|desc)$', '', 'i') from private.order_terms(order_by)
  loop
    if tool.config ->> 'method' = 'aggregate' then
      perform private.require_output(tool, fields, name);
      continue;
    end if;
    field := private.require_field(tool, fields, 'order_by', name);
    if field -> 'operators' = '["is"]' then
      perform private.refuse_config(
        tool, format('order_by names %s, but %s has no order', name, field ->> 'type'), 'Name another column.'
      );
    end if;
  end loop;
end
$$;
comment on function private.check_order_by(public.agent_tools, jsonb) is 'Refuses an order by columns that do not exist or cannot be sorted.';

create function private.check_soft_delete(tool public.agent_tools, fields jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  soft_delete jsonb := tool.config -> 'soft_delete';
  hint constant text := 'Write {"column": "status", "value": "deleted"}.';
  field jsonb;
begin
  if soft_delete is null then
    return;
  end if;
  perform private.require_type(tool.name, 'soft_delete', soft_delete, 'object', hint);
  if not soft_delete ?& array['column', 'value'] or soft_delete - array['column', 'value'] <> '{}' then
    perform private.refuse(format('Tool %s: soft_delete has exactly a column and a value.', tool.name), hint);
  elsif tool.config ->> 'method' = 'create' then
    perform private.refuse(
      format('Tool %s has soft_delete, but a create neither finds nor deletes rows.', tool.name), 'Leave it out.'
    );
  end if;
  perform private.require_type(tool.name, 'soft_delete.column', soft_delete -> 'column', 'string', hint);
  field := private.require_field(tool, fields, 'soft_delete', soft_delete ->> 'column');
  if not (soft_delete -> 'value' = '"now"' and (field ->> 'base' = 'date' or field ->> 'base' like 'timestamp%')
          and not (field ->> 'is_array')::boolean) then
    perform private.require_value(
      tool, field, format('the value of soft_delete for %s', field ->> 'argument'), soft_delete -> 'value'
    );
  end if;
end
$$;
comment on function private.check_soft_delete(public.agent_tools, jsonb) is 'Refuses a soft delete that says no column and no value that fits it.';
