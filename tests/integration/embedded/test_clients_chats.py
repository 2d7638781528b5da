"""Chats and session instances through the real gateway; tests/js says it for supabase-js."""

import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from embedded.gateway import Gateway
from embedded.node_build import node_environment
from embedded.wheels import node
from fixtures.cluster import ROOT
from fixtures.npm_packages import installed
from fixtures.people import Person

SESSION = "select is_active, updated_at > created_at from chat_sessions where id = %(id)s"


def test_supabase_js_keeps_chats_and_sessions(gateway: Gateway) -> None:
    result = subprocess.run(
        [node(), "--test", "--test-reporter=spec", "chats.test.mjs"],
        cwd=installed(ROOT / "tests" / "js"),
        env={**node_environment(), "SUPABASE_URL": gateway.url, "SUPABASE_KEY": gateway.publishable_key},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "pass 9" in result.stdout


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab of a person's browser, with a session instance."""

    gateway: Gateway
    person: Person
    session_id: uuid.UUID

    def leave(self, person: Person | None = None) -> httpx.Response:
        """What `fetch(url, {keepalive: true})` sends while the page closes: one request and no other."""
        token = (person or self.person).jwt(self.gateway.jwt_secret)
        return httpx.patch(
            f"{self.gateway.url}/rest/v1/chat_sessions",
            params={"id": f"eq.{self.session_id}"},
            headers={
                "apikey": self.gateway.publishable_key,
                "authorization": f"Bearer {token}",
                "prefer": "return=minimal",
            },
            json={"is_active": False},
            trust_env=False,
        )


@pytest.fixture
def tab(gateway: Gateway, owner: psycopg.Connection, make_user: Callable[[], Person]) -> Tab:
    person = make_user()
    row = owner.execute(
        """
        with chat as (insert into chats (user_id, agent_name) values (%(user)s, 'helper') returning id)
        insert into chat_sessions (user_id, chat_id, agent_name) select %(user)s, id, 'helper' from chat
        returning id
        """,
        {"user": person.id},
    ).fetchone()
    assert row
    return Tab(gateway=gateway, person=person, session_id=row[0])


def test_a_page_that_closes_deactivates_its_session_with_one_plain_request(
    tab: Tab, owner: psycopg.Connection
) -> None:
    answer = tab.leave()
    assert (answer.status_code, answer.text) == (204, "")
    assert owner.execute(SESSION, {"id": tab.session_id}).fetchone() == (False, True)


def test_that_request_leaves_the_sessions_of_others_alone(
    tab: Tab, owner: psycopg.Connection, make_user: Callable[[], Person]
) -> None:
    assert tab.leave(make_user()).status_code == 204
    assert owner.execute(SESSION, {"id": tab.session_id}).fetchone() == (True, False)


def test_browsers_are_allowed_to_send_it(gateway: Gateway) -> None:
    answer = httpx.request(
        "OPTIONS",
        f"{gateway.url}/rest/v1/chat_sessions",
        headers={
            "origin": "http://localhost:5173",
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "apikey,authorization,content-type,prefer",
        },
        trust_env=False,
    )
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
