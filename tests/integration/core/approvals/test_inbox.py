"""What waits for a user, and what became of it, page by page."""

from uuid import uuid4

import pytest

from core.chats.approvals import list_approvals, read_approval
from core.errors import ActionNotFound
from core.turn_results import TurnResult
from integration.core.approvals.conftest import approve, asked, decide, delete
from integration.core.conftest import Stage


@pytest.mark.usefixtures("tool_id")
async def test_the_inbox_is_read_newest_first_page_by_page(stage: Stage) -> None:
    pool = stage.services.pool
    waiting = [await asked(stage, delete(title)) for title in ("a", "b", "c")]
    ids = [result.pending_actions[0].id for result in waiting]

    first = await list_approvals(pool, stage.user, status="pending", limit=2, before=None)
    second = await list_approvals(pool, stage.user, status="pending", limit=2, before=first.approvals[-1].id)

    assert [approval.id for approval in first.approvals] == [ids[2], ids[1]]
    assert [approval.id for approval in second.approvals] == [ids[0]]
    assert (first.pending, first.has_more, second.pending, second.has_more) == (3, True, 3, False)
    with pytest.raises(ActionNotFound):
        await list_approvals(pool, stage.user, status=None, limit=2, before=uuid4())


async def test_an_approval_tells_what_became_of_it(stage: Stage, waiting: TurnResult) -> None:
    pool, (action,) = stage.services.pool, waiting.pending_actions
    before = await read_approval(pool, stage.user, action.id)
    stage.model.reply("Gone.")
    result = await decide(stage, approve(action.id, reason="ok"))
    after = await read_approval(pool, stage.user, action.id)

    assert isinstance(result, TurnResult)
    assert (before.status, before.continued_by, before.decided_at) == ("pending", None, None)
    assert (before.summary, before.chat_title, before.preview) == (
        action.summary, "Clean up", action.preview,
    )  # fmt: skip
    assert (after.status, after.continued_by, after.reason) == ("executed", result.run_id, "ok")
    assert after.decided_at
