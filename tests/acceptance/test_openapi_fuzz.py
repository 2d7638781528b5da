"""What the OpenAPI document allows, and what it does not, sent to a real server: no error of its own ever.

Every operation of the document is tried with values that fit it and values that do not, as a signed-in user,
and each answer has to be one that the document describes. CLARITY_FUZZ_EXAMPLES sets how many.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import requests
import schemathesis
from ag_ui.core import Event
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from embedded.postgres import EmbeddedPostgres
from fixtures.cluster import ROOT
from fixtures.databases import Logins, fresh_database
from fixtures.people import Person, add_user
from fixtures.replicas import Replica, running_replicas
from fixtures.servers import JWT_SECRET

# All on one worker: one server for all of them.
pytestmark = pytest.mark.xdist_group("openapi_fuzz")

EXAMPLES = int(os.environ.get("CLARITY_FUZZ_EXAMPLES", "10"))
# Longer than any answer of the offline model takes on a busy machine.
TIMEOUT_SECONDS = 30

fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize="CLARITY_FUZZ_EXAMPLES" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

# Its own types leave much open.
fuzzer: Any = schemathesis
Operation: TypeAlias = Any
Case: TypeAlias = Any

# Some rules have no words in a schema: a message is not blank, an id is somebody's. And what a query has
# besides is let be, as everywhere on the web.
CONFIG = fuzzer.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"enabled": False},
            "negative_data_rejection": {"enabled": False},
        }
    }
)
DOCUMENT = fuzzer.openapi.from_dict(
    json.loads((ROOT / "chatServer" / "openapi.json").read_text()), config=CONFIG
)
FITTING = fuzzer.GenerationMode.POSITIVE
UNFIT = fuzzer.GenerationMode.NEGATIVE

OPERATIONS: dict[str, Operation] = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in DOCUMENT.get_all_operations()
}
# It would take the user away that everything else is done as; its own tests have it.
del OPERATIONS["delete_account"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A running server, a user of it, and the ids of what that user has."""

    server: Replica
    person: Person
    known: dict[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.person.jwt(JWT_SECRET)}"}


@pytest.fixture(scope="module")
def target(
    cluster: EmbeddedPostgres, template: str, logins: Logins, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    for database in fresh_database(cluster, logins, template):
        with (
            psycopg.connect(database.owner_url, autocommit=True) as owner,
            running_replicas(
                tmp_path_factory.mktemp("fuzz"),
                database.server_url,
                count=1,
                CLARITY_DEFAULT_MODEL="offline:rules",
                CLARITY_MAX_REQUESTS_PER_MINUTE="0",
                CLARITY_MAX_CONCURRENT_RUNS="0",
                CLARITY_CREDENTIALS_KEY="q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
            ) as [server],
        ):
            _add_agent(owner)
            person = add_user(owner)
            yield Target(server=server, person=person, known=_things_of(owner, server, person))


def _add_agent(owner: psycopg.Connection) -> None:
    owner.execute(
        """
        with helper as (
          insert into agent_configurations (agent_name, system_prompt) values ('helper', 'Help.') returning id
        )
        insert into agent_tools (agent_id, name, config, approval)
        select id, name, config::jsonb, approval from helper, (values
          ('add_task', '{"table_name": "tasks", "method": "create"}', 'ask'),
          ('list_tasks', '{"table_name": "tasks", "method": "fetch"}', 'auto')
        ) as tool (name, config, approval)
        """
    )


def _things_of(owner: psycopg.Connection, server: Replica, person: Person) -> dict[str, str]:
    """A run that waits, and what it waits for: by the names that paths have for such ids."""
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}, trust_env=False
    ) as client:
        answer = client.post("/api/agents/helper/run", json=run_input("Add the task water the plants"))
        assert answer.is_success, answer.text
    row = owner.execute("select run_id, id from pending_actions").fetchone()
    assert row, answer.text
    return {
        "agent_name": "helper",
        "tool_name": "list_tasks",
        "model": "helper",
        "run_id": str(row[0]),
        "action_id": str(row[1]),
    }


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_answer_is_one_that_the_document_describes(operation_id: str, target: Target) -> None:
    with requests.Session() as session:
        session.trust_env = False

        @fuzzed
        @given(case=cases(OPERATIONS[operation_id]))
        def answers(case: Case) -> None:
            check(case, target, session)
            # Names and ids that are made up lead nowhere: once more with those that there are.
            if case.meta.generation.mode is FITTING and leads_further(case, target):
                check(case, target, session)

        answers()


