"""Two chat servers behind one pooler, chosen at random: any of them serves any turn, and any may go away.

The servers are processes, the pooler is a pgbouncer in transaction mode with the settings that deploy/ ships,
and the Postgres behind it is this file's own, so that it can be stopped.
"""

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from embedded.postgres import EmbeddedPostgres
from fixtures.chat_clients import ChatClient, Said, assert_answered_once, new_chat, stored_messages
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.echo_model import EchoModel, echoing
from fixtures.own_cluster import own_cluster
from fixtures.people import Person
from fixtures.pgbouncer import PgBouncer, pooling
from fixtures.replicas import Replica, running_replicas
from fixtures.servers import JWT_SECRET

# All on one worker: what they share takes half a minute to start.
pytestmark = pytest.mark.xdist_group("replicas")

# Which replica each message goes to.
SEED = 20261126
# Longer than the slowest turn here but those that a test holds back, and than what a test does meanwhile.
GRACE_SECONDS = 6
PEOPLE = 3


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What this file runs, and what it stops."""

    postgres: EmbeddedPostgres
    database: Database
    pooler: PgBouncer
    model: EchoModel
    replicas: list[Replica]


@pytest.fixture(scope="module")
def deployment(
    run_folder: Path, gateway_bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with (
        own_cluster(run_folder, gateway_bundle) as (postgres, database),
        pooling(run_folder, database.server_url) as pooler,
        echoing(think_seconds=0.05) as model,
        running_replicas(
            tmp_path_factory.mktemp("replicas"),
            pooler.url,
            CLARITY_SHUTDOWN_GRACE_SECONDS=str(GRACE_SECONDS),
            CLARITY_MAX_REQUESTS_PER_MINUTE="100000",
            # What a test breaks off is free again soon.
            CLARITY_LEASE_SECONDS="5",
            # The model sees the whole of a chat, and counts it.
            CLARITY_HISTORY_MESSAGES="10000",
            CLARITY_HISTORY_TOKENS="1000000",
        ) as replicas,
    ):
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            owner.execute(
                "insert into agent_configurations (agent_name, llm_config) values ('echo', %(config)s)",
                {"config": json.dumps(model.llm_config)},
            )
        yield Deployment(postgres=postgres, database=database, pooler=pooler, model=model, replicas=replicas)


@pytest.fixture
def database(deployment: Deployment) -> Database:
    return deployment.database


@pytest.fixture
def replicas(deployment: Deployment) -> list[Replica]:
    """Both, running."""
    for replica in deployment.replicas:
        if not replica.is_running():
            replica.start()
    return deployment.replicas


@pytest.fixture
def model(deployment: Deployment) -> Iterator[EchoModel]:
    """Holds back what is to wait; what still waits when the test ends is answered."""
    deployment.model.hold()
    yield deployment.model
    deployment.model.release()


@pytest.fixture
async def clients(
    replicas: list[Replica], make_user: Callable[..., Person]
) -> AsyncIterator[list[ChatClient]]:
    """A client for each of a few people."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        yield [
            ChatClient(person=make_user(), replicas=replicas, http=http, random=random.Random(SEED + number))
            for number in range(PEOPLE)
        ]


async def test_turns_at_random_replicas_keep_each_chat_whole_and_to_itself(
    clients: list[ChatClient], replicas: list[Replica], owner: psycopg.Connection
) -> None:
    async def talk(client: ChatClient, chat_id: UUID) -> list[Said]:
        return [await client.say(f"{number} in {chat_id}", chat_id) for number in range(4)]

    chats = [(client, new_chat(owner, client.person)) for client in clients for _ in range(2)]
    said = await asyncio.gather(*(talk(client, chat_id) for client, chat_id in chats))

    assert [client.refusals for client in clients] == [[]] * PEOPLE
    # The model counts the messages that it sees, so an answer knows which turn of its chat it was.
    for (_, chat_id), messages in zip(chats, said, strict=True):
        assert [one.response for one in messages] == [f"{n + 1}. {n} in {chat_id}" for n in range(4)]
    assert_answered_once(owner, [one for messages in said for one in messages])
    for replica in replicas:
        assert any(line.get("path") == "/api/chat" for line in replica.logs()), replica.name


ADD_TOOL = """
insert into agent_tools (agent_id, name, config)
select id, 'add_task', '{"table_name": "tasks", "method": "create"}' from agent_configurations
 where agent_name = 'echo'
"""
DELETE_TOOL = "delete from agent_tools where name = 'add_task'"


