"""A chat's title."""

import pytest

from core.chats.opening import TITLE_LENGTH, title_of


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Water the plants", "Water the plants"),
        ("  two\n lines\t here ", "two lines here"),
        ("x" * 100, "x" * TITLE_LENGTH + "…"),
    ],
)
def test_a_title_is_the_start_of_the_first_message_on_one_line(message: str, title: str) -> None:
    assert title_of(message) == title


def test_a_long_title_is_cut_at_a_word() -> None:
    title = title_of("word " * 40)

    assert title.endswith("word…")
    assert len(title) <= TITLE_LENGTH + 1
