-- A tool knows its table's columns by the names that its field_map gives them, and each by what its type can do. These
-- functions say so in SQL, for the checks of a row. The server knows the same in src/core/tools (column_kinds.py,
-- tool_table.py), and a test holds the two against each other: whatever is written here can be built there.

create function private.base_type(type text) returns text
language sql immutable
set search_path = ''
return regexp_replace(regexp_replace(regexp_replace(type, '\[\]$', ''), '^[a-z_]+\.', ''), '\([^)]*\)', '');
comment on function private.base_type(text) is
  'A type''s name without schema, length and array: `numeric(8,2)[]` is numeric.';

create function private.operators_of(base text) returns text[]
language sql immutable
set search_path = ''
return case
  -- Bytes, vectors and search documents say nothing to a model: it never sees such a column.
  when base in ('bytea', 'vector', 'halfvec', 'sparsevec', 'bit', 'bit varying', 'tsvector', 'tsquery') then null
  when base in ('text', 'character varying', 'character', 'citext')
    then array['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'is', 'like', 'ilike', 'contains']
  when base in ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'date', 'interval')
    or base ~ '^time(stamp)? with(out)? time zone$'
    then array['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'is']
  when base = 'boolean' then array['eq', 'neq', 'is']
  when base = 'jsonb' then array['contains', 'is']
  when base in ('json', 'xml', 'jsonpath', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle') then array['is']
  else array['eq', 'neq', 'in', 'is']
end;
comment on function private.operators_of(text) is
  'The filter operators that fit a type; {is} for one that cannot be compared, null for one that no model can use.';

create function private.tool_fields(tool public.agent_tools) returns jsonb
language sql stable
set search_path = ''
begin atomic
  with described as materialized (
    select private.describe_table(tool.config ->> 'table_name') as description
  ), mapped as (
    select key as argument, value as name
    from jsonb_each_text(case when jsonb_typeof(tool.config -> 'field_map') = 'object' then tool.config -> 'field_map' end)
  ), columns as (
    select given.place, given.value, given.value ->> 'name' as name, coalesce(mapped.argument, given.value ->> 'name') as argument,
      mapped.argument is not null as is_mapped, private.base_type(given.value ->> 'type') as base,
      given.value ->> 'type' like '%[]' as is_array
    from described, jsonb_array_elements(described.description -> 'columns') with ordinality as given (value, place)
    left join mapped on mapped.name = given.value ->> 'name'
  ), kinds as (
    select *, private.operators_of(base) as item_operators from columns
    -- A column whose own name the field_map gives to another one has none left.
    where is_mapped or not exists (select from mapped where mapped.argument = columns.argument)
  ), named as (
    -- Where one column has the name that another is mapped to, the mapping wins.
    select key, coalesce(
      (select kinds.name from kinds where kinds.argument = key), (select kinds.name from kinds where kinds.name = key)
    ) as name, is_mark
    from (
      select jsonb_object_keys(case when jsonb_typeof(tool.config -> 'fixed') = 'object' then tool.config -> 'fixed' end), false
      union all select tool.config -> 'soft_delete' ->> 'column', true
    ) as keys (key, is_mark)
  ), users as (
    select kinds.*,
      name = 'user_id' or (
        (kinds.value ->> 'is_generated')::boolean and kinds.value ->> 'type' = 'uuid'
        and not coalesce(described.description -> 'unique_keys' -> 0 ? name, false)
      ) as is_user
    from kinds, described where item_operators is not null
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'argument', argument, 'name', name, 'type', value ->> 'type', 'base', base, 'is_array', is_array,
    'operators', case when not is_array then item_operators when item_operators = array['is'] then array['is']
                      else array['contains', 'is'] end,
    'listed', case when jsonb_typeof(value -> 'enum_values') = 'array'
           and (base in ('text', 'character varying', 'character', 'citext', 'smallint', 'integer', 'bigint', 'interval')
                or (item_operators = array['eq', 'neq', 'in', 'is'] and base <> 'uuid'))
         then value -> 'enum_values' end,
    'is_required', value -> 'is_required', 'has_default', value -> 'has_default', 'is_generated', value -> 'is_generated',
    'is_user', is_user,
    'is_kept', is_user or (coalesce(tool.config -> 'apply_agent_name_context' = 'true', false) and name = 'agent_name')
      or exists (select from named where named.name = users.name and not named.is_mark),
    'is_mark', exists (select from named where named.name = users.name and named.is_mark)
      and not is_array and (base in ('boolean', 'date') or base like 'timestamp%'),
    'is_primary', described.description -> 'primary_key' ? name
  ) order by place), '[]')
  from users, described;
end;
comment on function private.tool_fields(public.agent_tools) is
  'The columns that a tool can use, [{argument, name, type, base, ...}]; argument is what its model calls it. is_user: it holds the user''s id. is_kept: the tool or the policies decide about it, no argument may. is_mark: it says nothing but whether a row is deleted.';

create function private.find_field(fields jsonb, key text) returns jsonb
language sql immutable
set search_path = ''
begin atomic
  select field from jsonb_array_elements(fields) as field
  where key in (field ->> 'argument', field ->> 'name')
  order by field ->> 'argument' = key desc
  limit 1;
end;
comment on function private.find_field(jsonb, text) is
  'The one of private.tool_fields() that an argument''s or a column''s name means; null for none.';

revoke execute on function
  private.base_type(text), private.operators_of(text), private.tool_fields(public.agent_tools),
  private.find_field(jsonb, text)
from public;
