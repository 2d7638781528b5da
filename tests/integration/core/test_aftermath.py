"""What is done for a chat in the background, once its turn is over."""

import pytest
from langchain_core.messages import BaseMessage

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
