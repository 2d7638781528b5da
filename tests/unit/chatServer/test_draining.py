"""A server that is told to stop: what it refuses. tests/acceptance/test_replicas.py has the whole order."""

from uuid import uuid4

import pytest

from chatServer.draining import Draining
from chatServer.errors import ServerStopping
from chatServer.main import create_app
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, make_settings, serving


def test_the_grace_time_runs_from_the_first_word_and_no_turn_is_taken_after_it() -> None:
    now = 100.0
    draining = Draining(grace_seconds=10, clock=lambda: now)
    draining.check()
    assert draining.remaining_seconds == 10

    draining.begin()
    now = 104.0
    draining.begin()

    assert draining.remaining_seconds == 6
    with pytest.raises(ServerStopping):
        draining.check()
    now = 200.0
    assert draining.remaining_seconds == 0


async def test_a_stopping_server_refuses_turns_so_that_the_next_try_reaches_another_one() -> None:
    app = create_app(make_settings(database_timeout_seconds=0.1))
    async with serving(app) as client:
        app.state.server.draining.begin()
        token = Person(id=uuid4(), email="ada@example.com").jwt(JWT_SECRET)

        turn = await client.post(
            "/api/chat",
            json={"agent_name": "helper", "message": "Hello"},
            headers={"Authorization": f"Bearer {token}"},
        )
        ready = await client.get("/ready")
        alive = await client.get("/health")

    for answer in (turn, ready):
        assert (answer.status_code, answer.json()["code"]) == (503, "server_stopping")
        assert answer.headers["Retry-After"]
        assert answer.headers["Connection"] == "close"
    assert alive.status_code == 200
