"""The demo user of the embedded default, with a few tasks, so that the first question has an answer."""

from datetime import date, timedelta

import httpx

from cli.connection import connect
from cli.errors import ClarityCommandError
from cli.signin import DEMO_EMAIL, DEMO_PASSWORD, TIMEOUT_SECONDS, SignedIn, sign_up
from cli.state import Stack


def make_demo_user(stack: Stack, owner: str, *, today: date) -> bool:
    """Signs the demo user up and gives them three tasks; False, and nothing is done, when they exist."""
    with connect(owner) as connection:
        query = "select from auth.users where email = %(email)s"
        if connection.execute(query, {"email": DEMO_EMAIL}).fetchone() is not None:
            return False
    demo = sign_up(stack, DEMO_EMAIL, DEMO_PASSWORD)
    if demo is None:
        raise ClarityCommandError("The demo user was not signed in: sign-up wants a confirmation by mail.")
    _add_tasks(stack, demo, today)
    return True


def _add_tasks(stack: Stack, demo: SignedIn, today: date) -> None:
    """As the user's own client would write them: over HTTP, with their token, under the policies."""
    tasks = [
        {"title": "Ask the assistant what is due this week", "priority": 2, "due_date": str(today)},
        {
            "title": "Add a tool by inserting one row",
            "priority": 3,
            "due_date": str(today + timedelta(days=1)),
        },
        {"title": "Read memory-bank/index.md", "priority": 1, "due_date": str(today + timedelta(days=7))},
    ]
    response = httpx.post(
        f"{stack.supabase_url}/rest/v1/tasks",
        json=tasks,
        headers={"apikey": stack.publishable_key, "authorization": f"Bearer {demo.access_token}"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )
    if response.is_error:
        raise ClarityCommandError(f"The demo tasks were refused: {response.text[:300]}")
