-- A tool that calls a function is refused when its row is written if it cannot work, or if it would reach what no tool
-- may: functions outside of schema public, and those that work with their owner's rights, past the user's policies.

create function private.check_function_name(tool public.agent_tools) returns oid
language plpgsql stable
set search_path = ''
as $$
declare
  given text := tool.config ->> 'function_name';
  function_id oid := private.find_function(given);
  hint text := coalesce(
    (select 'Functions: ' || string_agg(distinct proname, ', ') || '.' from pg_catalog.pg_proc
     where pronamespace = 'public'::regnamespace and oid = private.find_function(proname)
       and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
       and has_function_privilege('authenticated', oid, 'execute')),
    'Schema public has no function that users may call: create one first.'
  );
begin
  if jsonb_typeof(tool.config -> 'function_name') is distinct from 'string' then
    perform private.refuse(format('Tool %s needs a function_name in its config.', tool.name), hint);
  elsif given like '%.%' and given not like 'public.%' then
    perform private.refuse(
      format('Tool %s names the function %s, but tools call functions of schema public only.', tool.name, given), hint
    );
  elsif function_id is null and 1 < (
    select count(*) from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and proname = regexp_replace(given, '^public\.', '')
  ) then
    perform private.refuse(
      format('Tool %s names the function %s, but there are several of that name.', tool.name, given),
      'Give the one that the tool is to call a name of its own.'
    );
  elsif function_id is null then
    perform private.refuse(format('Tool %s names the function %s, which does not exist.', tool.name, given), hint);
  end if;
  return function_id;
end
$$;
comment on function private.check_function_name(public.agent_tools) is
  'The function that a tool calls; refuses a tool that names none, or one that it may not call.';

create function private.model_can_pass(type_id oid) returns boolean
language sql stable
set search_path = ''
as $$
  -- Of an array or a domain the type inside decides. Rows and pseudo-types have no form in JSON, bytes no meaning.
  select coalesce(
    (select private.model_can_pass(coalesce(nullif(typelem, 0), nullif(typbasetype, 0)))
     from pg_catalog.pg_type where oid = type_id and (typtype = 'd' or typcategory = 'A')),
    (select typtype in ('b', 'e')
       and typname not in ('bytea', 'vector', 'halfvec', 'sparsevec', 'bit', 'varbit', 'tsvector', 'tsquery')
     from pg_catalog.pg_type where oid = type_id)
  );
$$;
comment on function private.model_can_pass(oid) is 'Whether a value of this type can be written in JSON by a model.';

create function private.check_function_kind(tool public.agent_tools, function_id oid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  function pg_catalog.pg_proc := (select row from pg_catalog.pg_proc as row where oid = function_id);
  strange text;
begin
  if function.prokind <> 'f' or function.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) then
    perform private.refuse(
      format('Tool %s names %s, which is no function that can be called by itself.', tool.name, function.proname),
      'Procedures, aggregates, window functions and trigger functions are called by a function that you write.'
    );
  elsif function.provariadic <> 0 then
    perform private.refuse(
      format('Tool %s names the function %s, which takes any number of arguments.', tool.name, function.proname),
      'Let it take an array instead of variadic arguments.'
    );
  elsif exists (select from private.function_arguments(function_id) where is_input and name = '') then
    perform private.refuse(
      format('Tool %s names the function %s, which has an argument without a name.', tool.name, function.proname),
      'Name all its arguments: create function f(order_number text, ...).'
    );
  elsif function.prorettype = 'record'::regtype and private.describe_result_columns(function_id) = '[]' then
    perform private.refuse(
      format('Tool %s names the function %s, which does not say what its rows are made of.', tool.name, function.proname),
      'Let it return table (...), a table''s row type, or jsonb.'
    );
  end if;
  select format('%s (%s)', name, format_type(type_id, null)) into strange
    from private.function_arguments(function_id)
    where is_input and not has_default and not private.model_can_pass(type_id)
    limit 1;
  if strange is not null then
    perform private.refuse(
      format('Tool %s names the function %s, whose argument %s no model can pass.', tool.name, function.proname, strange),
      'Let it take text, numbers, dates, uuid, enums, arrays of these, or jsonb.'
    );
  end if;
