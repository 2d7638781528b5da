"""What a model's answer has to look like to become a chat's title."""

import pytest

from core.chats.titles import MAX_TITLE_CHARACTERS, sane_title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Watering the ferns", "Watering the ferns"),
        ("  Watering\tthe  ferns \n", "Watering the ferns"),
        ('"Watering the ferns."', "Watering the ferns"),
        ("“Watering the ferns”", "Watering the ferns"),
        ("**Title: Watering the ferns**", "Watering the ferns"),
        ('Title: "Watering the ferns"', "Watering the ferns"),
        ("„Farne gießen“", "Farne gießen"),
        ("「シダの水やり」", "シダの水やり"),
        ("给蕨类植物浇水。", "给蕨类植物浇水"),
        ("Why are ferns green?", "Why are ferns green?"),
        ("The neighbours' ferns", "The neighbours' ferns"),
        ('"Ferns" and "mosses"', '"Ferns" and "mosses"'),
        ("Family 👩‍👩‍👧 plans", "Family 👩‍👩‍👧 plans"),
        ("x" * MAX_TITLE_CHARACTERS, "x" * MAX_TITLE_CHARACTERS),
    ],
)
def test_a_title_is_taken_without_what_is_around_it(text: str, title: str) -> None:
    assert sane_title(text) == title


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        '""',
        "...",
        "—",
        "x" * (MAX_TITLE_CHARACTERS + 1),
        "Sure! Here is a title:\nWatering the ferns",
        "Call \u202egnp.exe",
        "a\0b",
        "a\u200bb",
        "Log in at https://example.com",
        "See www.example.com",
    ],
)
def test_what_is_no_title_is_dropped(text: str) -> None:
    assert sane_title(text) is None
