"""Which checkout a command works on, and with what settings."""

from pathlib import Path

import pytest

from cli.project import find_project


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a check out"
    (root / "supabase" / "migrations").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    return root


def test_the_checkout_is_found_from_a_folder_inside_it(checkout: Path) -> None:
    assert find_project(checkout / "supabase" / "migrations", {}).root == checkout


def test_outside_of_any_checkout_it_is_the_one_that_the_program_was_installed_from(tmp_path: Path) -> None:
    assert find_project(tmp_path, {}).root == Path(__file__).resolve().parents[3]


def test_local_data_is_in_the_checkout_unless_told_otherwise(checkout: Path, tmp_path: Path) -> None:
    assert find_project(checkout, {}).home == checkout / ".clarity"
    assert find_project(checkout, {"CLARITY_HOME": str(tmp_path / "x")}).home == tmp_path / "x"


def test_the_environment_wins_over_the_env_file(checkout: Path) -> None:
    (checkout / ".env").write_text("A=file\nB=file\nC=\n")

    environment = find_project(checkout, {"A": "process"}).environment

    assert (environment["A"], environment["B"]) == ("process", "file")


def test_an_empty_value_counts_as_not_set(checkout: Path) -> None:
    (checkout / ".env").write_text("A=file\nC=\n")

    environment = find_project(checkout, {"A": "", "D": ""}).environment

    assert environment["A"] == "file"
    assert not {"C", "D"} & environment.keys()


def test_settings_are_not_shown_by_repr(checkout: Path) -> None:
    assert "hunter2" not in repr(find_project(checkout, {"OPENAI_API_KEY": "hunter2"}))
