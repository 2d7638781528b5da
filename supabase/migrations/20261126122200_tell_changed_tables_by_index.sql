-- Every statement that changes the schema asks which tables it has changed. As one join that took 30 ms, because no index
-- leads from a type to its columns: six seconds for a migration of two hundred statements. Now the columns are only
-- looked through when a type was changed, and all else is found by its key. A new database has it like this from the
-- migration that makes it on, so that the ones between cost little; this is for those that were made before.

create or replace function private.changed_tables() returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
declare
  relations oid[];
  types oid[];
  tables oid[];
begin
  select array_agg(objid) filter (where classid = 'pg_catalog.pg_class'::regclass),
         array_agg(objid) filter (where classid = 'pg_catalog.pg_type'::regclass)
    into relations, types
    from pg_event_trigger_ddl_commands();
  tables := relations || array(select indrelid from pg_catalog.pg_index where indexrelid = any (relations));
  if types is not null then
    -- A type's change, such as a new enum label, is a change of the tables that have a column of it.
    tables := tables || array(select attrelid from pg_catalog.pg_attribute where atttypid = any (types));
  end if;
  return array(
    select distinct relname::text from pg_catalog.pg_class
     where oid = any (tables) and relnamespace = 'public'::regnamespace);
end
$$;
