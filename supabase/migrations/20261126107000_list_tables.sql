-- Whoever makes a tool chooses a table first. This is the list to choose from: what the check of a tool's row would let
-- through and what users have been granted, so that nothing is offered that would be refused.

create function private.list_tables() returns jsonb
language sql stable security definer
set search_path = ''
begin atomic
  select coalesce(jsonb_agg(private.describe_table(relation.relname) order by relation.relname), '[]')
  from pg_catalog.pg_class as relation
  where relation.relnamespace = 'public'::regnamespace
    and relation.relkind in ('r', 'p', 'v', 'm', 'f')
    and not private.is_off_limits(relation.relname)
    and has_any_column_privilege('authenticated', relation.oid, 'select')
    -- What an extension brings is its own business.
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_class'::regclass and objid = relation.oid and deptype = 'e'
    );
end;
comment on function private.list_tables() is
  'The tables and views that a tool may work on, by name, each as private.describe_table() says it.';
revoke execute on function private.list_tables() from public;
grant execute on function private.list_tables() to clarity_server;
