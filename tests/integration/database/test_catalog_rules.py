"""The classes of findings that Supabase's database linter knows, asked of the catalog: there are none.

Each rule is a query for offenders, and each is tried on an offender of its own, so that none can pass by
never finding anything. Lint names: https://supabase.com/docs/guides/database/database-linter
"""

from typing import LiteralString

import psycopg
import pytest

OURS: LiteralString = "('public'::regnamespace, 'private'::regnamespace)"

# rule -> (query for the names of offenders, statements that make one)
RULES: dict[str, tuple[LiteralString, LiteralString]] = {
    "rls_disabled_in_public": (
        """select relname from pg_class where relnamespace = 'public'::regnamespace
        and relkind in ('r', 'p') and not relrowsecurity""",
        "create table bare (id integer)",
    ),
    "rls_enabled_no_policy": (
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity
        and not exists (select from pg_policy where polrelid = pg_class.oid)""",
        "create table bare (id integer); alter table bare enable row level security",
    ),
    "policy_without_a_role": (
        "select polname from pg_policy where polroles = array[0]::oid[]",
        "create policy p on tasks for select using (true)",
    ),
    "policy_for_all_verbs": (
        "select polname from pg_policy where polcmd = '*'",
        "create policy p on tasks for all to authenticated using (user_id = (select auth.uid()))",
    ),
    "policy_with_a_name_that_is_no_sentence": (
        "select polname from pg_policy where polname !~ '^[A-Z][^ ]* .+ .+$'",
        "create policy tasks_select on tasks for select to authenticated using (true)",
    ),
    "auth_rls_initplan": (
        """select policyname from pg_policies where regexp_replace(
          coalesce(qual, '') || coalesce(with_check, ''),
          'SELECT (auth\\.\\w+\\(\\)|current_setting\\()', '', 'g'
        ) ~ 'auth\\.\\w+\\(\\)|current_setting\\('""",
        "create policy p on tasks for select to authenticated using (user_id = auth.uid())",
    ),
    "multiple_permissive_policies": (
        """select tablename || ' ' || cmd from pg_policies, unnest(roles) as role
        where permissive = 'PERMISSIVE' group by tablename, cmd, role having count(*) > 1""",
        "create policy p on tasks for select to authenticated using (false)",
    ),
    "policy_allows_everything": (
        "select policyname from pg_policies where qual = 'true' or with_check = 'true'",
        "create policy p on tasks for select to authenticated using (true)",
    ),
    "unindexed_foreign_keys": (
        """select conname from pg_constraint as fk where contype = 'f'
        and connamespace = 'public'::regnamespace and not exists (
          select from pg_index where indrelid = conrelid and indpred is null
          and ((indkey::int2[])[0:cardinality(conkey) - 1] = conkey
            -- Its first column finds the one row that it points to, so it finds those that point there.
            or indkey[0] = conkey[1] and exists (
              select from pg_index as target where target.indrelid = confrelid and target.indisunique
              and target.indpred is null and target.indkey::text = confkey[1]::text)))""",
        "create table child (task_id uuid references tasks (id))",
    ),
    "unindexed_policy_columns": (
        """select distinct policy.tablename || '.' || attname from pg_policies as policy
        join pg_attribute on attrelid = policy.tablename::regclass and attnum > 0
        where coalesce(qual, with_check) ~ ('\\m' || attname || ' = \\( ?SELECT auth\\.uid')
        and not exists (select from pg_index
          where indrelid = attrelid and indkey[0] = attnum and indpred is null)""",
        """create table bare (user_id uuid);
        create policy p on bare for select to authenticated using (user_id = (select auth.uid()))""",
    ),
    "duplicate_index": (
        """select one.indexrelid::regclass::text from pg_index as one join pg_index as other
        on one.indrelid = other.indrelid and one.indexrelid < other.indexrelid
        and one.indkey::text = other.indkey::text and one.indoption::text = other.indoption::text
        and pg_get_expr(one.indpred, one.indrelid)
          is not distinct from pg_get_expr(other.indpred, other.indrelid)
        join pg_class on pg_class.oid = one.indrelid and relnamespace = 'public'::regnamespace""",
        "create index on notes (user_id, updated_at desc)",
    ),
    "index_that_another_begins_with": (
        """select one.indexrelid::regclass::text from pg_index as one join pg_index as other
        on one.indrelid = other.indrelid and one.indexrelid <> other.indexrelid and not one.indisunique
        and one.indpred is null and other.indpred is null
        and other.indkey::text || ' ' like one.indkey::text || ' %'
        join pg_class on pg_class.oid = one.indrelid and relnamespace = 'public'::regnamespace""",
        "create index on notes (user_id)",
    ),
    "no_primary_key": (
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
        and not exists (select from pg_index where indrelid = pg_class.oid and indisprimary)""",
        "create table bare (id integer)",
    ),
    "function_search_path_mutable": (
        "select proname from pg_proc where pronamespace in "
        + OURS
        + """ and not coalesce(proconfig && array['search_path=""', 'search_path='], false)""",
        "create function public.f() returns integer language sql as 'select 1'",
    ),
    "security_definer_outside_private": (
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
        "create function public.f() returns integer language sql security definer as 'select 1'",
    ),
    "function_that_the_api_roles_may_execute": (
        """select proname from pg_proc, unnest(array['anon', 'authenticated', 'service_role']) as role
        where pronamespace = 'private'::regnamespace
        and has_function_privilege(role, pg_proc.oid, 'execute')""",
        "create function private.f() returns integer language sql as 'select 1'",
    ),
    "extension_in_public": (
        "select extname from pg_extension where extnamespace = 'public'::regnamespace",
        "create schema if not exists extensions; alter extension vector set schema public",
    ),
    "security_definer_view": (
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false)""",
        "create view everyones_tasks as select * from tasks",
    ),
    "materialized_view_in_api": (
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'm'",
        "create materialized view all_tasks as select * from tasks",
    ),
    "auth_users_exposed": (
        """select distinct view.relname from pg_depend join pg_rewrite on pg_rewrite.oid = objid
        join pg_class as view on view.oid = ev_class and view.relnamespace = 'public'::regnamespace
        where refobjid = 'auth.users'::regclass""",
        "create view people as select id from auth.users",
    ),
    "grant_to_anon_or_everyone": (
        """select distinct table_name from information_schema.role_table_grants
        where table_schema = 'public' and grantee in ('anon', 'PUBLIC')
        union select distinct table_name from information_schema.role_column_grants
        where table_schema = 'public' and grantee in ('anon', 'PUBLIC')""",
        "grant select on notes to anon",
    ),
    "more_than_rows_for_users": (
        """select distinct table_name || ' ' || privilege_type from information_schema.role_table_grants
        where table_schema = 'public' and grantee = 'authenticated'
        and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')""",
        "grant truncate on notes to authenticated",
    ),
    "uncommented_table_or_column": (
        """select attrelid::regclass || '.' || attname from pg_attribute
        join pg_class on pg_class.oid = attrelid and relnamespace = 'public'::regnamespace
        and relkind in ('r', 'p', 'v')
        where attnum > 0 and not attisdropped
        and (col_description(attrelid, attnum) is null or obj_description(attrelid, 'pg_class') is null)""",
        "alter table notes add column colour text",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_has_no_finding_of_this_class(rule: str, owner: psycopg.Connection) -> None:
    assert owner.execute(RULES[rule][0]).fetchall() == []


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_finds_an_offender(rule: str, owner: psycopg.Connection) -> None:
    query, offence = RULES[rule]
    owner.execute(offence)
    assert owner.execute(query).fetchall()
