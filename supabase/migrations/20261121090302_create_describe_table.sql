-- What a model may pass to a tool is derived from the tool's table. These functions say what the catalog knows about
-- a table, in one JSON value: types, what is required, listed values, comments, and the keys that an upsert may use.

create function private.listed_values(rule text) returns text[]
language sql immutable
set search_path = ''
return case
  -- With its literals taken out, `column in ('a', 'b')` has one shape, for text, varchar and integer columns.
  when regexp_replace(rule, '''(''''|[^''])*''', '0', 'g')
    ~ '^\(+("[^"]+"|\w+)\)?(::text)? = ANY \(+ARRAY\[-?\d+(::[a-z ]+)?(, -?\d+(::[a-z ]+)?)*\]\)*(::text\[\])?\)+$'
  then array(
    select coalesce(replace(match[1], '''''', ''''), match[2])
    from regexp_matches(substring(rule from ' = ANY .*'), '''((?:''''|[^''])*)''|(-?\d+)', 'g')
      with ordinality as found (match, place)
    order by place
  )
end;
comment on function private.listed_values(text) is
  'The values of a check of the form `column in (''a'', ''b'')`, as Postgres writes it; null for any other check.';

create function private.column_values(attribute pg_catalog.pg_attribute) returns text[]
language sql stable
set search_path = ''
begin atomic
  select coalesce(
    (select array_agg(enumlabel::text order by enumsortorder) from pg_catalog.pg_enum
     where enumtypid in (type.oid, type.typbasetype, type.typelem)),
    (select values from pg_catalog.pg_constraint, private.listed_values(pg_get_expr(conbin, conrelid)) as values
     where contype = 'c' and conrelid = attribute.attrelid and conkey = array[attribute.attnum]
       and values is not null
     limit 1),
    (select values from pg_catalog.pg_constraint, private.listed_values(pg_get_expr(conbin, conrelid)) as values
     where contype = 'c' and contypid = type.oid and type.typtype = 'd' and values is not null
     limit 1)
  )
  from pg_catalog.pg_type as type where type.oid = attribute.atttypid;
end;
comment on function private.column_values(pg_catalog.pg_attribute) is
  'The only values that a column takes: the labels of its enum (or of the enum in its array), or those that a check of the column or its domain lists; null when there is no list.';

create function private.describe_column(attribute pg_catalog.pg_attribute) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select jsonb_build_object(
    'name', attribute.attname,
    'type', format_type(
      coalesce(nullif(type.typbasetype, 0), type.oid),
      case when type.typbasetype = 0 then attribute.atttypmod else type.typtypmod end
    ),
    'is_required',
      (attribute.attnotnull or type.typnotnull) and not attribute.atthasdef and attribute.attidentity = '',
    'has_default', attribute.atthasdef or attribute.attidentity <> '',
    -- What the database alone decides, the signed-in user's id included.
    'is_generated', attribute.attgenerated <> '' or attribute.attidentity <> ''
      or coalesce(pg_get_expr(fallback.adbin, fallback.adrelid) ~ '\mauth\.uid\(\)', false),
    'comment', col_description(attribute.attrelid, attribute.attnum),
    'enum_values', private.column_values(attribute)
  )
  from pg_catalog.pg_type as type
  left join pg_catalog.pg_attrdef as fallback
    on fallback.adrelid = attribute.attrelid and fallback.adnum = attribute.attnum
  where type.oid = attribute.atttypid;
end;
comment on function private.describe_column(pg_catalog.pg_attribute) is
  'A column as {name, type, is_required, has_default, is_generated, comment, enum_values}; a domain counts as the type behind it.';

create function private.unique_keys(table_id oid) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select coalesce(jsonb_agg(key.columns order by key.is_primary desc, key.name), '[]')
  from (
    select index.indisprimary as is_primary, relation.relname as name, (
      select jsonb_agg(attribute.attname order by part.place)
      from unnest(index.indkey) with ordinality as part (attnum, place)
      join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = index.indrelid and attribute.attnum = part.attnum
      where part.place <= index.indnkeyatts
    ) as columns
    from pg_catalog.pg_index as index
    join pg_catalog.pg_class as relation on relation.oid = index.indexrelid
    where index.indrelid = table_id
      and index.indisunique and index.indpred is null and index.indexprs is null
  ) as key;
end;
comment on function private.unique_keys(oid) is
  'The column sets that an upsert may use, the primary key first: [["id"], ["user_id", "title"]].';

create function private.describe_table(table_name text) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select jsonb_build_object(
    'schema', 'public',
    'name', relation.relname,
    'comment', obj_description(relation.oid, 'pg_class'),
    'columns', (
      select coalesce(jsonb_agg(private.describe_column(attribute) order by attribute.attnum), '[]')
      from pg_catalog.pg_attribute as attribute
      where attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
        -- A column that users may not read would make every statement fail. Where they may read none at all, the
        -- grant is still to come.
        and (has_column_privilege('authenticated', relation.oid, attribute.attnum, 'select')
             or not has_any_column_privilege('authenticated', relation.oid, 'select'))
    ),
    'unique_keys', private.unique_keys(relation.oid),
    'primary_key', array(
      select attname from pg_catalog.pg_index
      cross join unnest(indkey) with ordinality as part (attnum, place)
      join pg_catalog.pg_attribute on attrelid = indrelid and pg_attribute.attnum = part.attnum
      where indrelid = relation.oid and indisprimary and part.place <= indnkeyatts
      order by part.place
    ),
    -- Bits of pg_relation_is_updatable: a table takes everything, a view what its query lets through.
    'writes', array(
      select verb from (values (1, 'insert', 8), (2, 'update', 4), (3, 'delete', 16)) as writes (place, verb, bit)
      where pg_relation_is_updatable(relation.oid, false) & bit <> 0
      order by place
    )
  )
  from pg_catalog.pg_class as relation
  where relation.oid = private.find_table(table_name);
end;
comment on function private.describe_table(text) is
  'A table or view of schema public as {schema, name, comment, columns, unique_keys, primary_key, writes}; null when there is none.';

revoke execute on function
  private.listed_values(text), private.column_values(pg_catalog.pg_attribute),
  private.describe_column(pg_catalog.pg_attribute), private.unique_keys(oid), private.describe_table(text)
from public;
grant execute on function private.describe_table(text) to clarity_server;
