import base64
from uuid import uuid4

import pytest

from core.tools.credential_cipher import CredentialCipher


def key(byte: bytes) -> str:
    return base64.b64encode(byte * 32).decode()


def test_a_secret_comes_back_for_its_user_and_name() -> None:
    cipher, user = CredentialCipher.of([key(b"a")]), uuid4()
    sealed = cipher.encrypt("hunter22 ü", user_id=user, name="github")

    assert b"hunter22" not in sealed
    assert cipher.decrypt(sealed, user_id=user, name="github") == "hunter22 ü"


def test_a_secret_that_was_moved_to_another_row_cannot_be_read() -> None:
    cipher, user = CredentialCipher.of([key(b"a")]), uuid4()
    sealed = cipher.encrypt("hunter22", user_id=user, name="github")

    for user_id, name in ((uuid4(), "github"), (user, "gitlab")):
        with pytest.raises(ValueError, match="another key"):
            cipher.decrypt(sealed, user_id=user_id, name=name)


def test_the_same_secret_never_looks_the_same() -> None:
    cipher, user = CredentialCipher.of([key(b"a")]), uuid4()

    assert len({cipher.encrypt("hunter22", user_id=user, name="github") for _ in range(20)}) == 20


def test_after_a_change_of_keys_old_secrets_can_still_be_read_and_new_ones_need_the_new_key() -> None:
    user = uuid4()
    old, both = CredentialCipher.of([key(b"a")]), CredentialCipher.of([key(b"b"), key(b"a")])
    before = old.encrypt("first", user_id=user, name="n")
    after = both.encrypt("second", user_id=user, name="n")

    assert both.decrypt(before, user_id=user, name="n") == "first"
    assert CredentialCipher.of([key(b"b")]).decrypt(after, user_id=user, name="n") == "second"
    with pytest.raises(ValueError, match="another key"):
        old.decrypt(after, user_id=user, name="n")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 40, b"\x02" + b"x" * 40])
def test_what_is_no_ciphertext_is_refused(sealed: bytes) -> None:
    with pytest.raises(ValueError, match=r"another key|not in a form"):
        CredentialCipher.of([key(b"a")]).decrypt(sealed, user_id=uuid4(), name="n")


@pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", "ä" * 44, key(b"a")[:-4]])
def test_a_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="32 bytes in base64") as refused:
        CredentialCipher.of([text])

    assert text == "" or text not in str(refused.value)


def test_a_key_may_be_written_for_urls() -> None:
    urlsafe = base64.urlsafe_b64encode(b"\xff" * 32).decode()

    assert CredentialCipher.of([urlsafe]) == CredentialCipher.of([base64.b64encode(b"\xff" * 32).decode()])
    assert "ff" not in repr(CredentialCipher.of([urlsafe]))