end
$$;
comment on function private.check_function_kind(public.agent_tools, oid) is
  'Refuses a function that cannot be called by the names of its arguments, or whose result has no known shape.';

create function private.check_function_rights(tool public.agent_tools, function_id oid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  allowed jsonb := tool.config -> 'allow_security_definer';
  is_private boolean := (select owner_id is not null from public.agent_configurations where id = tool.agent_id);
  function_name text := (select proname from pg_catalog.pg_proc where oid = function_id);
  hint constant text := 'Make it security invoker, so that it works under the policies of whoever calls it';
begin
  perform private.require_type(tool.name, 'allow_security_definer', allowed, 'boolean', 'Write true or leave it out.');
  if is_private and allowed = 'true' then
    perform private.refuse(
      format('Tool %s has allow_security_definer, which is not for an agent of one''s own.', tool.name), 'Leave it out.'
    );
  elsif (select prosecdef from pg_catalog.pg_proc where oid = function_id) and allowed is distinct from 'true' then
    perform private.refuse(
      format('Tool %s names the function %s, which works with its owner''s rights, past row-level security.',
             tool.name, function_name),
      hint || case when is_private then '.' else ', or set allow_security_definer to true.' end
    );
  end if;
  if not has_function_privilege('authenticated', function_id, 'execute') then
    raise warning using
      message = format('Tool %s will fail: users may not execute %s.', tool.name, function_name),
      hint = format('grant execute on function %s to authenticated;', function_id::regprocedure);
  end if;
end
$$;
comment on function private.check_function_rights(public.agent_tools, oid) is
  'Refuses a security definer function that the operator has not allowed, warns of one that users may not execute.';

create function private.require_argument(tool public.agent_tools, function_id oid, key text, given text) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  names text[] := array(select name from private.function_arguments(function_id) where is_input order by place);
begin
  if coalesce(tool.config -> 'field_map' ->> given, given) = any (names) then
    return;
  end if;
  perform private.refuse(
    format('Tool %s names the argument %s in %s, but %s takes no such argument.',
           tool.name, coalesce(given, '(null)'), key, function_id::regprocedure),
    coalesce('Arguments: ' || nullif(array_to_string(names, ', '), '') || '.', 'It takes no arguments.')
  );
end
$$;
comment on function private.require_argument(public.agent_tools, oid, text, text) is
  'Refuses a name that is neither an argument of the function nor renamed to one by the tool''s field_map.';

create function private.flat_arguments(tool public.agent_tools)
returns table (name text, definition jsonb)
language sql stable
set search_path = ''
begin atomic
  select argument.key, argument.value
  from (select tool.config -> 'runtime_args_schema' as schema) as given,
    jsonb_each(case when schema ->> 'type' = 'object' then schema -> 'properties' else schema end) as argument;
end;
comment on function private.flat_arguments(public.agent_tools) is
  'The arguments that runtime_args_schema declares without groups: {"city": {...}}, or a JSON Schema object.';

create function private.check_flat_arguments(tool public.agent_tools) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  schema jsonb := tool.config -> 'runtime_args_schema';
  hint constant text := 'Write {"city": {"type": "string", "description": "..."}}, or a JSON Schema with type object.';
begin
  perform private.require_type(tool.name, 'runtime_args_schema', schema, 'object', hint);
  if schema ->> 'type' = 'object' then
    perform private.require_type(
      tool.name, 'properties of runtime_args_schema', coalesce(schema -> 'properties', 'null'), 'object', hint
    );
  end if;
  perform private.require_type(tool.name, 'argument ' || name, definition, 'object', hint)
    from private.flat_arguments(tool);
  perform private.require_known(tool.name, 'argument type', definition ->> 'type')
    from private.flat_arguments(tool) where definition ? 'type';
end
$$;
comment on function private.check_flat_arguments(public.agent_tools) is
  'Refuses a runtime_args_schema without groups that has neither of its two forms.';

create function private.check_function_arguments(tool public.agent_tools, function_id oid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  field_map jsonb := tool.config -> 'field_map';
  fixed jsonb := tool.config -> 'fixed';
  missing text;
begin
  perform private.require_type(
    tool.name, 'field_map', field_map, 'object', 'Write {"order": "p_order"}, one for each renamed argument.'
  );
  perform private.require_argument(tool, function_id, 'field_map', value) from jsonb_each_text(field_map);
  perform private.require_type(tool.name, 'fixed', fixed, 'object', 'Write {"argument": value}, one for each constant.');
  perform private.require_argument(tool, function_id, 'fixed', key) from jsonb_object_keys(fixed) as key;
  perform private.check_flat_arguments(tool);
  perform private.require_argument(tool, function_id, 'runtime_args_schema', name) from private.flat_arguments(tool);
  if tool.config ? 'runtime_args_schema' then
    select argument.name into missing from private.function_arguments(function_id) as argument
    where is_input and not has_default and not exists (
      select from (select name from private.flat_arguments(tool) union select jsonb_object_keys(fixed)) as given (name)
      where coalesce(field_map ->> given.name, given.name) = argument.name
    ) limit 1;
  end if;
  if missing is not null then
    perform private.refuse(
      format('Tool %s does not pass the argument %s, which has no default.', tool.name, missing),
      'Declare it in runtime_args_schema, set it in fixed, or give it a default in the function.'
    );
  end if;
end
$$;
comment on function private.check_function_arguments(public.agent_tools, oid) is
  'Refuses arguments that the function does not take, and a call that would leave one out.';

create function private.check_function_result(tool public.agent_tools, function_id oid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  columns jsonb := tool.config -> 'columns';
  known text[] := array(
    select value ->> 'name' from jsonb_array_elements(private.describe_result_columns(function_id))
  );
  hint text := coalesce(
    'Columns: ' || nullif(array_to_string(known, ', '), '') || '.', 'It returns no rows: leave columns out.'
  );
  stray text;
begin
  perform private.require_type(tool.name, 'columns', columns, 'array', hint);
  select coalesce(name, '(null)') into stray from jsonb_array_elements_text(columns) as name
    where name is null or not name = any (known) limit 1;
  if stray is not null or columns = '[]' then
    perform private.refuse(
      format('Tool %s names the column %s in columns, but %s returns no such column.',
             tool.name, coalesce(stray, '(none)'), function_id::regprocedure),
      hint
    );
  end if;
  if tool.config ?| array['limit', 'max_limit']
    and not (select proretset from pg_catalog.pg_proc where oid = function_id)
  then
    perform private.refuse(
      format('Tool %s has a limit, but %s returns one result.', tool.name, function_id::regprocedure),
      'Leave limit and max_limit out.'
    );
  end if;
  perform private.check_limits(tool);
end
$$;
comment on function private.check_function_result(public.agent_tools, oid) is
  'Refuses columns that the function does not return, and limits where there is no set.';

create function private.check_rpc_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  function_id oid := private.check_function_name(tool);
begin
  perform private.check_function_kind(tool, function_id);
  perform private.check_function_rights(tool, function_id);
  perform private.check_function_arguments(tool, function_id);
  perform private.check_function_result(tool, function_id);
end
$$;
comment on function private.check_rpc_tool(public.agent_tools) is 'Refuses an RPCTool that cannot work.';

insert into private.tool_types (name, check_function, config_keys) values (
  'RPCTool', 'check_rpc_tool', array[
    'function_name', 'runtime_args_schema', 'field_map', 'fixed', 'columns', 'limit', 'max_limit',
    'allow_security_definer'
  ]
);

comment on column public.agent_tools.type is
  'What kind of tool it is: a CRUDTool works on one table, an RPCTool calls one function.';
comment on column public.agent_tools.config is
  'Settings of its type. CRUDTool: table_name and method, and optionally runtime_args_schema, field_map, columns, filters, fixed, order_by, limit, max_limit, soft_delete, apply_agent_name_context. RPCTool: function_name, and optionally runtime_args_schema, field_map, fixed, columns, limit, max_limit, allow_security_definer.';

revoke execute on function
  private.check_function_name(public.agent_tools), private.model_can_pass(oid),
  private.check_function_kind(public.agent_tools, oid), private.check_function_rights(public.agent_tools, oid),
  private.require_argument(public.agent_tools, oid, text, text), private.flat_arguments(public.agent_tools),
  private.check_flat_arguments(public.agent_tools), private.check_function_arguments(public.agent_tools, oid),
  private.check_function_result(public.agent_tools, oid), private.check_rpc_tool(public.agent_tools)
from public;
