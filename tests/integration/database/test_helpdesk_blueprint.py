"""The helpdesk keeps the rules that the project's own tables keep."""

import psycopg

from cli.blueprints import load_blueprint
from fixtures.cluster import ROOT
from fixtures.databases import Database
from integration.database.test_catalog_rules import RULES

HELPDESK = ROOT / "supabase" / "blueprints" / "helpdesk"


def test_it_has_no_finding_of_the_database_linter(database: Database, owner: psycopg.Connection) -> None:
    load_blueprint(database.owner_url, HELPDESK)
    findings = {rule: owner.execute(query).fetchall() for rule, (query, _) in RULES.items()}
    assert {rule: found for rule, found in findings.items() if found} == {}


def test_no_tool_of_it_is_warned_about(database: Database, owner: psycopg.Connection) -> None:
    load_blueprint(database.owner_url, HELPDESK)
    said: list[str | None] = []
    owner.add_notice_handler(lambda notice: said.append(notice.message_primary))
    owner.execute("update agent_tools set config = config || '{}', type = type, is_active = false")
    owner.execute("update agent_tools set is_active = true")
    assert said == []


def test_nobody_who_is_not_signed_in_may_call_its_functions(
    database: Database, owner: psycopg.Connection
) -> None:
    load_blueprint(database.owner_url, HELPDESK)
    callable_by_anon = owner.execute(
        """select proname from pg_proc where pronamespace = 'public'::regnamespace
        and has_function_privilege('anon', oid, 'execute')
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')"""
    ).fetchall()
    assert callable_by_anon == []
