"""An agent's list of fallbacks is refused when it is written, with a sentence and a hint."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.agents.llm_config import MAX_FALLBACKS, LlmConfig
from core.errors import AgentMisconfigured
from integration.database.world import World

FIVE = [f"openai:{number}" for number in range(5)]


def write(owner: psycopg.Connection, world: World, llm_config: dict[str, Any]) -> None:
    owner.execute(
        "update agent_configurations set llm_config = %(config)s where id = %(id)s",
        {"config": Jsonb(llm_config), "id": world.shared_agent},
    )


@pytest.mark.parametrize(
    "llm_config",
    [
        {"fallbacks": []},
        {"fallbacks": FIVE},
        {"model": "openai:gpt-5-mini", "fallbacks": ["google_genai:gemini-flash-latest", "offline:rules"]},
    ],
)
def test_a_list_that_can_work_is_written(
    llm_config: dict[str, Any], owner: psycopg.Connection, world: World
) -> None:
    write(owner, world, llm_config)
    assert LlmConfig.parse(llm_config).fallbacks == tuple(llm_config["fallbacks"])


@pytest.mark.parametrize(
    ("fallbacks", "sentence"),
    [
        ("openai:gpt-5", 'fallbacks is "openai:gpt-5", not a list'),
        (None, "fallbacks is null, not a list"),
        ({"model": "openai:gpt-5"}, "not a list"),
        ([*FIVE, "openai:5"], "more than 5 fallbacks"),
        (["openai:gpt-5", "gpt-5"], 'the fallback "gpt-5" is not of the form provider:name'),
        ([":x"], "not of the form"),
        ([5], "the fallback 5 is not"),
        ([["openai:gpt-5"]], "not of the form"),
        ([None], "the fallback null is not"),
    ],
    ids=repr,
)
def test_a_list_that_cannot_work_is_refused_as_the_server_would(
    fallbacks: Any, sentence: str, owner: psycopg.Connection, world: World
) -> None:
    for llm_config in ({"fallbacks": fallbacks}, {"model": "openai:gpt-5", "fallbacks": fallbacks}):
        with (
            owner.transaction(),
            pytest.raises(psycopg.errors.CheckViolation) as refusal,
            owner.transaction(),
        ):
            write(owner, world, llm_config)
        assert sentence in (refusal.value.diag.message_primary or "")
        assert refusal.value.diag.message_hint
        with pytest.raises(AgentMisconfigured):
            LlmConfig.parse(llm_config)


def test_the_model_is_checked_as_before(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=r"the model .* is not of the form"):
        write(owner, world, {"model": "gpt-5", "fallbacks": FIVE})


def test_the_database_and_the_server_allow_the_same_number() -> None:
    assert len(FIVE) == MAX_FALLBACKS
