-- A tool that cannot work is refused when its row is written, with a sentence that says what is wrong and a hint that
-- says what to write instead: it never reaches an agent. Here and in the next files are the checks of a CRUDTool's
-- config, one function for each key; 20261121090340 calls them. Each takes the whole row, because it needs the tool's
-- name for its sentence.

create table private.tool_types (
  name text primary key,
  config_keys text[],
  check_function text
);
comment on table private.tool_types is 'The types that a row of agent_tools may have. A server adds the types of its plugins.';
comment on column private.tool_types.name is 'What agent_tools.type says.';
comment on column private.tool_types.config_keys is 'The keys that its config may have; null where only the server can tell.';
comment on column private.tool_types.check_function is
  'The function of schema private that refuses a row that cannot work; null where only the server can tell.';
alter table private.tool_types enable row level security;

create function private.known(what text) returns text[]
language sql immutable
set search_path = ''
return case what
  when 'method' then array['fetch', 'count', 'aggregate', 'create', 'update', 'upsert', 'delete']
  when 'operator' then array['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'like', 'ilike', 'is', 'contains']
  when 'calculation' then array['count', 'sum', 'avg', 'min', 'max']
  when 'argument type' then array[
    'str', 'string', 'int', 'integer', 'float', 'number', 'bool', 'boolean', 'dict', 'object', 'list', 'array',
    'date', 'datetime', 'uuid', 'any', 'null'
  ]
end;
comment on function private.known(text) is 'The words that a tool''s row may use, each kind in one place.';

create function private.is_off_limits(table_name text) returns boolean
language sql immutable
set search_path = ''
-- What decides what an agent may do, and the record of what it did, are no agent's to read or change. The user's own
-- data is: chats, profiles, tasks, notes, memories and standing instructions, each under the user's policies.
return table_name in (
  'agent_configurations', 'agent_tools', 'agent_config_history', 'user_tool_preferences', 'pending_actions',
  'chat_sessions', 'chat_runs', 'chat_message_history'
);
comment on function private.is_off_limits(text) is 'Whether no tool may work on this table of schema public.';

create function private.require_known(tool text, what text, given text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if given = any (private.known(what)) then
    return;
  end if;
  perform private.refuse(
    format('Tool %s has the unknown %s %s.', tool, what, coalesce(given, '(none)')),
    format('One of: %s.', array_to_string(private.known(what), ', '))
  );
end
$$;
comment on function private.require_known(text, text, text) is 'Refuses a word that is not one of private.known(what).';

create function private.require_type(tool text, key text, value jsonb, type text, hint text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(value) <> type then
    perform private.refuse(
      format('Tool %s: %s must be of type %s, not %s.', tool, key, type, jsonb_typeof(value)), hint
    );
  end if;
end
$$;
comment on function private.require_type(text, text, jsonb, text, text) is
  'Refuses a JSON value of another type; a value that is not there (SQL null) passes.';

create function private.find_table(table_name text) returns oid
language sql stable
set search_path = ''
begin atomic
  select oid from pg_catalog.pg_class
  where relnamespace = 'public'::regnamespace
    and relkind in ('r', 'p', 'v', 'm', 'f')
    and relname = regexp_replace(table_name, '^public\.', '');
end;
comment on function private.find_table(text) is
  'The table or view of schema public with this name, as `books` or `public.books`; null when there is none.';

create function private.table_columns(table_id oid) returns text[]
language sql stable
set search_path = ''
return array(
  select attname::text from pg_catalog.pg_attribute
  where attrelid = table_id and attnum > 0 and not attisdropped
  order by attnum
);
comment on function private.table_columns(oid) is 'The names of a table''s columns, in order.';

create function private.refuse_config(tool public.agent_tools, problem text, hint text) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse(format('Tool %s: %s.', tool.name, problem), hint);
end
$$;
comment on function private.refuse_config(public.agent_tools, text, text) is
  'Refuses a tool with the sentence that the server would refuse it with.';

create function private.require_field(tool public.agent_tools, fields jsonb, key text, given text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  found jsonb := private.find_field(fields, given);
  table_id oid := private.find_table(tool.config ->> 'table_name');
  columns text[] := private.table_columns(table_id);
  hint text := format('Columns of %s: %s.', private.table_title(table_id), array_to_string(columns, ', '));
  described jsonb;
begin
  if found is not null then
    return found;
  elsif not coalesce(given = any (columns), false) then
    perform private.refuse(
      format('Tool %s names the column %s in %s, but %s has no such column.',
             tool.name, coalesce(given, '(null)'), key, private.table_title(table_id)),
      hint
    );
  end if;
  select value into described
    from jsonb_array_elements(private.describe_table(tool.config ->> 'table_name') -> 'columns') as value
    where value ->> 'name' = given;
  perform private.refuse(
    format('Tool %s names the column %s in %s, %s.', tool.name, given, key,
           coalesce(format('which no model can use here (%s)', described ->> 'type'), 'which users may not read')),
    hint
  );
end
$$;
comment on function private.require_field(public.agent_tools, jsonb, text, text) is
  'The field of private.tool_fields() that a config names by argument or column; refuses a name of none.';

create function private.refuse_user_field(tool public.agent_tools, field jsonb, key text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if (field ->> 'is_user')::boolean then
    perform private.refuse_config(
      tool, format('%s names %s, the user''s own id: policies decide that, not a tool', key, field ->> 'argument'),
      'Leave it out: it is filled in, and every user finds their own rows.'
    );
  end if;
end
$$;
comment on function private.refuse_user_field(public.agent_tools, jsonb, text) is
  'Refuses a config that decides about the column with the user''s id.';

create function private.check_table_name(tool public.agent_tools) returns oid
language plpgsql stable
set search_path = ''
as $$
declare
  given text := tool.config ->> 'table_name';
  table_id oid := private.find_table(given);
  hint text := (
    select 'Tables: ' || string_agg(relname, ', ' order by relname) || '.' from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      and not private.is_off_limits(relname) and has_any_column_privilege('authenticated', oid, 'select')
  );
begin
  if jsonb_typeof(tool.config -> 'table_name') is distinct from 'string' then
    perform private.refuse(format('Tool %s needs a table_name in its config.', tool.name), hint);
  elsif given like '%.%' and given not like 'public.%' then
    perform private.refuse(
      format('Tool %s names the table %s, but tools work on tables of schema public only.', tool.name, given), hint
    );
  elsif table_id is null then
    perform private.refuse(format('Tool %s names the table %s, which does not exist.', tool.name, given), hint);
  elsif private.is_off_limits(regexp_replace(given, '^public\.', '')) then
    perform private.refuse(
      format('Tool %s names the table %s, which no tool may work on.', tool.name, given),
      'It decides what agents may do, or records what they did. ' || hint
    );
  end if;
  return table_id;
end
$$;
comment on function private.check_table_name(public.agent_tools) is 'The table that a tool works on; refuses a tool that names none, or one it may not.';

create function private.check_config_keys(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  known text[] := (select config_keys from private.tool_types where name = tool.type);
  stray text;
begin
  select key into stray from jsonb_object_keys(tool.config) as key where not key = any (known) limit 1;
  if stray is not null then
    perform private.refuse(
      format('Tool %s has the unknown config key %s.', tool.name, stray),
      format('One of: %s.', array_to_string(known, ', '))
    );
  end if;
end
$$;
comment on function private.check_config_keys(public.agent_tools) is 'Refuses a config key that nothing reads, such as a misspelt one.';

create function private.check_method(tool public.agent_tools, table_id oid) returns void
language plpgsql
set search_path = ''
as $$
declare
  method text := tool.config ->> 'method';
  -- Bits of pg_relation_is_updatable: 4 update, 8 insert, 16 delete.
  needed integer := case
    when method = 'create' then 8
    when method = 'update' or (method = 'delete' and tool.config ? 'soft_delete') then 4
    when method = 'upsert' then 8 + 4
    when method = 'delete' then 16
    else 0
  end;
begin
  perform private.require_known(tool.name, 'method', method);
  if pg_relation_is_updatable(table_id, false) & needed <> needed then
    perform private.refuse(
      format('Tool %s cannot %s in %s: the view is not updatable.', tool.name, method, tool.config ->> 'table_name'),
      'Use the method fetch or count, or name the table behind the view.'
    );
  elsif method = 'upsert' and not exists (
    select from pg_catalog.pg_index
    where indrelid = table_id and indisunique and indpred is null and indexprs is null
  ) then
    perform private.refuse(
      format('Tool %s cannot upsert into %s: it has no primary key and no unique constraint.',
             tool.name, tool.config ->> 'table_name'),
      'Add a primary key to the table, or use the methods create and update.'
    );
  end if;
end
$$;
comment on function private.check_method(public.agent_tools, oid) is 'Refuses a method that is unknown or that the table or view cannot do.';

create function private.check_limits(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  most integer := 1000;
  key text;
begin
  foreach key in array array['limit', 'max_limit', 'max_rows'] loop
    perform private.require_type(tool.name, key, tool.config -> key, 'number', 'Write a whole number of rows.');
    if tool.config ->> key !~ '^\d{1,9}$' or (tool.config ->> key)::numeric not between 1 and most then
      perform private.refuse(
        format('Tool %s: %s must be a whole number from 1 to %s, not %s.', tool.name, key, most, tool.config ->> key),
        'A model reads every row: a few dozen are plenty.'
      );
    end if;
  end loop;
  if (tool.config ->> 'limit')::numeric > coalesce((tool.config ->> 'max_limit')::numeric, 100) then
    perform private.refuse(
      format('Tool %s: limit %s is more than max_limit %s.', tool.name, tool.config ->> 'limit',
             coalesce(tool.config ->> 'max_limit', '100, which it is when left out')),
      'Raise max_limit or lower limit.'
    );
  elsif tool.config ? 'max_rows' and not tool.config ->> 'method' in ('create', 'update', 'delete') then
    perform private.refuse_config(
      tool, format('max_rows is for create, update and delete, not for %s', tool.config ->> 'method'), 'Leave it out.'
    );
  end if;
end
$$;
comment on function private.check_limits(public.agent_tools) is 'Refuses limits that are not positive whole numbers or contradict each other.';

create function private.check_agent_name_context(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.require_type(
    tool.name, 'apply_agent_name_context', tool.config -> 'apply_agent_name_context', 'boolean', 'Write true or false.'
  );
  if tool.config -> 'apply_agent_name_context' = 'true' 
    and not private.describe_table(tool.config ->> 'table_name') -> 'columns' @> '[{"name": "agent_name"}]'
  then
    perform private.refuse(
      format('Tool %s has apply_agent_name_context, but %s has no column agent_name.',
             tool.name, tool.config ->> 'table_name'),
      'Add the column agent_name text to the table, or leave apply_agent_name_context out.'
    );
  end if;
end
$$;
comment on function private.check_agent_name_context(public.agent_tools) is
  'Refuses apply_agent_name_context for a table that has no place for the name.';
