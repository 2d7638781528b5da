"""What is done for a chat in the background, once its turn is over."""

import asyncio

import pytest
from langchain_core.messages import BaseMessage

from core.chats.opening import Decision
from core.turn import begin_or_find
from core.turn_requests import DecisionRequest
from core.turn_results import TurnResult
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage


@pytest.fixture
def titled(stage: Stage) -> Stage:
    return stage.with_config(improve_titles=True)


async def test_a_new_chat_gets_a_better_title_and_it_is_counted(titled: Stage) -> None:
    titled.model.reply("Ferns like shade.", "Where ferns grow")

    result = await titled.turn("Tell me, where on earth do I put my fern?")
    before = titled.rows("select title from chats")
    await titled.services.aftermath.settle()

    assert before == [("Tell me, where on earth do I put my fern?",)]
    assert titled.rows("select title from chats where id = %(id)s", id=result.chat_id) == [
        ("Where ferns grow",)
    ]
    assert titled.rows("select runs, model_calls, input_tokens, output_tokens from user_usage") == [
        (1, 2, 20, 10)
    ]


async def test_only_the_first_turn_asks_for_a_title(titled: Stage) -> None:
    titled.model.reply("One.", "A title", "Two.")

    chat_id = (await titled.turn("1")).chat_id
    await titled.services.aftermath.settle()
    await titled.turn("2", chat_id=chat_id)
    await titled.services.aftermath.settle()

    assert len(titled.model.requests) == 3


async def allow_what_waits(stage: Stage, result: TurnResult) -> None:
    (action,) = result.pending_actions
    decision = Decision(action_id=action.id, decision="approve")
    await begin_or_find(stage.services, DecisionRequest(user=stage.user, decisions=(decision,)))
    await asyncio.gather(*(run.task for run in stage.services.runs if run.task))
    await stage.services.aftermath.settle()


async def test_a_chat_whose_first_turn_had_to_ask_gets_its_title_once_it_went_on(titled: Stage) -> None:
    titled.add_tool("add_task", method="create")
    titled.owner.execute("update agent_tools set approval = 'ask'")
    add = Reply(tool_calls=[("add_task", {"data": {"title": "Water the fern"}})])
    titled.model.reply(add, "I have added it.", "Watering the fern", add, "That one too.")

    first = await titled.turn("Could you write down that my fern needs water?")
    await allow_what_waits(titled, first)
    assert titled.rows("select title from chats") == [("Watering the fern",)]

    # Later ones ask for no other.
    await allow_what_waits(titled, await titled.turn("And once more", chat_id=first.chat_id))
    assert titled.rows("select title from chats") == [("Watering the fern",)]
    assert titled.model.unused == 0


async def test_a_title_that_cannot_be_had_harms_nothing(titled: Stage) -> None:
    titled.model.reply("One.", ConnectionError("gone"))

    await titled.turn("First words")
    await titled.services.aftermath.settle()

    assert titled.rows("select title from chats") == [("First words",)]


async def test_a_long_chat_is_summarised_and_goes_on_with_the_summary(stage: Stage) -> None:
    stage = stage.with_config(summarise_chats=True, history_messages=8)
    asked: list[list[BaseMessage]] = []

    def answer(messages: list[BaseMessage]) -> Reply:
        asked.append(messages)
        is_summary = "running summary" in messages[0].text
        return Reply(text="They count up." if is_summary else f"{len(asked)}.")

    stage.model.reply(*[answer] * 20)
    chat_id = (await stage.turn("one")).chat_id
    for word in ("two", "three", "four", "five"):
        await stage.turn(word, chat_id=chat_id)
        await stage.services.aftermath.settle()

    [(content, up_to)] = stage.rows("select content, up_to_message_id from chat_summaries")
    await stage.turn("and then?", chat_id=chat_id)

    assert content == "They count up."
    prompt, *seen = asked[-1]
    assert "They count up." in prompt.text
    assert "one" not in [message.text for message in seen]
    assert stage.rows("select count(*) from chat_message_history where id <= %(id)s", id=up_to)[0][0] > 0
