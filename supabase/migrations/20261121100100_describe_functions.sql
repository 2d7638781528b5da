-- A tool may call a function of schema public: a rule of the business that lives in SQL. These functions say what the
-- catalog knows about one, so that its arguments can be offered to a model and its result be read.

create function private.find_function(function_name text) returns oid
language sql stable
set search_path = ''
begin atomic
  -- Which of several functions of one name a call means depends on its arguments: such a name finds none of them.
  -- What belongs to an extension is no rule of the business, and may reach beyond the database.
  select case when count(*) = 1 then min(oid) end
  from pg_catalog.pg_proc
  where pronamespace = 'public'::regnamespace
    and proname = regexp_replace(function_name, '^public\.', '')
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
    );
end;
comment on function private.find_function(text) is
  'The only function of schema public with this name, as `pay` or `public.pay`; null when there is none or more than one.';

create function private.function_arguments(function_id oid)
returns table (place bigint, name text, type_id oid, mode "char", is_input boolean, has_default boolean)
language sql stable
set search_path = ''
begin atomic
  select
    argument.place, coalesce(proargnames[argument.place], ''), argument.type_id, kind.mode, kind.is_input,
    kind.is_input and row_number() over (partition by kind.is_input order by argument.place) > pronargs - pronargdefaults
  from pg_catalog.pg_proc
  cross join unnest(coalesce(proallargtypes, proargtypes::oid[])) with ordinality as argument (type_id, place)
  cross join lateral (select coalesce(proargmodes[argument.place], 'i') as mode) as given
  cross join lateral (select given.mode, given.mode in ('i', 'b', 'v') as is_input) as kind
  where pg_proc.oid = function_id
  order by argument.place;
end;
comment on function private.function_arguments(oid) is
  'What a function takes (is_input) and the columns it names in its result, in order; a name may be empty.';

create function private.argument_comments(function_id oid) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select coalesce(jsonb_object_agg(argument.name, btrim(substring(line from position(':' in line) + 1))), '{}')
  from regexp_split_to_table(obj_description(function_id, 'pg_proc'), '\n') as line
  join private.function_arguments(function_id) as argument
    on argument.is_input and argument.name = btrim(split_part(line, ':', 1), ' -*')
  where line like '%:%';
end;
comment on function private.argument_comments(oid) is
  'What the lines `argument: text` of a function''s comment say about its arguments, by name.';

create function private.function_comment(function_id oid) returns text
language sql stable
set search_path = ''
begin atomic
  select nullif(btrim(string_agg(line, E'\n' order by place), E' \n'), '')
  from regexp_split_to_table(obj_description(function_id, 'pg_proc'), '\n') with ordinality as text (line, place)
  where not (line like '%:%' and private.argument_comments(function_id) ? btrim(split_part(line, ':', 1), ' -*'));
end;
comment on function private.function_comment(oid) is 'A function''s comment without its lines about arguments.';

create function private.describe_value(name text, type_id oid, has_default boolean) returns jsonb
language sql stable
set search_path = ''
-- An argument is a column without a table: this makes one, so that both are described alike.
return private.describe_column(jsonb_populate_record(
  null::pg_catalog.pg_attribute,
  jsonb_build_object(
    'attname', name, 'atttypid', type_id, 'atttypmod', -1, 'attrelid', 0, 'attnum', 0,
    'attnotnull', true, 'atthasdef', has_default, 'attidentity', '', 'attgenerated', ''
  )
));
comment on function private.describe_value(text, oid, boolean) is
  'A value that a function takes or gives, as private.describe_column() describes a column.';

create function private.describe_result_columns(function_id oid) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select coalesce(
    (select jsonb_agg(private.describe_value(name, type_id, false) order by place)
     from private.function_arguments(function_id) where mode in ('o', 'b', 't')),
    (select jsonb_agg(private.describe_column(attribute) order by attribute.attnum)
     from pg_catalog.pg_type as type
     join pg_catalog.pg_attribute as attribute on attribute.attrelid = type.typrelid
     where type.oid = prorettype and type.typtype = 'c' and attribute.attnum > 0 and not attribute.attisdropped),
    '[]'
  )
  from pg_catalog.pg_proc where oid = function_id;
end;
comment on function private.describe_result_columns(oid) is
  'The columns of what a function returns, by its OUT arguments, its TABLE or its row type; [] for a single value.';

create function private.describe_function(function_name text) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select jsonb_build_object(
    'schema', 'public',
    'name', proname,
    'comment', private.function_comment(oid),
    'arguments', (
      select coalesce(jsonb_agg(
        private.describe_value(name, type_id, has_default)
          || jsonb_build_object('comment', private.argument_comments(pg_proc.oid) -> name)
        order by place
      ), '[]')
      from private.function_arguments(pg_proc.oid) where is_input
    ),
    'returns', format_type(prorettype, null),
    'returns_set', proretset,
    'columns', private.describe_result_columns(oid),
    'volatility', case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    'is_definer', prosecdef
  )
  from pg_catalog.pg_proc
  where oid = private.find_function(function_name);
end;
comment on function private.describe_function(text) is
  'A function of schema public as {schema, name, comment, arguments, returns, returns_set, columns, volatility, is_definer}; null when there is none of that name, or more than one.';

revoke execute on function
  private.find_function(text), private.function_arguments(oid), private.argument_comments(oid),
  private.function_comment(oid), private.describe_value(text, oid, boolean), private.describe_result_columns(oid),
  private.describe_function(text)
from public;
grant execute on function private.describe_function(text) to clarity_server;

-- A tool comes with the table and the function that it names. Whether its agent is somebody's own travels with it,
-- because some settings are the operator's alone.
create or replace function private.load_agent(p_agent_id uuid, p_user_id uuid) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Several tools work on one table or function: each is described once.
  with active as materialized (
    select * from public.agent_tools where agent_id = p_agent_id and is_active
  ), tables as materialized (
    select name, private.describe_table(name) as description
      from (select distinct config ->> 'table_name' as name from active) named
  ), functions as materialized (
    select name, private.describe_function(name) as description
      from (select distinct config ->> 'function_name' as name from active) named
  )
  select to_jsonb(agent) || jsonb_build_object('tools', (
           select coalesce(jsonb_agg(
                    to_jsonb(tool) || jsonb_build_object(
                      'is_private', agent.owner_id is not null,
                      'table', tables.description,
                      'related', private.describe_related(tool.config),
                      'function', functions.description,
                      'agent', private.describe_asked_agent(tool, agent.owner_id))
                    order by tool."order", tool.name), '[]')
             from active tool
             left join tables on tables.name = tool.config ->> 'table_name'
             left join functions on functions.name = tool.config ->> 'function_name'))
    from public.agent_configurations agent
   where agent.id = p_agent_id
     and agent.is_active
     and (agent.owner_id is null or agent.owner_id = p_user_id)
$$;
comment on function private.load_agent is
  'An agent that this user may talk to, with its active tools in order and the table or function each works on; null when there is none. Reads prompts and configs on behalf of the chat server only.';
