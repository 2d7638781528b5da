-- The method aggregate: what it calculates, what it groups by, and what such an answer can be ordered by.

create function private.output_names(tool public.agent_tools, fields jsonb) returns text[]
language sql stable
set search_path = ''
begin atomic
  with offered as (
    select field ->> 'argument' as argument, private.family_of(field ->> 'base') as family, field
    from jsonb_array_elements(fields) as field
    where not (field ->> 'is_kept')::boolean and not (field ->> 'is_primary')::boolean
      and not (field ->> 'is_array')::boolean
      and (tool.config -> 'columns' is null or tool.config -> 'columns' ?| array[field ->> 'argument', field ->> 'name'])
  )
  select array(
    select jsonb_object_keys(tool.config -> 'aggregates')
    union all select 'count' where not tool.config ? 'aggregates'
    union all select fn || '(' || argument || ')' from offered, unnest(array['sum', 'avg', 'min', 'max']) as fn
      where not tool.config ? 'aggregates' and (
        family in ('integer', 'number') and coalesce(field -> 'listed', 'null') = 'null'
        or family in ('date', 'datetime', 'time') and fn in ('min', 'max'))
    union all select private.find_field(fields, name) ->> 'argument'
      from jsonb_array_elements_text(tool.config -> 'group_by') as name
    union all select argument from offered
      where not tool.config ?| array['aggregates', 'group_by'] and family not in ('number', 'datetime', 'time', 'json')
        and field -> 'operators' <> '["is"]'
  );
end;
comment on function private.output_names(public.agent_tools, jsonb) is
  'What the answer of an aggregate can hold: its values and groups, as its config names them or as they are derived.';

create function private.require_output(tool public.agent_tools, fields jsonb, name text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not name = any (private.output_names(tool, fields)) then
    perform private.refuse_config(
      tool, format('order_by names %s, which is neither calculated nor grouped by', name),
      format('There are: %s.', array_to_string(private.output_names(tool, fields), ', ')));
  end if;
end
$$;
comment on function private.require_output(public.agent_tools, jsonb, text) is
  'Refuses an order by something that the answer of an aggregate does not hold.';

create function private.check_aggregates(tool public.agent_tools, fields jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  hint constant text := 'Write {"total": {"fn": "sum", "column": "amount"}}.';
  one record;
  field jsonb;
begin
  perform private.require_type(tool.name, 'aggregates', tool.config -> 'aggregates', 'object', hint);
  if tool.config -> 'aggregates' = '{}' then
    perform private.refuse_config(tool, 'aggregates is empty', hint);
  end if;
  for one in select key as name, value from jsonb_each(tool.config -> 'aggregates') loop
    perform private.require_type(tool.name, 'aggregates.' || one.name, one.value, 'object', hint);
    perform private.require_known(tool.name, 'calculation', one.value ->> 'fn');
    if one.value - array['fn', 'column'] <> '{}' then
      perform private.refuse_config(tool, format('aggregates.%s has exactly a fn and a column', one.name), hint);
    elsif one.value ->> 'column' is null and (one.value ->> 'fn' <> 'count' or one.value ? 'column') then
      perform private.refuse_config(tool, format('aggregates.%s: %s needs a column', one.name, one.value ->> 'fn'), hint);
    elsif not one.value ? 'column' then
      continue;
    end if;
    perform private.require_type(tool.name, 'aggregates.' || one.name || '.column', one.value -> 'column', 'string', hint);
    field := private.require_field(tool, fields, 'aggregates', one.value ->> 'column');
    if one.value ->> 'fn' in ('sum', 'avg')
         and (private.family_of(field ->> 'base') not in ('integer', 'number') or (field ->> 'is_array')::boolean)
       or one.value ->> 'fn' in ('min', 'max') and not field -> 'operators' ? 'gt' then
      perform private.refuse_config(
        tool, format('aggregates ask for the %s of %s, but the column is %s', one.value ->> 'fn', field ->> 'argument', field ->> 'type'),
        'sum and avg are for numbers, min and max for what has an order.');
    end if;
  end loop;
end
$$;
comment on function private.check_aggregates(public.agent_tools, jsonb) is 'Refuses values that cannot be calculated.';

create function private.check_groups(tool public.agent_tools, fields jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  hint constant text := 'Write a list of column names, or leave it out.';
  method text := tool.config ->> 'method';
  name text;
  field jsonb;
  seen text[] := '{}';
begin
  if method <> 'aggregate' and tool.config ?| array['aggregates', 'group_by'] then
    perform private.refuse_config(
      tool, format('aggregates and group_by are for the method aggregate, not for %s', method), 'Leave them out.');
  end if;
  perform private.check_aggregates(tool, fields);
  perform private.require_type(tool.name, 'group_by', tool.config -> 'group_by', 'array', hint);
  if tool.config -> 'group_by' = '[]' then
    perform private.refuse_config(tool, 'group_by is empty', hint);
  end if;
  for name in select jsonb_array_elements_text(tool.config -> 'group_by') loop
    field := private.require_field(tool, fields, 'group_by', name);
    if field -> 'operators' = '["is"]' then
      perform private.refuse_config(
        tool, format('group_by names %s, but %s has no equality', name, field ->> 'type'), 'Name another column.');
    elsif field ->> 'argument' = any (seen) then
      perform private.refuse_config(tool, format('group_by names %s twice', name), 'Name it once.');
    end if;
    seen := seen || (field ->> 'argument');
  end loop;
  if method = 'aggregate' then
    select output into name from unnest(private.output_names(tool, fields)) as output group by output having count(*) > 1 limit 1;
    if name is not null then
      perform private.refuse_config(tool, format('aggregates and group_by both name %s', name), 'Give the value another name.');
    end if;
  end if;
end
$$;
comment on function private.check_groups(public.agent_tools, jsonb) is
  'Refuses values and groups of an aggregate that cannot be, and both of them for another method.';
