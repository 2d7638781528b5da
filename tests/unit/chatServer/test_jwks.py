import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chatServer.errors import KeysUnavailable
from chatServer.jwks import LIFETIME_SECONDS, KeySet, read_keys

REFETCH_SECONDS = 30

Failure: TypeAlias = Callable[[httpx.Request], httpx.Response]


def ec_key(key_id: str, **members: Any) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {**ECAlgorithm.to_jwk(key, as_dict=True), "kid": key_id, **members}


class SignInService:
    """Publishes `keys`, counts how often it is asked, and can be away."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.now = 1000.0
        self.failure: Failure | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failure:
            return self.failure(request)
        return httpx.Response(200, json={"keys": self.keys})

    def key_set(self) -> KeySet:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return KeySet(
            "https://example.supabase.co/keys",
            client,
            refetch_seconds=REFETCH_SECONDS,
            clock=lambda: self.now,
        )


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


async def test_keys_are_fetched_when_first_needed_and_then_kept() -> None:
    service = SignInService(ec_key("one"), ec_key("two"))
    keys = service.key_set()
    assert service.asked == 0

    assert await keys.get("one")
    assert await keys.get("two")
    assert service.asked == 1


async def test_many_at_once_are_one_fetch() -> None:
    service = SignInService(ec_key("one"))
    keys = service.key_set()

    found = await asyncio.gather(*(keys.get("one") for _ in range(50)))

    assert all(found)
    assert service.asked == 1


async def test_unknown_keys_cannot_make_it_fetch_more_often_than_allowed() -> None:
    service = SignInService(ec_key("one"))
    keys = service.key_set()

    assert [await keys.get(f"made-up-{number}") for number in range(20)] == [None] * 20
    assert service.asked == 1
    service.now += REFETCH_SECONDS
    assert await keys.get("made-up") is None
    assert service.asked == 2


async def test_a_new_key_is_found_once_it_is_published() -> None:
    service = SignInService(ec_key("old"))
    keys = service.key_set()
    assert await keys.get("new") is None

    service.keys.append(ec_key("new"))
    service.now += REFETCH_SECONDS

    assert await keys.get("new")


async def test_a_key_that_was_withdrawn_is_trusted_no_longer_than_its_lifetime() -> None:
    service = SignInService(ec_key("leaked"))
    keys = service.key_set()
    assert await keys.get("leaked")

    service.keys = [ec_key("fresh")]
    service.now += LIFETIME_SECONDS - 1
    assert await keys.get("leaked")
    service.now += 1

    assert await keys.get("leaked") is None


def answers(*args: Any, **kwargs: Any) -> Failure:
    return lambda _: httpx.Response(*args, **kwargs)


@pytest.mark.parametrize(
    "failure",
    [
        refuse,
        answers(500),
        answers(302, headers={"Location": "https://evil.example"}),
        answers(200, text="<html>"),
        answers(200, json=[]),
        answers(200, json={"keys": "none"}),
    ],
)
async def test_keys_that_cannot_be_fetched_are_unavailable_and_not_unknown(
    failure: Failure,
) -> None:
    service = SignInService(ec_key("one"))
    service.failure = failure
    keys = service.key_set()

    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await keys.get("one")
    assert service.asked == 1

    service.failure = None
    service.now += REFETCH_SECONDS
    assert await keys.get("one")


async def test_known_keys_outlive_an_outage_of_the_service() -> None:
    service = SignInService(ec_key("one"))
    keys = service.key_set()
    known = await keys.get("one")

    service.failure = refuse
    service.now += 2 * LIFETIME_SECONDS

    assert await keys.get("one") is known
    with pytest.raises(KeysUnavailable):
        await keys.get("two")


def test_only_keys_for_signatures_of_the_known_kinds_are_used() -> None:
    weak_curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
    rsa_key = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)
    document = {
        "keys": [
            ec_key("good"),
            {**rsa_key, "kid": "rsa"},
            {**rsa_key, "kid": "rsa for HS256", "alg": "HS256"},
            {**rsa_key, "kid": "rsa for RS512", "alg": "RS512"},
            ec_key("for encryption", use="enc"),
            {**weak_curve, "kid": "other curve"},
            {"kty": "oct", "k": "c2VjcmV0", "kid": "shared secret", "alg": "HS256"},
            {"kty": "EC", "crv": "P-256", "kid": "no point"},
            {"kid": "no kind"},
            {key: value for key, value in ec_key("x").items() if key != "kid"},
        ]
    }

    assert set(read_keys(httpx.Response(200, json=document).content)) == {"good", "rsa"}
