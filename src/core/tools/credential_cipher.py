"""How a user's secrets are kept: AES-256-GCM with a key that only the operator has, never the database."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
# The size that NIST SP 800-38D recommends for a random nonce.
NONCE_BYTES = 12
# Stands before every ciphertext, so that another scheme can follow.
VERSION = b"\x01"


@dataclass(frozen=True, kw_only=True)
class CredentialCipher:
    """The first key encrypts, all decrypt: a new key goes before the old until every secret is set anew."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, keys: Sequence[str]) -> Self:
        """From keys in base64; ValueError, without the key, for one that is not 32 bytes of it."""
        return cls(keys=tuple(_key(text) for text in keys))

    def encrypt(self, value: str, *, user_id: UUID, name: str) -> bytes:
        """The secret, bound to its user and name: moved to another row, it cannot be read."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self.keys[0]).encrypt(nonce, value.encode(), _bound(user_id, name))

    def decrypt(self, ciphertext: bytes, *, user_id: UUID, name: str) -> str:
        """ValueError when none of the keys made it for this user and name."""
        nonce, sealed = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        if not ciphertext.startswith(VERSION) or len(nonce) < NONCE_BYTES:
            raise ValueError("The secret is not in a form that is known.")
        for key in self.keys:
            try:
                return AESGCM(key).decrypt(nonce, sealed, _bound(user_id, name)).decode()
            except InvalidTag:
                continue
        raise ValueError("The secret was made with another key.")


def _bound(user_id: UUID, name: str) -> bytes:
    # The id has a fixed length, so no two pairs give the same bytes.
    return user_id.bytes + name.encode()


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, altchars=b"-_" if {"-", "_"} & set(text) else None, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("is not 32 bytes in base64 (openssl rand -base64 32 makes one)")
    return key
