-- A constant, a listed value or a default in a tool's row must fit its column as the server would read it: JSON in, and
-- nothing that Postgres would only refuse, or quietly read as something else, in the middle of a conversation.

create function private.can_cast(value text, type text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  execute format('select %L::%s', value, type);
  return true;
exception when data_exception then
  return false;
end
$$;
comment on function private.can_cast(text, text) is 'Whether a text can be read as one of the built-in types that private.item_fits() knows.';

create function private.item_fits(value jsonb, base text, type text) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  given text := value #>> '{}';
  json_type text := jsonb_typeof(value);
  clock constant text := '([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?';
  zone constant text := '(Z|[+-]\d\d:\d\d)?';
begin
  return case
    when base in ('json', 'jsonb') then json_type <> 'null'
    when base = 'boolean' then json_type = 'boolean'
    when base in ('smallint', 'integer', 'bigint') then
      json_type = 'number' and given::numeric % 1 = 0 and private.can_cast(trunc(given::numeric)::text, base)
    when base in ('numeric', 'real', 'double precision') then
      (json_type = 'number' or (json_type = 'string' and given ~* '^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$'))
      and length(given) <= 300 and private.can_cast(given, 'double precision')
    when json_type <> 'string' or length(given) > 100000 then false
    when base in ('text', 'character varying', 'character', 'citext') then
      length(given) <= coalesce(substring(type from '\((\d+)\)')::integer, 100000)
    when base = 'date' then given ~ '^\d{4}-\d\d-\d\d$' and private.can_cast(given, base)
    when base like 'timestamp%' then
      given ~ ('^\d{4}-\d\d-\d\d([T ]' || clock || zone || ')?$') and private.can_cast(given, base)
    when base like 'time%' then given ~ ('^' || clock || zone || '$') and private.can_cast(given, base)
    when base = 'uuid' then private.can_cast(given, base)
    else true
  end;
end
$$;
comment on function private.item_fits(jsonb, text, text) is
  'Whether a JSON value is one that the server takes for a column of this type: `base` without its length, `type` with it.';

create function private.value_fits(value jsonb, field jsonb) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  if (field ->> 'is_array')::boolean then
    return jsonb_typeof(value) = 'array' and jsonb_array_length(value) <= 500 and not exists (
      select from jsonb_array_elements(value) as item
      where not private.value_fits(item, field || '{"is_array": false}')
    );
  end if;
  return private.item_fits(value, field ->> 'base', field ->> 'type') and coalesce(
    case when field ->> 'base' in ('smallint', 'integer', 'bigint')
      then nullif(field -> 'listed', 'null') ? trunc((value #>> '{}')::numeric)::text
      else nullif(field -> 'listed', 'null') ? (value #>> '{}') end,
    true
  );
end
$$;
comment on function private.value_fits(jsonb, jsonb) is
  'Whether a JSON value fits a field of private.tool_fields(): its type, and its listed values.';

create function private.require_value(tool public.agent_tools, field jsonb, what text, value jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if value = 'null' or private.value_fits(value, field) then
    return;
  end if;
  perform private.refuse_config(
    tool, format('%s does not fit: %s is %s, not %s', what, field ->> 'argument', field ->> 'type', left(value::text, 100)),
    coalesce('One of: ' || (select string_agg(label, ', ') from jsonb_array_elements_text(nullif(field -> 'listed', 'null')) as label) || '.',
             'Write a value as a model would pass it.')
  );
end
$$;
comment on function private.require_value(public.agent_tools, jsonb, text, jsonb) is
  'Refuses a constant that does not fit its column; null fits every column.';

revoke execute on function
  private.can_cast(text, text), private.item_fits(jsonb, text, text), private.value_fits(jsonb, jsonb),
  private.require_value(public.agent_tools, jsonb, text, jsonb)
from public;