def cases(operation: Operation) -> st.SearchStrategy[Any]:
    """Requests that fit the document, and, where there is anything to get wrong, some that do not."""
    fitting = operation.as_strategy(generation_mode=FITTING)
    if not (operation.body or operation.query or operation.path_parameters):
        return fitting
    return st.one_of(fitting, operation.as_strategy(generation_mode=UNFIT))


def check(case: Case, target: Target, session: requests.Session) -> None:
    case.call_and_validate(
        base_url=target.server.url,
        session=session,
        headers=target.headers,
        timeout=TIMEOUT_SECONDS,
    )


def leads_further(case: Any, target: Target) -> bool:
    """Puts names and ids into the case that the server knows; whether there was a place for one."""
    places: list[Any] = [case.path_parameters, case.body]
    found = False
    for place in (cast("dict[str, Any]", place) for place in places if isinstance(place, dict)):
        for name in place.keys() & target.known.keys():
            place[name] = target.known[name]
            found = True
    return found


# AG-UI's own input ------------------------------------------------------------------------------------------

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
LAST = {"RUN_FINISHED", "RUN_ERROR"}

# What JSON can carry, and what breaks programs that read it: NUL, lone surrogates, large numbers.
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "\0", "\ud800", "é" * 300, "x" * 30_000, "../..", "null", str(UUID(int=0))]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.just(2**70), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def run_input(text: str) -> dict[str, Any]:
    return {
        "threadId": str(uuid4()),
        "runId": str(uuid4()),
        "state": {},
        "messages": [
            {"id": "m1", "role": "user", "content": "Hi"},
            {"id": "m2", "role": "assistant", "content": "Hello."},
            {"id": str(uuid4()), "role": "user", "content": text},
        ],
        "tools": [{"name": "t", "description": "d", "parameters": {"type": "object"}}],
        "context": [{"description": "d", "value": "v"}],
        "forwardedProps": {"a": 1},
    }


@st.composite
def mutated_inputs(draw: st.DrawFn) -> Any:
    """A good input, in which up to three parts are gone, other ones, or of another kind."""
    given: Any = run_input(draw(st.sampled_from(["Hi", "list my tasks", "add the task x"])))
    if draw(st.integers(0, 3)) == 0:
        given["resume"] = [{"interruptId": str(uuid4()), "status": "resolved", "payload": {"approved": True}}]
    for _ in range(draw(st.integers(0, 3))):
        everything = list(paths(given))
        texts = [path for path in everything if isinstance(at(given, path), str)]
        # What is of another kind does not get far, so most changes are of one text into another.
        if texts and draw(st.integers(0, 3)):
            given = replaced(given, draw(st.sampled_from(texts)), draw(TEXTS), remove=False)
        else:
            path, is_gone = draw(st.sampled_from(everything)), draw(st.booleans())
            given = replaced(given, path, draw(VALUES), remove=is_gone)
    return given


def at(value: Any, path: tuple[Any, ...]) -> Any:
    return at(value[path[0]], path[1:]) if path else value


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of the value and of all that is in it."""
    yield path
    for key in keys(value):
        yield from paths(value[key], (*path, key))


def keys(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(cast("Mapping[str, Any]", value))
    return range(len(cast("list[Any]", value))) if isinstance(value, list) else ()


def replaced(whole: Any, path: tuple[Any, ...], value: Any, *, remove: bool) -> Any:
    if not path:
        return value
    copy: Any = whole.copy()
    if remove and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = replaced(copy[path[0]], path[1:], value, remove=remove)
    return copy


@settings(fuzzed, max_examples=EXAMPLES * 10)
@given(body=mutated_inputs())
@example(body={**run_input("Hi"), "threadId": "\ud800"})
def test_an_ag_ui_input_of_any_shape_is_answered_or_refused(target: Target, body: Any) -> None:
    answer = httpx.post(
        f"{target.server.url}/api/agents/helper/run",
        content=json.dumps(body),
        headers={**target.headers, "Content-Type": "application/json"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )

    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]
        return
    events = [
        json.loads(line.removeprefix("data: "))
        for line in answer.text.split("\n")
        if line.startswith("data: ")
    ]
    for event in events:
        EVENT.validate_python(event)
    assert events[0]["type"] == "RUN_STARTED"
    assert events[-1]["type"] in LAST
    assert events[-1].get("code") not in ("error", "internal_error")
