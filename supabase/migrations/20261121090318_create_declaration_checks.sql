-- An argument that a tool's row declares narrows its column: it may say a narrower type, listed values, bounds and a
-- default, but nothing that the column could not take.

create function private.declared_field(tool public.agent_tools, field jsonb, definition jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  declared text := coalesce(definition ->> 'type', 'any');
  base text := field ->> 'base';
  is_array boolean := (field ->> 'is_array')::boolean;
  is_json boolean := base in ('json', 'jsonb') and not is_array;
  wanted text := case declared
    when 'int' then 'bigint' when 'integer' then 'bigint' when 'float' then 'numeric' when 'number' then 'numeric'
    when 'bool' then 'boolean' when 'boolean' then 'boolean' when 'date' then 'date'
    when 'datetime' then 'timestamp with time zone' when 'uuid' then 'uuid'
  end;
  family text := private.family_of(base);
  fits boolean;
begin
  fits := case
    when is_json then true
    when is_array then declared in ('list', 'array', 'any', 'null')
    when wanted is null then declared not in ('list', 'array', 'dict', 'object')
    else family = private.family_of(wanted) or family in ('text', 'other')
      or (family, wanted) in (('number', 'bigint'), ('datetime', 'date'))
  end;
  if not fits then
    perform private.refuse_config(
      tool, format('%s is declared as %s, but the column is %s', field ->> 'argument', declared, field ->> 'type'),
      'Leave the type out: the column has one.'
    );
  end if;
  -- A column that takes a narrower type is read as that type.
  if not is_json and not is_array and wanted is not null and family <> private.family_of(wanted) then
    field := field || jsonb_build_object('base', wanted, 'type', wanted, 'listed', null);
  elsif is_json then
    field := field || jsonb_build_object('json_type', case
      when declared in ('dict', 'object') then 'object' when declared in ('list', 'array') then 'array' end);
  end if;
  return field;
end
$$;
comment on function private.declared_field(public.agent_tools, jsonb, jsonb) is
  'The field as a declaration narrows it; refuses a declared type that contradicts the column.';

create function private.family_of(base text) returns text
language sql immutable
set search_path = ''
return case
  when base in ('text', 'character varying', 'character', 'citext') then 'text'
  when base in ('smallint', 'integer', 'bigint') then 'integer'
  when base in ('numeric', 'real', 'double precision') then 'number'
  when base in ('boolean', 'date', 'uuid') then base
  when base like 'timestamp%' then 'datetime'
  when base like 'time%' then 'time'
  when base in ('json', 'jsonb') then 'json'
  else 'other'
end;
comment on function private.family_of(text) is 'What a type is like as JSON: text, integer, number, boolean, date, datetime, time, uuid, json or other.';

create function private.check_declared_values(tool public.agent_tools, field jsonb, definition jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  argument text := field ->> 'argument';
  narrowed jsonb := private.declared_field(tool, field, definition);
  family text := private.family_of(narrowed ->> 'base');
  is_array boolean := (field ->> 'is_array')::boolean;
  stray text;
begin
  select label::text into stray from jsonb_array_elements(definition -> 'enum') as label
    where not private.value_fits(label, narrowed) or narrowed ? 'json_type' and narrowed -> 'json_type' <> 'null' limit 1;
  if stray is null and is_array then
    select label::text into stray from jsonb_array_elements(definition -> 'items' -> 'enum') as label
      where not private.value_fits(label, narrowed || '{"is_array": false}') limit 1;
  end if;
  if stray is not null then
    perform private.refuse_config(
      tool, format('the enum of %s names %s, but the column is %s', argument, stray, field ->> 'type'),
      'Name values that the column takes.'
    );
  end if;
  select key into stray from jsonb_object_keys(definition) as key
    where key in ('minimum', 'maximum') and (is_array or family not in ('integer', 'number'))
      or key in ('minLength', 'maxLength') and (is_array or family in ('integer', 'number', 'boolean', 'json'))
      or key = 'maxItems' and not is_array and narrowed ->> 'json_type' is distinct from 'array'
    limit 1;
  if stray is not null then
    perform private.refuse_config(tool, format('%s does not fit %s, which is %s', stray, argument, field ->> 'type'), 'Leave it out.');
  end if;
end
$$;
comment on function private.check_declared_values(public.agent_tools, jsonb, jsonb) is
  'Refuses a declaration whose type, listed values or bounds contradict the column.';

create function private.passes(value jsonb, field jsonb, definition jsonb) returns boolean
language sql stable
set search_path = ''
begin atomic
  select private.value_fits(value, field)
    and coalesce(jsonb_typeof(value) = nullif(field ->> 'json_type', ''), true)
    and coalesce(definition -> 'enum' @> value, true)
    and not exists (
      select from jsonb_each(definition) as bound (keyword, most) where case keyword
        when 'minimum' then (value #>> '{}')::numeric < most::numeric
        when 'maximum' then (value #>> '{}')::numeric > most::numeric
        when 'minLength' then length(value #>> '{}') < most::numeric
        when 'maxLength' then length(value #>> '{}') > most::numeric
        when 'maxItems' then jsonb_array_length(value) > most::numeric
      end
    );
end;
comment on function private.passes(jsonb, jsonb, jsonb) is 'Whether the model could pass this value for an argument of that declaration.';

create function private.filter_passes(value jsonb, field jsonb, definition jsonb, operators jsonb) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  family text := private.family_of(field ->> 'base');
  condition record;
begin
  if jsonb_typeof(value) <> 'object' then
    return value <> 'null' and operators ? 'eq' and private.passes(value, field, definition);
  end if;
  for condition in select key as operator, operand from jsonb_each(value) as given (key, operand) loop
    if not (operators ? condition.operator and case condition.operator
      when 'in' then private.value_fits(condition.operand, field || '{"is_array": true}')
      when 'is' then condition.operand in ('"null"', '"not null"', 'null')
        or (family = 'boolean' and condition.operand in ('"true"', '"false"', 'true', 'false'))
      when 'like' then jsonb_typeof(condition.operand) = 'string'
      when 'ilike' then jsonb_typeof(condition.operand) = 'string'
      when 'contains' then case when family = 'text' and not (field ->> 'is_array')::boolean
        then jsonb_typeof(condition.operand) = 'string' else private.passes(condition.operand, field, definition) end
      else private.passes(condition.operand, field, definition)
    end) then
      return false;
    end if;
  end loop;
  return value <> '{}';
end
$$;
comment on function private.filter_passes(jsonb, jsonb, jsonb, jsonb) is 'Whether the model could pass this value as a filter.';
