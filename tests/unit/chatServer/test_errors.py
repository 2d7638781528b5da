import re
from collections.abc import Iterator
from uuid import UUID

from chatServer.errors import ANSWERS
from core.errors import ChatNotFound, ClarityError

CHAT_ID = UUID("0193a000-0000-7000-8000-000000000001")


def family(error: type[ClarityError]) -> Iterator[type[ClarityError]]:
    yield error
    for kind in error.__subclasses__():
        yield from family(kind)


def test_every_error_has_a_status_of_its_own() -> None:
    assert set(ANSWERS) == set(family(ClarityError))


def test_codes_are_unique_so_that_a_program_can_tell_errors_apart() -> None:
    codes = [error.code for error in ANSWERS]

    assert sorted(codes) == sorted(set(codes))


def test_no_error_names_a_field_that_only_one_channel_has() -> None:
    told = [ChatNotFound(CHAT_ID).message, *(error.__doc__ or "" for error in ANSWERS)]

    assert not [text for text in told if re.search("session_?id|thread_?id|X-Clarity", text, re.IGNORECASE)]
