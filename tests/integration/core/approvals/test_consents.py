"""What a user always allows, what they want to be asked about, and that nobody else has a say."""

from collections.abc import Callable
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from core.agents.consent import Consent
from core.agents.toolbox import open_toolbox
from core.chats.approvals import list_approvals, list_consents, read_approval, take_back_consent
from core.errors import ActionNotFound, ConsentNotFound, UserNotFound
from core.services import outside_a_turn
from core.tools.definition import ToolDefinition
from core.turn_results import TurnResult
from core.types import User
from fixtures.echo_tool import EchoTool
from fixtures.people import Person, act_as
from fixtures.scripted_model import Reply
from fixtures.tool_services import SERVICES
from integration.core.approvals.conftest import (
    add_tool,
    approve,
    asked,
    decide,
    delete,
    runs,
    statuses,
    tasks,
)
from integration.core.conftest import Stage


async def test_what_is_always_allowed_does_not_ask_until_that_is_taken_back(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    stage.model.reply("Gone.")
    await decide(stage, approve(waiting.pending_actions[0].id, always=True))
    (consent,) = await list_consents(stage.services.pool, stage.user)
    assert (consent.tool_id, consent.tool_name, consent.agent_name) == (tool_id, "delete_tasks", "helper")

    stage.model.reply(Reply(tool_calls=[delete("Pay rent")]), "Gone, too.")
    result = await stage.turn("And the rent", chat_id=waiting.chat_id)
    assert (result.pending_actions, tasks(stage)) == ((), [])

    await take_back_consent(stage.services.pool, stage.user, tool_id)
    await asked(stage)
    with pytest.raises(ConsentNotFound):
        await take_back_consent(stage.services.pool, stage.user, tool_id)
    decisions = stage.rows("select decision from action_decisions order by decision")
    assert [decision for (decision,) in decisions] == ["always_allow", "approve"]


async def test_a_row_that_has_changed_since_asks_again(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    stage.model.reply("Gone.")
    await decide(stage, approve(waiting.pending_actions[0].id, always=True))
    stage.owner.execute(
        "update agent_tools set config = config || '{\"limit\": 5}' where id = %(id)s", {"id": tool_id}
    )

    await asked(stage)


async def test_a_tool_that_runs_by_itself_asks_a_user_who_wants_to_be_asked(stage: Stage) -> None:
    tool_id = add_tool(stage, "delete_tasks", method="delete")
    prefer(stage, tool_id, "ask")

    await asked(stage)


async def test_no_preference_makes_a_row_looser(stage: Stage, tool_id: UUID) -> None:
    prefer(stage, tool_id, "auto")

    await asked(stage)


async def test_the_last_word_counts_between_always_allow_and_the_preference(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    prefer(stage, tool_id, "ask")
    stage.model.reply("Gone.")
    await decide(stage, approve(waiting.pending_actions[0].id, always=True))
    stage.model.reply(Reply(tool_calls=[delete("Pay rent")]), "Gone, too.")
    await stage.turn("And the rent")
    assert tasks(stage) == []

    prefer(stage, tool_id, "ask")

    assert await list_consents(stage.services.pool, stage.user) == []
    await asked(stage)


async def test_what_is_always_allowed_runs_for_another_program_too(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    """As over MCP: the tools without the agent, where nobody can be asked."""

    async def is_refused() -> bool:
        caller = outside_a_turn(stage.services, stage.user, "helper")
        toolbox = await open_toolbox(stage.services.executors, caller)
        return toolbox.needs_consent(toolbox.tools["delete_tasks"])

    assert await is_refused()
    stage.model.reply("Gone.")
    await decide(stage, approve(waiting.pending_actions[0].id, always=True))
    assert not await is_refused()
    stage.owner.execute("update agent_tools set description = 'new' where id = %(id)s", {"id": tool_id})
    assert await is_refused()


def test_of_a_row_that_gives_several_tools_each_is_allowed_for_itself() -> None:
    one, two = (
        ToolDefinition(
            id=UUID(int=1), name=name, type="MCPTool", description="", config={}, approval="ask", table=None
        )
        for name in ("far_search", "far_delete")
    )
    consent = Consent(standing=frozenset({(one.id, one.content_hash)}))

    assert not consent.is_needed(EchoTool.from_definition(one, SERVICES), is_tainted=True)
    assert consent.is_needed(EchoTool.from_definition(two, SERVICES), is_tainted=True)


def prefer(stage: Stage, tool_id: UUID, approval: str) -> None:
    """As the user does it themselves, from their settings."""
    person = Person(id=stage.user.id, email="")
    with act_as(stage.owner, person) as connection:
        connection.execute(
            """
            insert into user_tool_preferences (tool_id, approval) values (%(tool)s, %(approval)s)
            on conflict (user_id, tool_id) do update set approval = excluded.approval
            """,
            {"tool": tool_id, "approval": approval},
        )


async def test_nobody_else_may_decide_or_see(
    stage: Stage, waiting: TurnResult, make_user: Callable[[], Person]
) -> None:
    other = make_user()
    (action,) = waiting.pending_actions
    with pytest.raises(ActionNotFound):
        await decide(stage, approve(action.id), user=User.from_claims(other.claims))
    with pytest.raises(ActionNotFound):
        await read_approval(stage.services.pool, User.from_claims(other.claims), action.id)
    page = await list_approvals(
        stage.services.pool, User.from_claims(other.claims), status=None, limit=10, before=None
    )
    assert (page.approvals, page.pending) == ((), 0)
    for table in ("pending_actions", "action_decisions", "tool_consents"):
        with act_as(stage.owner, other) as connection:
            assert connection.execute(f"select from {table}").fetchall() == []
    assert statuses(stage) == ["pending"]


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    "statement",
    [
        "update pending_actions set status = 'approved'",
        "update pending_actions set arguments = '{}'",
        "update pending_actions set expires_at = null",
        """insert into action_decisions (action_id, user_id, decision)
        select id, user_id, 'approve' from pending_actions""",
        """insert into tool_consents (user_id, tool_id, tool_name, agent_name, tool_hash)
        select user_id, tool_id, tool_name, agent_name, tool_hash from pending_actions""",
        "update chat_runs set status = 'completed'",
    ],
)  # fmt: skip
async def test_not_even_its_user_decides_past_the_server(stage: Stage, statement: LiteralString) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        act_as(stage.owner, Person(id=stage.user.id, email="")) as connection,
    ):
        connection.execute(statement)
    assert (runs(stage), statuses(stage)) == (["waiting"], ["pending"])


@pytest.mark.parametrize(
    "event",
    [
        "update auth.users set banned_until = now() + interval '1 hour' where id = %(id)s",
        "update auth.users set deleted_at = now() where id = %(id)s",
        "delete from auth.users where id = %(id)s",
    ],
)
async def test_a_user_who_is_banned_or_gone_meanwhile_cannot_go_on(
    stage: Stage, waiting: TurnResult, event: LiteralString
) -> None:
    # As Supabase Auth has them, and the embedded service may not.
    stage.owner.execute(
        """
        alter table auth.users
          add column if not exists banned_until timestamptz, add column if not exists deleted_at timestamptz
        """
    )
    stage.owner.execute(event, {"id": stage.user.id})

    with pytest.raises(UserNotFound):
        await decide(stage, approve(waiting.pending_actions[0].id))

    assert stage.rows("select count(*) from action_decisions") == [(0,)]
    assert "approved" not in statuses(stage)


@pytest.mark.usefixtures("tool_id")
async def test_a_token_that_has_expired_meanwhile_breaks_nothing(stage: Stage) -> None:
    """Identity is taken when a run begins, and again, from the decision's token, when it goes on."""
    then = {**stage.user.claims, "exp": 1}
    waiting = await asked(stage, user=User.from_claims(then))
    stage.model.reply("Gone.")

    await decide(stage, approve(waiting.pending_actions[0].id))

    assert tasks(stage) == ["Pay rent"]


async def test_every_decision_is_on_record(stage: Stage, waiting: TurnResult) -> None:
    stage.model.reply("Gone.")
    (action,) = waiting.pending_actions
    arguments = {"filters": {"title": "Pay rent"}}
    await decide(stage, approve(action.id, arguments=arguments, reason="this one", always=True))

    assert stage.rows(
        "select action_id, user_id, decision, arguments, reason from action_decisions order by decision"
    ) == [
        (action.id, stage.user.id, "always_allow", None, None),
        (action.id, stage.user.id, "approve", arguments, "this one"),
    ]
