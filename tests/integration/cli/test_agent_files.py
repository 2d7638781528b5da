"""Agents as files: exported, imported and applied, with the plan shown first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from fixtures.people import Person
from integration.cli.conftest import Clarity

VERSIONS = "select agent_name, config_version from public.agent_configurations order by agent_name"
NOTES = {"table_name": "notes", "method": "count"}


@pytest.fixture
def folder(clarity: Clarity, tmp_path: Path) -> Path:
    """A folder with the file of the agent `assistant`, as it is."""
    folder = tmp_path / "agents"
    clarity("agents", "export", "assistant", "-o", str(folder / "assistant.yaml"))
    return folder


def write(folder: Path, name: str, **changes: Any) -> None:
    """Changes the file of an agent, or writes a new one."""
    path = folder / f"{name}.yaml"
    old = yaml.safe_load(path.read_text()) if path.exists() else {"agent": name}
    path.write_text(yaml.safe_dump({**old, **changes}))


def test_an_export_is_readable_and_has_no_ids_or_times(clarity: Clarity) -> None:
    text = clarity("agents", "export", "assistant")

    assert text.startswith("agent: assistant\n")
    assert "\nsystem_prompt: |" in text
    assert "\n  - name: list_tasks\n" in text
    assert not any(word in text for word in ("created_at: ", "agent_id", "config_version"))


def test_applying_what_was_exported_touches_nothing(
    clarity: Clarity, folder: Path, owner: psycopg.Connection
) -> None:
    before = owner.execute(VERSIONS).fetchall()

    shown = clarity("agents", "apply", str(folder), "--prune", "--yes")

    assert "already like that" in shown
    assert owner.execute(VERSIONS).fetchall() == before


def test_a_deleted_agent_comes_back_from_its_file_to_the_letter(
    clarity: Clarity, folder: Path, owner: psycopg.Connection
) -> None:
    text = clarity("agents", "export", "assistant")
    owner.execute("delete from public.agent_configurations")

    clarity("agents", "import", str(folder / "assistant.yaml"), "--yes")

    assert clarity("agents", "export", "assistant") == text


def test_apply_creates_changes_and_deletes_and_leaves_the_rest_alone(
    clarity: Clarity, folder: Path, owner: psycopg.Connection
) -> None:
    owner.execute("insert into public.agent_configurations (agent_name) values ('old'), ('same')")
    clarity("agents", "export", "same", "-o", str(folder / "same.yaml"))
    tools = yaml.safe_load((folder / "assistant.yaml").read_text())["tools"]
    tools[0]["description"] = "Lists."
    write(folder, "assistant", tools=[*tools[:-1], {"name": "count_notes", "order": 500, "config": NOTES}])
    write(folder, "brand-new", system_prompt="Hi", tools=[{"name": "count_notes", "config": NOTES}])

    planned = clarity.json("agents", "apply", str(folder), "--prune", "--yes")

    actions = {change["agent"]: change for change in planned["changes"]}
    assert planned["applied"]
    assert {name: change["action"] for name, change in actions.items()} == {
        "assistant": "update",
        "brand-new": "create",
        "old": "delete",
    }
    assert actions["assistant"]["tools"] == [
        {"action": "delete", "name": tools[-1]["name"], "fields": []},
        {"action": "update", "name": tools[0]["name"], "fields": ["description"]},
        {"action": "create", "name": "count_notes", "fields": []},
    ]
    assert dict(owner.execute(VERSIONS).fetchall())["same"] == 1
    assert "already like that" in clarity("agents", "apply", str(folder), "--prune", "--yes")


def test_a_dry_run_shows_the_plan_changes_nothing_and_ends_with_1(
    clarity: Clarity, folder: Path, owner: psycopg.Connection
) -> None:
    write(folder, "assistant", description="New words")
    before = owner.execute(VERSIONS).fetchall()

    shown = clarity("agents", "apply", str(folder), "--dry-run", exit_code=1)

    assert "~ assistant: description" in shown
    assert owner.execute(VERSIONS).fetchall() == before


def test_without_prune_no_agent_is_deleted(clarity: Clarity, folder: Path, owner: psycopg.Connection) -> None:
    owner.execute("insert into public.agent_configurations (agent_name) values ('other')")
    assert "already like that" in clarity("agents", "apply", str(folder), "--yes")


def test_pruning_leaves_private_agents_to_their_owners(
    clarity: Clarity, folder: Path, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    insert = "insert into public.agent_configurations (agent_name, owner_id) values ('mine', %(id)s)"
    owner.execute(insert, {"id": make_user().id})
    assert "already like that" in clarity("agents", "apply", str(folder), "--prune", "--yes")


def test_a_private_agent_goes_back_to_its_owner(
    clarity: Clarity, tmp_path: Path, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    ada = make_user("ada@example.com")
    insert = "insert into public.agent_configurations (agent_name, owner_id) values ('mine', %(id)s)"
    owner.execute(insert, {"id": ada.id})
    file = str(tmp_path / "mine.yaml")
    clarity("agents", "export", "mine", "-o", file)
    owner.execute("delete from public.agent_configurations where owner_id is not null")

    clarity("agents", "import", file, "--yes")

    whose = owner.execute("select owner_id from public.agent_configurations where agent_name = 'mine'")
    assert whose.fetchall() == [(ada.id,)]


def test_what_the_database_refuses_is_said_before_anything_changes(
    clarity: Clarity, folder: Path, owner: psycopg.Connection
) -> None:
    write(folder, "a-good-one", tools=[{"name": "count_notes", "config": NOTES}])
    write(folder, "bad", tools=[{"name": "t", "config": {**NOTES, "table_name": "nothing"}}])

    for option in ("--yes", "--dry-run"):
        shown = clarity("agents", "apply", str(folder), option, exit_code=1)
        assert "names the table nothing, which does not exist" in shown
    assert [name for name, _ in owner.execute(VERSIONS).fetchall()] == ["assistant"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("just words", "is not an agent"),
        ("agent: [", "is not YAML"),
        ("agent: a\ncolour: red", "colour: extra inputs are not permitted"),
        ("agent: a\nagent: b", "the key agent is there twice"),
        ("agent: a\ntools:\n  - {name: t}\n  - {name: t}", "two tools have the name t"),
        ("display_name: nobody", "agent: field required"),
        ("agent: !!python/object/apply:os.getcwd []", "is not YAML"),
    ],
)
def test_a_file_that_is_no_agent_is_refused_by_name(
    text: str, complaint: str, clarity: Clarity, tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text(text)

    shown = clarity("agents", "import", str(tmp_path / "broken.yaml"), "--yes", exit_code=2)

    assert "broken.yaml" in shown
    assert complaint in shown


def test_a_folder_with_nothing_or_an_agent_twice_is_refused(clarity: Clarity, tmp_path: Path) -> None:
    folder = tmp_path / "twice"
    folder.mkdir()
    assert "no file of an agent" in clarity("agents", "apply", str(folder), "--prune", "--yes", exit_code=2)
    for name in ("one.yaml", "two.yml"):
        (folder / name).write_text("agent: assistant")
    assert "both describe assistant" in clarity("agents", "apply", str(folder), "--yes", exit_code=2)


def test_history_says_who_when_and_what(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    ada = make_user("ada@example.com")
    clarity("user", "admin", ada.email)
    with owner.transaction():
        claims = json.dumps(ada.claims)
        owner.execute("select set_config('request.jwt.claims', %(c)s, true)", {"c": claims})
        owner.execute("update public.agent_tools set description = 'Lists.' where name = 'list_tasks'")
    owner.execute("update public.agent_configurations set description = 'Helps.'")

    newest, before = clarity.json("agents", "history", "assistant", "--limit", "2")
    shown = clarity("agents", "history", "assistant")

    assert (newest["changed_by"], newest["fields"], newest["tool"]) == (None, ["description"], None)
    assert (before["changed_by"], before["tool"], before["action"]) == (ada.email, "list_tasks", "update")
    assert newest["version"] == before["version"] + 1
    assert "update tool list_tasks: description" in shown
    assert "the database's owner" in shown


def test_a_diff_shows_the_lines_that_changed(clarity: Clarity, owner: psycopg.Connection) -> None:
    first = clarity.json("agents", "show", "assistant")["config_version"]
    owner.execute("update public.agent_configurations set description = 'Helps.'")
    owner.execute("delete from public.agent_tools where name = 'list_tasks'")

    last = clarity("agents", "diff", "assistant")
    whole = clarity("agents", "diff", "assistant", str(first))
    between = clarity("agents", "diff", "assistant", str(first), str(first + 1))

    assert "-  - name: list_tasks\n" in last
    assert "+description" not in last
    assert "-  - name: list_tasks\n" in whole
    assert "+description: Helps.\n" in whole
    assert "list_tasks" not in between
    assert "no difference" in clarity("agents", "diff", "assistant", str(first), str(first))
    assert "has no version 999" in clarity("agents", "diff", "assistant", "999", exit_code=1)


def test_restore_puts_everything_back_as_a_new_version(clarity: Clarity, owner: psycopg.Connection) -> None:
    text = clarity("agents", "export", "assistant")
    version = clarity.json("agents", "show", "assistant")["config_version"]
    owner.execute("update public.agent_configurations set system_prompt = 'Be evil.', is_active = false")
    owner.execute("delete from public.agent_tools where name = 'list_tasks'")
    owner.execute('update public.agent_tools set is_active = false, "order" = 0')

    dry = clarity("agents", "restore", "assistant", str(version), "--dry-run")
    assert "+ tool list_tasks" in dry
    assert clarity("agents", "export", "assistant") != text
    clarity("agents", "restore", "assistant", str(version), "--yes")

    assert clarity("agents", "export", "assistant") == text
    assert clarity.json("agents", "show", "assistant")["config_version"] > version


def test_admins_are_added_listed_and_removed(clarity: Clarity, make_user: Callable[..., Person]) -> None:
    ada = make_user("ada@example.com")

    assert "no admins yet" in clarity("user", "admin")
    assert "is an admin" in clarity("user", "admin", ada.email)
    assert "an admin already" in clarity("user", "admin", ada.email)
    assert clarity("user", "admin") == "ada@example.com\n"
    assert "no longer an admin" in clarity("user", "admin", ada.email, "--remove")
    assert "no user nobody@example.com" in clarity("user", "admin", "nobody@example.com", exit_code=1)


def test_a_tool_test_names_the_policy_that_hides_rows_from_a_user(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    ada, bob = make_user("ada@example.com"), make_user("bob@example.com")
    owner.execute("insert into public.tasks (user_id, title) values (%(id)s, 'Buy milk')", {"id": ada.id})
    call = ("tools", "test", "assistant", "list_tasks", '{"filters": {"title": "Buy milk"}}', "--as")

    hidden = clarity.json(*call, bob.email)["explanation"]

    assert clarity.json(*call, ada.email)["explanation"] == []
    (sentence,) = hidden
    assert sentence.startswith('policy "Users see their own tasks" (select) needs: (user_id = ')
    assert sentence.endswith("→ false")
