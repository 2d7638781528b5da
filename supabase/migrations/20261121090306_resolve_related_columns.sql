-- A tool's `columns` may name related rows: `project(title, owner:profiles(display_name))`. They are found along foreign
-- keys, in both directions: one row where the key points to, a list where it comes from. Here is the one place that
-- reads such an entry: the trigger refuses what cannot be resolved, and the server gets the resolved form.

create function private.split_columns(list text) returns text[]
language plpgsql immutable
set search_path = ''
as $$
declare
  parts text[] := '{}';
  part text := '';
  depth integer := 0;
  letter text;
begin
  foreach letter in array string_to_array(list, null) loop
    depth := depth + case letter when '(' then 1 when ')' then -1 else 0 end;
    if letter = ',' and depth = 0 then
      parts := parts || btrim(part);
      part := '';
    else
      part := part || letter;
    end if;
    exit when depth < 0;
  end loop;
  -- Brackets that do not match leave one part, which no table has as a column.
  return case when depth = 0 then parts || btrim(part) else array[list] end;
end
$$;
comment on function private.split_columns(text) is 'The entries of a list of columns, parted at commas outside of brackets.';

create function private.related_keys(table_id oid)
returns table (
  name text, other_id oid, other_name text, is_inverse boolean, is_list boolean, own_columns text[], other_columns text[]
)
language sql stable
set search_path = ''
begin atomic
  with keys as (
    select conname::text as name, conrelid, confrelid,
      array(select attname::text from unnest(conkey) with ordinality as part (attnum, place)
            join pg_catalog.pg_attribute on attrelid = conrelid and pg_attribute.attnum = part.attnum order by place) as columns,
      array(select attname::text from unnest(confkey) with ordinality as part (attnum, place)
            join pg_catalog.pg_attribute on attrelid = confrelid and pg_attribute.attnum = part.attnum order by place) as targets,
      exists (select from pg_catalog.pg_index
              where indrelid = conrelid and indisunique and indpred is null and indexprs is null
                and (indkey::int2[])[0:indnkeyatts - 1] <@ conkey) as is_single
    from pg_catalog.pg_constraint
    where contype = 'f' and conparentid = 0 and table_id in (conrelid, confrelid)
  ), both_ways as (
    select name, confrelid as other_id, false as is_inverse, false as is_list, columns as own, targets as others
    from keys where conrelid = table_id
    union all
    select name, conrelid, true, not is_single, targets, columns from keys where confrelid = table_id
  )
  select both_ways.name, other_id, class.relname::text, is_inverse, is_list, own, others
  from both_ways join pg_catalog.pg_class as class on class.oid = other_id
  where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p')
    and not private.is_off_limits(class.relname);
end;
comment on function private.related_keys(oid) is
  'The foreign keys from a table and (is_inverse) to it, with the columns on both sides. Several rows may point to one (is_list) unless their columns are unique.';

create function private.find_related(table_id oid, given text, hint text) returns setof jsonb
language sql stable
set search_path = ''
begin atomic
  with keys as (
    select *, not is_inverse and own_columns && array[given, given || '_id'] as is_by_column,
      -- Where a table refers to itself, its name means the rows that point here, the column the one pointed to.
      other_name = given and (is_inverse or other_id <> table_id) as is_by_table
    from private.related_keys(table_id) as related
  )
  select to_jsonb(keys) from keys
  where case when exists (select from keys where is_by_table) then is_by_table else is_by_column end
    and (hint is null or hint = keys.name or hint = any (own_columns || other_columns))
  order by keys.name;
end;
comment on function private.find_related(oid, text, text) is
  'The keys of private.related_keys() that a name means: the other table''s, or the column''s of the key with or without _id. A hint, as in `table!hint`, is the key''s own name or one of its columns.';

create function private.table_title(table_id oid) returns text
language sql stable
set search_path = ''
return (select relname from pg_catalog.pg_class where oid = table_id);
comment on function private.table_title(oid) is 'A table''s name without its schema, for sentences.';

