import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import SecretStr

from chatServer.auth import TokenVerifier
from chatServer.errors import KeysUnavailable, TokenRefused
from chatServer.jwks import KeySet
from fixtures.servers import JWT_SECRET

ISSUER = "https://example.supabase.co/auth/v1"
SUBJECT = "6f1f8b6e-0000-4000-8000-000000000001"

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def public_jwk(algorithm: Any, key: Any, key_id: str) -> dict[str, Any]:
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig"}


JWKS = {
    "keys": [
        {**public_jwk(ECAlgorithm, EC_KEY, "ec"), "alg": "ES256"},
        public_jwk(RSAAlgorithm, RSA_KEY, "rsa"),
        public_jwk(OKPAlgorithm, ED_KEY, "ed"),
    ]
}


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims with `changes`; a change to None leaves the claim out."""
    good = {
        "sub": SUBJECT,
        "role": "authenticated",
        "aud": "authenticated",
        "iss": ISSUER,
        "exp": datetime.now(UTC) + timedelta(hours=1),
        "email": "somebody@example.com",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def hs256(secret: str = JWT_SECRET, **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, algorithm="HS256")


def unsigned(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(part, default=lambda at: int(at.timestamp())).encode() for part in (header, payload)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


@pytest.fixture
def verifier() -> TokenVerifier:
    return verifier_with(secret=JWT_SECRET)


def verifier_with(
    *, secret: str | None, answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, json=JWKS)
) -> TokenVerifier:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer()))
    keys = KeySet("https://example.supabase.co/keys", client, refetch_seconds=30)
    return TokenVerifier(secret=SecretStr(secret) if secret else None, keys=keys, issuer=ISSUER)


async def test_a_good_token_gives_the_user_and_all_claims(verifier: TokenVerifier) -> None:
    user = await verifier.verify(hs256())

    assert user.id == UUID(SUBJECT)
    assert user.claims["email"] == "somebody@example.com"
    assert user.claims["role"] == "authenticated"


async def test_a_token_without_issuer_and_audience_is_good(verifier: TokenVerifier) -> None:
    assert (await verifier.verify(hs256(iss=None, aud=None))).id == UUID(SUBJECT)


async def test_a_token_for_several_audiences_is_good_if_ours_is_among_them(verifier: TokenVerifier) -> None:
    assert await verifier.verify(hs256(aud=["other", "authenticated"]))
    with pytest.raises(TokenRefused, match="another service"):
        await verifier.verify(hs256(aud=["other"]))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"exp": datetime.now(UTC) - timedelta(minutes=1)}, "has expired"),
        ({"exp": None}, "not valid"),
        ({"exp": "soon"}, "not valid"),
        ({"exp": float("inf")}, "not valid"),
        ({"nbf": datetime.now(UTC) + timedelta(hours=1)}, "not valid"),
        ({"sub": None}, "not valid"),
        ({"sub": "somebody"}, "not valid"),
        ({"role": None}, "not a signed-in user's"),
        ({"role": "anon"}, "not a signed-in user's"),
        ({"role": "service_role"}, "not a signed-in user's"),
        ({"role": "postgres"}, "not a signed-in user's"),
        ({"role": ["authenticated"]}, "not a signed-in user's"),
        ({"aud": "other"}, "another service"),
        ({"iss": "https://evil.example/auth/v1"}, "another project"),
    ],
)
async def test_a_token_whose_claims_do_not_fit_is_refused(
    verifier: TokenVerifier, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TokenRefused, match=sentence):
        await verifier.verify(hs256(**changes))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(hs256(secret="some other secret, of the same kind of length"), id="wrong key"),
        pytest.param(jwt.encode(claims(), JWT_SECRET, algorithm="HS512"), id="other hash"),
        pytest.param(unsigned({"alg": "none"}, claims()), id="alg none"),
        pytest.param(unsigned({"alg": "None", "kid": "ec"}, claims()), id="alg None with a key"),
        pytest.param(unsigned({"alg": "HS256"}, claims()), id="no signature"),
        pytest.param(unsigned({"alg": "HS256"}, claims(), b"x" * 32), id="made-up signature"),
        pytest.param(unsigned({"alg": "ES256"}, claims(), b"x" * 64), id="no key id"),
        pytest.param(unsigned({"alg": "ES256", "kid": 7}, claims(), b"x" * 64), id="odd key id"),
        pytest.param(unsigned({"alg": "ES256", "kid": "ec"}, claims(), b"x" * 64), id="made-up ES256"),
        pytest.param(hs256()[:-4], id="cut short"),
        pytest.param("garbage", id="garbage"),
        pytest.param("a.b.c", id="three letters"),
        pytest.param("é.è.ê", id="not ASCII"),
        pytest.param("..", id="dots"),
        pytest.param("e30.e30.e30", id="empty objects"),
        pytest.param("W10.W10.W10", id="lists"),
        pytest.param(hs256(metadata="x" * 20_000), id="far too long"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 9_000).decode() + ".e30.e30", id="deeply nested"),
        pytest.param(
            base64.urlsafe_b64encode(b'{"alg":"HS256","crit":["exp"]}').decode().rstrip("=") + ".e30.e30",
            id="critical header",
        ),
    ],
)
async def test_a_token_that_is_not_ours_is_refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        await verifier.verify(token)

    assert refused.value.message == "The access token is not valid."


@pytest.mark.parametrize(
    ("key", "key_id", "algorithm"),
    [
        (EC_KEY, "ec", "ES256"),
        (RSA_KEY, "rsa", "RS256"),
        (ED_KEY, "ed", "EdDSA"),
    ],
)
@pytest.mark.parametrize("secret", [None, JWT_SECRET])
async def test_a_token_is_verified_by_the_project_s_public_key(
    key: Any, key_id: str, algorithm: str, secret: str | None
) -> None:
    token = jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": key_id})

    assert (await verifier_with(secret=secret).verify(token)).id == UUID(SUBJECT)


@pytest.mark.parametrize(("key_id", "algorithm"), [("rsa", "RS512"), ("rsa", "PS256"), ("ec", "RS256")])
async def test_a_key_allows_one_algorithm_only(key_id: str, algorithm: str) -> None:
    token = jwt.encode(claims(), RSA_KEY, algorithm=algorithm, headers={"kid": key_id})

    with pytest.raises(TokenRefused):
        await verifier_with(secret=JWT_SECRET).verify(token)


@pytest.mark.parametrize("secret", [None, JWT_SECRET])
@pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
async def test_a_public_key_is_no_shared_secret(secret: str | None, form: Encoding) -> None:
    public = RSA_KEY.public_key().public_bytes(form, PublicFormat.SubjectPublicKeyInfo)
    signing = HMACAlgorithm(HMACAlgorithm.SHA256)
    unsigned_token = unsigned({"alg": "HS256", "kid": "rsa"}, claims()).rpartition(".")[0]
    signature = signing.sign(unsigned_token.encode(), public)
    token = f"{unsigned_token}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    with pytest.raises(TokenRefused):
        await verifier_with(secret=secret).verify(token)


async def test_without_a_secret_no_shared_secret_is_good_not_even_the_empty_one() -> None:
    with pytest.raises(TokenRefused):
        await verifier_with(secret=None).verify(hs256())


async def test_a_key_that_the_project_does_not_have_is_refused() -> None:
    token = jwt.encode(claims(sub=str(uuid4())), EC_KEY, algorithm="ES256", headers={"kid": "another"})

    with pytest.raises(TokenRefused):
        await verifier_with(secret=None).verify(token)


async def test_a_sign_in_service_that_is_away_is_not_the_token_s_fault() -> None:
    token = jwt.encode(claims(), EC_KEY, algorithm="ES256", headers={"kid": "ec"})

    with pytest.raises(KeysUnavailable):
        await verifier_with(secret=JWT_SECRET, answer=lambda: httpx.Response(503)).verify(token)


async def test_tokens_of_the_shared_secret_need_no_sign_in_service() -> None:
    verifier = verifier_with(secret=JWT_SECRET, answer=lambda: httpx.Response(503))

    assert (await verifier.verify(hs256())).id == UUID(SUBJECT)
