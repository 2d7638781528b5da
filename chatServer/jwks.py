"""The public keys of a Supabase project, as its sign-in service publishes them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import httpx
import jwt
from pydantic import BaseModel

from chatServer.errors import KeysUnavailable

logger = logging.getLogger(__name__)

# The algorithm follows from the key, never from a token (RFC 8725, section 3.1). Shared secrets ("oct") have
# no place in a public document and are left out, as is every other kind.
ALGORITHMS: Mapping[tuple[object, object], str] = {
    ("EC", "P-256"): "ES256",
    ("RSA", None): "RS256",
    ("OKP", "Ed25519"): "EdDSA",
}

# A key that was withdrawn is trusted no longer than this while the sign-in service can be reached. Supabase
# lets its own edge cache the document for ten minutes too.
LIFETIME_SECONDS = 600


class _Document(BaseModel):
    keys: list[dict[str, Any]]


class KeySet:
    """Keys by id, fetched when first needed and kept; one fetch at a time, none within `refetch_seconds`.

    While the service is away, keys that are known go on being used.
    """

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        *,
        refetch_seconds: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._url = url
        self._client = client
        self._refetch_seconds = refetch_seconds
        self._clock = clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._lock = asyncio.Lock()
        self._tried_at: float | None = None
        self._fetched_at: float | None = None
        self._is_reachable = False

    async def get(self, key_id: str) -> jwt.PyJWK | None:
        """The key, or None when the project has none of that id. Raises KeysUnavailable if nobody can say."""
        if key_id in self._keys and self._is_fresh():
            return self._keys[key_id]
        async with self._lock:
            if self._may_fetch() and not (key_id in self._keys and self._is_fresh()):
                await self._fetch()
        key = self._keys.get(key_id)
        if key is None and not self._is_reachable:
            raise KeysUnavailable
        return key

    def _is_fresh(self) -> bool:
        return self._fetched_at is not None and self._clock() - self._fetched_at < LIFETIME_SECONDS

    def _may_fetch(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= self._refetch_seconds

    async def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            response = await self._client.get(self._url)
            response.raise_for_status()
            keys = read_keys(response.content)
        except (httpx.HTTPError, ValueError) as exc:
            logger.warning("The signing keys cannot be fetched", extra={"url": self._url, "cause": repr(exc)})
            self._is_reachable = False
            return
        self._keys = keys
        self._fetched_at = self._clock()
        self._is_reachable = True


def read_keys(document: bytes) -> dict[str, jwt.PyJWK]:
    """The usable keys of a JWKS document, by id; ValueError when it is none."""
    found = (_read_key(entry) for entry in _Document.model_validate_json(document).keys)
    return {key.key_id: key for key in found if key and key.key_id}


def _read_key(entry: dict[str, Any]) -> jwt.PyJWK | None:
    algorithm = ALGORITHMS.get((str(entry.get("kty")), entry.get("crv") and str(entry["crv"])))
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK(entry, algorithm)
    except jwt.PyJWTError:
        return None