create function private.resolve_column(table_id oid, place text, given text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  described jsonb := (
    select value from jsonb_array_elements(
      private.describe_table(private.table_title(table_id)) -> 'columns'
    ) as value where value ->> 'name' = given
  );
  base text := private.base_type(described ->> 'type');
begin
  if described is null then
    raise check_violation using
      message = format('%s names %s, which %s does not have', place, given, private.table_title(table_id)),
      hint = format('Columns of %s: %s.', private.table_title(table_id), array_to_string(private.table_columns(table_id), ', '));
  elsif private.operators_of(base) is null then
    raise check_violation using
      message = format('%s names %s, which no model can use here (%s)', place, given, described ->> 'type'),
      hint = 'Leave it out.';
  end if;
  return jsonb_build_object('argument', given, 'column', given, 'is_json', base in ('json', 'jsonb'));
end
$$;
comment on function private.resolve_column(oid, text, text) is
  'A column of a related table as {argument, column, is_json}. The message of its check_violation completes "Tool x: ...".';

create function private.resolve_related(table_id oid, place text, given text, depth integer) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  -- alias:name!hint(columns)
  parts text[] := regexp_match(given, '^(?:([^:!(),]+):)?([^:!(),]+)(?:!([^:!(),]+))?\((.*)\)$');
  name text := btrim(parts[2]);
  found jsonb[] := array(select private.find_related(table_id, name, btrim(parts[3])));
  relation jsonb := found[1];
  other_id oid := (relation ->> 'other_id')::oid;
  members jsonb;
  twice text;
begin
  if parts is null then
    return private.resolve_column(table_id, place, given);
  elsif depth > 4 then
    raise check_violation using
      message = format('%s goes more than 4 tables deep', place), hint = 'Make a view, or a second tool.';
  elsif relation is null then
    raise check_violation using
      message = format('%s names rows of %s, but no foreign key leads there from %s', place, name, private.table_title(table_id)),
      hint = format('From %s: %s.', private.table_title(table_id), coalesce(
        (select string_agg(distinct other_name, ', ' order by other_name) from private.related_keys(table_id)), 'nowhere'));
  elsif cardinality(found) > 1 then
    raise check_violation using
      message = format('%s names rows of %s, to which several foreign keys lead from %s', place, name, private.table_title(table_id)),
      hint = format('Write %s(...).', (
        select string_agg(name || '!' || (key ->> 'name'), '(...) or ') from unnest(found) as key));
  end if;
  select jsonb_agg(private.resolve_related(other_id, place, part, depth + 1) order by number) into members
    from unnest(private.split_columns(parts[4])) with ordinality as list (part, number);
  select member ->> 'argument' into twice from jsonb_array_elements(members) as member group by 1 having count(*) > 1 limit 1;
  if twice is not null then
    raise check_violation using
      message = format('%s names %s twice', place, twice), hint = 'Give one of them another name: "alias:table(...)".';
  end if;
  return jsonb_build_object(
    'argument', coalesce(btrim(parts[1]), name), 'schema', 'public', 'table', relation ->> 'other_name',
    'is_list', relation -> 'is_list', 'own_columns', relation -> 'own_columns',
    'other_columns', relation -> 'other_columns',
    'order', case when 'created_at' = any (private.table_columns(other_id)) then '["created_at"]' else '[]'::jsonb end
      || coalesce(private.unique_keys(other_id) -> 0, '[]'),
    'members', members
  );
end
$$;
comment on function private.resolve_related(oid, text, text, integer) is
  'An entry of `columns` that names related rows as {argument, schema, table, is_list, own_columns, other_columns, order, members}; members are such entries again, or columns. The message of its check_violation completes "Tool x: ...".';

create function private.related_entries(config jsonb) returns setof text
language sql stable
set search_path = ''
begin atomic
  select entry
  from jsonb_array_elements_text(case when jsonb_typeof(config -> 'columns') = 'array' then config -> 'columns' end) as entry
  where entry like '%)' and not coalesce(config -> 'field_map' ? entry, false)
    and not entry = any (private.table_columns(private.find_table(config ->> 'table_name')));
end;
comment on function private.related_entries(jsonb) is 'The entries of a config''s columns that name related rows.';

create function private.describe_related(config jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  entry text;
  problem text;
  resolved jsonb := '{}';
begin
  for entry in select private.related_entries(config) loop
    begin
      resolved := resolved || jsonb_build_object(
        entry, private.resolve_related(private.find_table(config ->> 'table_name'), 'columns', entry, 1)
      );
    exception when check_violation then
      get stacked diagnostics problem = message_text;
      resolved := resolved || jsonb_build_object(entry, jsonb_build_object('problem', problem));
    end;
  end loop;
  return resolved;
end
$$;
comment on function private.describe_related(jsonb) is
  'What the entries of a config''s columns that name related rows stand for, by entry: as private.resolve_related() says, or {problem}, which completes "Tool x: ...", where a table has changed since.';

revoke execute on function
  private.split_columns(text), private.related_keys(oid), private.find_related(oid, text, text), private.table_title(oid),
  private.resolve_column(oid, text, text), private.resolve_related(oid, text, text, integer),
  private.related_entries(jsonb), private.describe_related(jsonb)
from public;