async def tools_at(
    replicas: list[Replica], client: ChatClient, model: EchoModel, text: str
) -> list[set[str]]:
    """Which tools the model has in the next turn of each replica."""
    for replica in replicas:
        assert (await client.post(replica, f"{text} at {replica.name}")).status_code == 200
    return [model.tools_offered(f"{text} at {replica.name}") for replica in replicas]


async def test_a_tool_row_is_live_on_the_next_turn_of_both_replicas(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel, owner: psycopg.Connection
) -> None:
    ada = clients[0]

    before = await tools_at(replicas, ada, model, "Before")
    owner.execute(ADD_TOOL)
    inserted = await tools_at(replicas, ada, model, "Inserted")
    added = await ada.post(replicas[1], "add Water the plants")
    owner.execute(DELETE_TOOL)
    deleted = await tools_at(replicas, ada, model, "Deleted")

    assert (before, inserted, deleted) == ([set()] * 2, [{"add_task"}] * 2, [set()] * 2)
    assert [call["status"] for call in added.json()["tool_calls"]] == ["success"]
    tasks = owner.execute("select title, user_id from tasks").fetchall()
    assert tasks == [("Water the plants", ada.person.id)]


async def test_so_it_is_while_64_turns_run_which_end_with_the_tools_they_had(
    replicas: list[Replica], model: EchoModel, make_user: Callable[..., Person], owner: psycopg.Connection
) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        people = [
            ChatClient(person=make_user(), replicas=replicas, http=http, random=random.Random(SEED))
            for _ in range(9)
        ]
        questions = [f"wait number {number}" for number in range(64)]
        # As many of one person as may run at once, and room for one more.
        running = [
            asyncio.create_task(people[number // 8].post(replicas[number % 2], question))
            for number, question in enumerate(questions)
        ]
        await asyncio.to_thread(model.wait_for_waiting, len(questions))
        before = await tools_at(replicas, people[-1], model, "Not yet")
        owner.execute(ADD_TOOL)
        inserted = await tools_at(replicas, people[-1], model, "Inserted meanwhile")
        owner.execute(DELETE_TOOL)
        deleted = await tools_at(replicas, people[-1], model, "Deleted meanwhile")
        still_running = [task for task in running if not task.done()]
        model.release()
        answers = await asyncio.gather(*running)

    assert (before, inserted, deleted) == ([set()] * 2, [{"add_task"}] * 2, [set()] * 2)
    assert len(still_running) == 64
    assert [answer.json()["response"] for answer in answers] == [f"1. {question}" for question in questions]
    assert [model.tools_offered(question) for question in questions] == [set()] * 64


async def test_a_chat_is_busy_on_every_replica(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel, owner: psycopg.Connection
) -> None:
    ada, (here, there) = clients[0], replicas
    chat_id = str(new_chat(owner, ada.person))

    waiting = asyncio.create_task(ada.post(here, "wait for me", session_id=chat_id))
    await asyncio.to_thread(model.wait_for_waiting)
    meanwhile = await ada.post(there, "And me?", session_id=chat_id)
    model.release()
    answer = await waiting
    then = await ada.post(there, "And now?", session_id=chat_id)

    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "chat_busy")
    assert meanwhile.headers["Retry-After"]
    assert meanwhile.json()["run_id"] == answer.json()["run_id"]
    assert (answer.json()["response"], then.json()["response"]) == ("1. wait for me", "2. And now?")


async def test_a_message_sent_to_both_replicas_at_once_is_answered_once(
    clients: list[ChatClient], replicas: list[Replica], owner: psycopg.Connection
) -> None:
    ada = clients[0]
    chat_id, message_id = new_chat(owner, ada.person), uuid4()

    answers = await asyncio.gather(
        *(
            ada.post(replica, "Only once", session_id=str(chat_id), message_id=str(message_id))
            for replica in replicas * 2
        )
    )

    assert 200 in {answer.status_code for answer in answers}
    said = Said(chat_id=chat_id, message_id=message_id, text="Only once", response="1. Only once")
    assert_answered_once(owner, [said])
    assert owner.execute("select count(*) from chat_runs where chat_id = %s", [chat_id]).fetchone() == (1,)


async def test_the_operator_can_stop_a_turn_as_the_manual_says(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel, owner: psycopg.Connection
) -> None:
    ada = clients[0]
    chat_id = str(new_chat(owner, ada.person))
    manual = (ROOT / "memory-bank" / "operations.md").read_text()
    (statement,) = re.findall(r"`(update chat_runs set cancel_requested_at .+?)`", manual)

    waiting = asyncio.create_task(ada.post(replicas[0], "wait for ever", session_id=chat_id))
    await asyncio.to_thread(model.wait_for_waiting)
    run = owner.execute("select id from chat_runs where chat_id = %s", [chat_id]).fetchone()
    assert run
    owner.execute(statement.replace("...", str(run[0])))
    answer = await waiting

    assert answer.json()["code"] == "turn_cancelled"
    assert answer.json()["run_id"] == str(run[0])


# Going away ------------------------------------------------------------------------------------------------


async def test_a_stopping_replica_ends_its_turn_and_takes_no_other(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel, owner: psycopg.Connection
) -> None:
    (ada, ben, _), (here, there) = clients, replicas
    chat_id = new_chat(owner, ada.person)

    waiting = asyncio.create_task(ada.post(here, "wait for me", session_id=str(chat_id)))
    await asyncio.to_thread(model.wait_for_waiting)
    here.terminate()
    ready = await until_it_stops(ada.http, here)
    refused, taken = await ben.post(here, "Hello"), await ben.post(there, "Hello")
    model.release()
    answer = await waiting
    await asyncio.to_thread(here.wait)

    for said in (ready, refused):
        assert (said.status_code, said.json()["code"]) == (503, "server_stopping")
        assert said.headers["Retry-After"]
        assert said.headers["Connection"] == "close"
    assert taken.status_code == 200
    assert (answer.status_code, answer.json()["response"]) == (200, "1. wait for me")
    assert [message.kind for message in stored_messages(owner, chat_id)] == ["human", "ai"]
    assert here.logs()[-1]["message"].startswith("Finished server process")


async def test_streams_of_a_stopping_replica_go_on_to_their_end(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel
) -> None:
    (ada, ben, _), (here, _) = clients, replicas

    streams = [
        asyncio.create_task(stream(ada, here, "wait for me")),
        asyncio.create_task(stream(ben, here, "wait for me too")),
    ]
    await asyncio.to_thread(model.wait_for_waiting, 2)
    here.terminate()
    await until_it_stops(ada.http, here)
    model.release()
    first, second = await asyncio.gather(*streams)
    await asyncio.to_thread(here.wait)

    for events, text in ((first, "1. wait for me"), (second, "1. wait for me too")):
        assert events[-1]["type"] == "RUN_FINISHED"
        deltas = [event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT"]
        assert "".join(deltas) == text


async def test_a_turn_that_outlives_the_grace_time_is_stopped_and_its_clients_are_told(
    clients: list[ChatClient], replicas: list[Replica], model: EchoModel, owner: psycopg.Connection
) -> None:
    ada, (here, there) = clients[0], replicas
    chat_id = str(new_chat(owner, ada.person))

    waiting = asyncio.create_task(ada.post(here, "wait too long", session_id=chat_id))
    streaming = asyncio.create_task(stream(clients[1], here, "wait too long as well"))
    await asyncio.to_thread(model.wait_for_waiting, 2)
    here.terminate()
    answer, events = await waiting, await streaming
    await asyncio.to_thread(here.wait)
    model.release()
    then = await ada.post(there, "Are you back?", session_id=chat_id)

    assert answer.json()["code"] == "turn_interrupted"
    assert answer.json()["session_id"] == chat_id
    # Not a connection that breaks off: an event that says how it ended.
    assert events[-1]["type"] == "RUN_ERROR" or events[-1]["outcome"] == {"type": "cancelled"}
    run = owner.execute("select status from chat_runs where id = %s", [answer.json()["run_id"]]).fetchone()
    assert run in [("cancelled",), ("interrupted",)]
    # The chat goes on at once: nobody has to wait for a lease.
    assert then.json()["response"] == "2. Are you back?"


async def test_a_rolling_restart_under_load_loses_nothing(
    clients: list[ChatClient], replicas: list[Replica], owner: psycopg.Connection
) -> None:
    before = [replica.pid for replica in replicas]

    async with under_load(clients, owner) as said:
        for replica in replicas:
            await asyncio.to_thread(replica.restart)

    assert_answered_once(owner, said)
    assert not {replica.pid for replica in replicas} & set(before)
    refusals = [refusal for client in clients for refusal in client.refusals]
    assert {refusal.code for refusal in refusals if refusal.status} <= {"server_stopping"}
    assert all(refusal.retry_after for refusal in refusals if refusal.status)


# Being left alone ------------------------------------------------------------------------------------------


async def test_a_restart_of_the_database_under_load_is_a_503_that_heals_by_itself(
    deployment: Deployment,
    clients: list[ChatClient],
    replicas: list[Replica],
    model: EchoModel,
    owner: psycopg.Connection,
) -> None:
    ada, postgres = clients[0], deployment.postgres
    chat_id = new_chat(owner, ada.person)

    async with under_load(clients, owner) as said:
        # Its model answers while there is nowhere to store it.
        waiting = asyncio.create_task(ada.post(replicas[0], "wait for the database", session_id=str(chat_id)))
        await asyncio.to_thread(model.wait_for_waiting)
        await asyncio.to_thread(postgres.stop)
        model.release()
        turns = await asyncio.gather(*(ada.post(replica, "Hello?") for replica in replicas))
        ready = [await ada.http.get(f"{replica.url}/ready") for replica in replicas]
        alive = [await ada.http.get(f"{replica.url}/health") for replica in replicas]
        await asyncio.to_thread(postgres.start)
        for replica in replicas:
            await asyncio.to_thread(replica.wait_until_ready)

    for answer in (*turns, *ready):
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert answer.headers["Retry-After"]
    assert [answer.status_code for answer in alive] == [200, 200]
    assert (await waiting).json()["response"] == "1. wait for the database"
    with psycopg.connect(deployment.database.owner_url, autocommit=True) as connection:
        assert_answered_once(connection, said)
        kinds = [message.kind for message in stored_messages(connection, chat_id)]
    assert kinds == ["human", "ai"]


async def test_a_crash_of_the_pooler_and_lost_connections_are_healed_as_well(
    deployment: Deployment, clients: list[ChatClient], owner: psycopg.Connection
) -> None:
    async with under_load(clients, owner) as said:
        await asyncio.to_thread(deployment.pooler.kill)
        await asyncio.to_thread(deployment.pooler.start)
        lost = owner.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'clarity_server'"
        ).fetchone()

    assert lost
    assert lost[0] > 0
    assert_answered_once(owner, said)
    refusals = [refusal for client in clients for refusal in client.refusals]
    assert all(refusal.retry_after for refusal in refusals if refusal.status == 503)


async def stream(client: ChatClient, replica: Replica, text: str) -> list[dict[str, Any]]:
    """The AG-UI events of one message in a new chat, to the end of the stream."""
    body: dict[str, Any] = {
        "threadId": str(uuid4()),
        "runId": str(uuid4()),
        "state": {},
        "messages": [{"id": str(uuid4()), "role": "user", "content": text}],
        "tools": [],
        "context": [],
        "forwardedProps": {},
    }
    answer = await client.http.post(
        f"{replica.url}/api/agents/echo/run",
        json=body,
        headers={"Authorization": f"Bearer {client.person.jwt(JWT_SECRET)}"},
    )
    assert answer.status_code == 200, answer.text
    lines = answer.text.splitlines()
    return [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]


async def until_it_stops(http: httpx.AsyncClient, replica: Replica) -> httpx.Response:
    """What /ready says once the replica has heard that it is to stop."""
    async with asyncio.timeout(GRACE_SECONDS):
        while (answer := await http.get(f"{replica.url}/ready")).is_success:
            pass
    return answer


@asynccontextmanager
async def under_load(clients: list[ChatClient], owner: psycopg.Connection) -> AsyncGenerator[list[Said]]:
    """Each client talks in a chat of its own for as long as the block lasts, and once more after it.

    The list fills with what was acknowledged; it is complete when the block has ended.
    """
    said: list[Said] = []
    is_over = asyncio.Event()

    async def talk(client: ChatClient, chat_id: UUID) -> None:
        number = 0
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            said.append(await client.say(f"{number} in {chat_id}", chat_id))
            number += 1

    chats = [(client, new_chat(owner, client.person)) for client in clients]
    async with asyncio.TaskGroup() as group:
        for client, chat_id in chats:
            group.create_task(talk(client, chat_id))
        try:
            yield said
        finally:
            is_over.set()
