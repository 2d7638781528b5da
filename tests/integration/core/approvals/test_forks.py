"""Going on from an earlier message frees no tool of asking, and no call of its answer."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.chats.forks import Fork, fork_chat
from core.errors import ChatNotFound, MessageNotFound, RateLimited
from core.turn import stop_run
from core.types import User
from fixtures.people import add_user
from fixtures.scripted_model import Reply
from integration.core.approvals.conftest import add_task, add_tool, statuses, tasks
from integration.core.approvals.test_untrusted import EVERYTHING, summarise
from integration.core.conftest import Stage


@pytest.fixture
def page(stage: Stage) -> None:
    """What others write, and a delete that asks once it was read."""
    add_task(stage, "Buy milk")
    add_tool(stage, "read_notes", table_name="notes", method="fetch", columns=["content"], untrusted=True)
    add_tool(stage, "delete_tasks", approval="ask_after_untrusted", method="delete", columns=["title"])


async def say(stage: Stage, text: str, chat_id: UUID | None = None, **values: Any) -> tuple[UUID, UUID]:
    """The chat, and the message's id."""
    message_id = uuid4()
    result = await stage.turn(text, chat_id=chat_id, message_id=message_id, **values)
    assert result.chat_id
    return result.chat_id, message_id


async def fork(stage: Stage, chat_id: UUID, message_id: UUID, **values: Any) -> Fork:
    values = {"user": stage.user, "new_chat_id": uuid4(), **values}
    return await fork_chat(
        stage.services.pool, config=stage.services.config, chat_id=chat_id, message_id=message_id, **values
    )


async def asks(stage: Stage, chat_id: UUID) -> bool:
    """Whether a turn of the chat asks before it deletes all tasks."""
    stage.model.reply(Reply(tool_calls=[EVERYTHING]), "Gone.")
    result = await stage.turn("Go on", chat_id=chat_id)
    if result.pending_actions:
        await stop_run(stage.services, stage.user, result.run_id)
        stage.model.forget()
    return bool(result.pending_actions)


@pytest.mark.usefixtures("page")
async def test_the_model_sees_what_was_said_before_and_nothing_of_what_came_later(stage: Stage) -> None:
    stage.model.reply("One.", "Two.", "Three.")
    chat_id, _ = await say(stage, "first")
    _, second = await say(stage, "second", chat_id)
    made = await fork(stage, chat_id, second)
    await say(stage, "another second", made.chat_id)

    shown = [message.text for message in stage.model.requests[-1][1:]]
    assert shown == ["first", "One.", "another second"]
    assert made.title == "first (2)"


@pytest.mark.usefixtures("page")
async def test_what_was_untrusted_stays_so(stage: Stage) -> None:
    stage.model.reply("Hello.", Reply(tool_calls=[("read_notes", {})]), "A note.", "Well.")
    chat_id, first = await say(stage, "Hello")
    _, reading = await say(stage, "What is in my notes?", chat_id)
    _, last = await say(stage, "And now?", chat_id)

    tainted = await fork(stage, chat_id, last)
    clean = [await fork(stage, chat_id, message) for message in (first, reading)]

    assert await asks(stage, tainted.chat_id)
    stage.model.reply("Well.")
    again = await say(stage, "Well?", (await fork(stage, chat_id, last)).chat_id)
    assert await asks(stage, (await fork(stage, *again)).chat_id)
    assert tasks(stage) == ["Buy milk"]
    assert [await asks(stage, made.chat_id) for made in clean] == [False, False]


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("covers_more", [True, False])
async def test_what_the_window_shows_no_more_is_as_untrusted_as_its_summary_was(
    stage: Stage, covers_more: bool
) -> None:
    stage.model.reply(Reply(tool_calls=[("read_notes", {})]), "A note.", "Well.", "Well.")
    chat_id, _ = await say(stage, "What is in my notes?")
    if not covers_more:
        summarise(stage, chat_id, is_untrusted=True)
    await say(stage, "And now?", chat_id)
    _, last = await say(stage, "And now?", chat_id)
    if covers_more:
        summarise(stage, chat_id, is_untrusted=True)
    stage = stage.with_config(history_messages=2)

    assert await asks(stage, (await fork(stage, chat_id, last)).chat_id)
    assert tasks(stage) == ["Buy milk"]


@pytest.mark.usefixtures("page")
async def test_what_waits_for_a_decision_waits_in_its_own_chat_alone(stage: Stage) -> None:
    add_tool(stage, "clear_tasks", approval="ask", method="delete", columns=["title"])
    stage.model.reply("Hello.", Reply(tool_calls=[("clear_tasks", EVERYTHING[1])]), "No.")
    chat_id, _ = await say(stage, "Hello")
    _, asking = await say(stage, "Delete them", chat_id)

    made = await fork(stage, chat_id, asking)

    assert statuses(stage) == ["pending"]
    result = await stage.turn("Leave them", chat_id=made.chat_id)
    assert (result.response, statuses(stage), tasks(stage)) == ("No.", ["pending"], ["Buy milk"])


async def test_another_users_chat_is_none(stage: Stage) -> None:
    stage.model.reply("Hello.")
    chat_id, message_id = await say(stage, "Hello")
    stranger = User.from_claims(add_user(stage.owner).claims)

    with pytest.raises(ChatNotFound):
        await fork(stage, chat_id, message_id, user=stranger)
    with pytest.raises(MessageNotFound):
        await fork(stage, chat_id, uuid4())
    assert stage.rows("select id from chats where forked_before is not null") == []


async def test_the_limit_is_that_of_messages(stage: Stage) -> None:
    stage.model.reply("Hello.")
    chat_id, message_id = await say(stage, "Hello")
    stage = stage.with_config(max_requests_per_minute=1)
    await fork(stage, chat_id, message_id)

    with pytest.raises(RateLimited, match="You have branched chats 1 times within a minute"):
        await fork(stage, chat_id, message_id)
    await fork(stage.with_config(max_requests_per_minute=None), chat_id, message_id)


async def test_ten_at_once_under_one_id_are_one(stage: Stage) -> None:
    stage.model.reply("Hello.", "Hello.")
    chat_id, _ = await say(stage, "Hello")
    _, second = await say(stage, "Hello?", chat_id)
    new_chat_id = uuid4()

    made = await asyncio.gather(*[fork(stage, chat_id, second, new_chat_id=new_chat_id) for _ in range(10)])

    assert len({fork.title for fork in made}) == 1
    query = "select count(*) from chat_message_history where session_id = %(chat)s"
    assert stage.rows(query, chat=new_chat_id) == [(2,)]
