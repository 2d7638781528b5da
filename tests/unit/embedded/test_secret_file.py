import json
from dataclasses import asdict
from pathlib import Path

import pytest

from embedded.errors import EmbeddedError
from embedded.secret_file import Secrets


def test_secrets_are_made_once(tmp_path: Path) -> None:
    made = Secrets.of(tmp_path)
    assert Secrets.of(tmp_path) == made
    assert len(set(asdict(made).values())) == 3


def test_each_folder_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert Secrets.of(tmp_path).jwt_secret != Secrets.of(tmp_path / "other").jwt_secret


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    Secrets.of(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_what_an_interrupted_start_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.partial").write_text("{")
    assert Secrets.of(tmp_path) == Secrets.of(tmp_path)


@pytest.mark.parametrize("damage", ["", "{", "[]", json.dumps({"jwt_secret": "x"})])
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, damage: str) -> None:
    (tmp_path / "secrets.json").write_text(damage)
    with pytest.raises(EmbeddedError, match="reset"):
        Secrets.of(tmp_path)
