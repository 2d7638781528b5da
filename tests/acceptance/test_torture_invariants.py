"""The torture's checks see each kind of harm: they pass for a whole chat, and fail for one that is not."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, message_to_dict

from fixtures.people import Person
from torture.invariants import CHECKS, Stored
from torture.ledger import Ledger, Said, Shown
from torture.plan import Turn

Tables: TypeAlias = dict[str, list[dict[str, Any]]]

TOKEN = "t0001x0010abc"
MEMORY = "What only I know."
ANSWER = f"Added {TOKEN}, as you wanted."
ANN = Person(id=UUID(int=1), email="ann@example.com")
BOB = Person(id=UUID(int=2), email="bob@example.com")
CHAT, MESSAGE, RUN, SESSION = (UUID(int=number) for number in range(10, 14))

SAID = Said(
    turn=Turn(
        token=TOKEN,
        verb="add",
        channel="json",
        fault=None,
        message_id=MESSAGE,
        approves=True,
        seed="1",
    ),
    person=ANN,
    chat_id=CHAT,
    ending="answered",
    answer=ANSWER,
    decided=frozenset(),
    tries=1,
    seconds=0.1,
)
SHOWN = Shown(session_id=SESSION, person=ANN, chat_id=CHAT, token=TOKEN)


def _row(message: BaseMessage) -> dict[str, Any]:
    row = {"session_id": CHAT, "user_id": ANN.id, "message_uuid": uuid4(), "run_id": RUN}
    if isinstance(message, HumanMessage):
        row["message_uuid"] = MESSAGE
    return {**row, "message": message_to_dict(message)}


def _whole() -> Tables:
    """A chat in which a user said one thing, and a tool was called once for it."""
    call = {"name": "add_entry", "args": {"data": {"token": TOKEN}}, "id": "call_1"}
    usage = {"input_tokens": 20, "output_tokens": 10, "model_calls": 2, "tool_calls": 1}
    run = {
        "id": RUN,
        "chat_id": CHAT,
        "user_id": ANN.id,
        "user_message_uuid": MESSAGE,
        "parent_run_id": None,
        "status": "completed",
        "error": None,
        "latency_ms": 5,
        **usage,
    }
    messages = [
        HumanMessage(f"add {TOKEN}"),
        AIMessage("", tool_calls=[call]),
        ToolMessage('{"created": 1}', tool_call_id="call_1"),
        AIMessage(ANSWER),
    ]
    return {
        "chats": [{"id": CHAT, "user_id": ANN.id}],
        "sessions": [{"id": SESSION, "chat_id": CHAT, "user_id": ANN.id, "token": TOKEN}],
        "messages": [_row(message) for message in messages],
        "runs": [run],
        "actions": [],
        "decisions": [],
        "journal": [],
        "usage": [{"user_id": ANN.id, "runs": 1, **usage}],
        "effects": [{"tool": "add_entry", "token": TOKEN, "user_id": ANN.id}],
        "memories": [{"user_id": BOB.id, "content": MEMORY}],
        "marks": [],
    }


def _violated(tables: Tables, *, told: Counter[str] | None = None, said: Said = SAID) -> set[str]:
    """The names of the checks that find something."""
    stored = Stored(tables=tables, told=told or Counter())
    ledger = Ledger(said=[said], shown=[SHOWN], memories={BOB.id: MEMORY})
    return {check.__name__ for check in CHECKS if list(check(stored, ledger))}


def _no_message(tables: Tables) -> None:
    del tables["messages"][0]


def _message_twice(tables: Tables) -> None:
    tables["messages"].insert(0, tables["messages"][0])


def _answer_twice(tables: Tables) -> None:
    tables["messages"].append(tables["messages"][-1])


def _no_answer(tables: Tables) -> None:
    del tables["messages"][-1]


def _run_twice(tables: Tables) -> None:
    tables["runs"].append({**tables["runs"][0], "id": uuid4()})


def _effect_twice(tables: Tables) -> None:
    tables["effects"] *= 2


def _no_effect(tables: Tables) -> None:
    tables["effects"].clear()


def _effect_of_another(tables: Tables) -> None:
    tables["effects"][0]["user_id"] = BOB.id


def _message_of_another(tables: Tables) -> None:
    for row in tables["messages"]:
        row["user_id"] = BOB.id


def _half_a_call(tables: Tables) -> None:
    del tables["messages"][2]


def _still_running(tables: Tables) -> None:
    tables["runs"].append({**tables["runs"][0], "id": uuid4(), "status": "running", "latency_ms": None})


def _note_left(tables: Tables) -> None:
    tables["journal"].append({"run_id": RUN, "tool_call_id": "call_1"})


def _decided_twice(tables: Tables) -> None:
    action = {"id": UUID(int=20), "run_id": RUN, "status": "executed", "tool_call_id": "call_1"}
    tables["actions"].append(action)
    tables["decisions"] += [{"action_id": action["id"], "decision": "approve"}] * 2


def _usage_lost(tables: Tables) -> None:
    tables["usage"][0]["input_tokens"] = 10


def _chat_of_nobody(tables: Tables) -> None:
    tables["chats"].append({"id": uuid4(), "user_id": ANN.id})


def _session_without_its_last_word(tables: Tables) -> None:
    tables["sessions"][0]["token"] = "t0001x0000abc"


def _session_of_nobody(tables: Tables) -> None:
    tables["sessions"].append({**tables["sessions"][0], "id": uuid4()})


def _intruder_wrote(tables: Tables) -> None:
    tables["marks"].append({"place": "chats", "id": str(CHAT)})


def _memory_changed(tables: Tables) -> None:
    tables["memories"][0]["content"] = "What somebody else wants."


def _memory_lost(tables: Tables) -> None:
    tables["memories"].clear()


HARMS: Sequence[tuple[Callable[[Tables], None], str]] = [
    (_no_message, "messages_are_there_once"),
    (_message_twice, "messages_are_there_once"),
    (_answer_twice, "answers_are_there_once"),
    (_no_answer, "answers_are_there_once"),
    (_run_twice, "answers_are_there_once"),
    (_effect_twice, "tools_ran_once"),
    (_no_effect, "tools_ran_once"),
    (_no_effect, "answers_are_honest"),
    (_effect_of_another, "nothing_crossed_users"),
    (_message_of_another, "nothing_crossed_users"),
    (_half_a_call, "histories_are_whole"),
    (_still_running, "runs_have_ended"),
    (_note_left, "journal_is_empty"),
    (_decided_twice, "decisions_count_once"),
    (_usage_lost, "usage_adds_up"),
    (_chat_of_nobody, "chats_are_there_once"),
    (_session_without_its_last_word, "tabs_are_there_once"),
    (_session_of_nobody, "tabs_are_there_once"),
    (_intruder_wrote, "intruders_left_nothing"),
    (_memory_changed, "intruders_left_nothing"),
    (_memory_lost, "intruders_left_nothing"),
]


def test_a_chat_that_is_whole_violates_nothing() -> None:
    assert _violated(_whole()) == set()


@pytest.mark.parametrize(("harm", "check"), HARMS)
def test_a_harm_is_seen(harm: Callable[[Tables], None], check: str) -> None:
    tables = deepcopy(_whole())
    harm(tables)

    assert check in _violated(tables)


def test_a_request_to_a_service_that_is_made_twice_is_seen() -> None:
    assert "tools_ran_once" in _violated(_whole(), told=Counter({TOKEN: 2}))


def test_an_answer_to_another_message_is_seen() -> None:
    other = replace(SAID, answer="Added t0001x0020abc, as you wanted.")

    assert "answers_are_honest" in _violated(_whole(), said=other)


def test_every_check_has_a_harm_that_it_sees() -> None:
    assert {check for _, check in HARMS} == {check.__name__ for check in CHECKS}
