"""Who is asking: a Supabase access token, verified here and not by asking Supabase."""

from collections.abc import Mapping
from typing import Any

import jwt
from jwt.types import Options
from pydantic import SecretStr

from chatServer.errors import TokenRefused
from chatServer.jwks import KeySet
from core.types import User

# A signed-in person's role. The project's keys (anon, service_role) are tokens too, but nobody's.
ROLE = "authenticated"
AUDIENCE = "authenticated"

# Between the clocks of two machines that both keep time.
LEEWAY_SECONDS = 10

# Well above a token with generous metadata, well below what would cost anything to parse.
MAX_TOKEN_CHARACTERS = 16_384

# The audience and the issuer are checked here, where they are present: embedded tokens have no issuer.
OPTIONS: Options = {
    "require": ["exp", "sub"],
    "verify_aud": False,
    "verify_iss": False,
    "enforce_minimum_key_length": True,
}


class TokenVerifier:
    """Checks access tokens: HS256 with the project's secret if there is one, its public keys otherwise.

    The token's header only says which key to look for; each key allows exactly one algorithm.
    """

    def __init__(self, *, secret: SecretStr | None, keys: KeySet, issuer: str) -> None:
        self._secret = secret
        self._keys = keys
        self._issuer = issuer

    async def verify(self, token: str) -> User:
        """The user whom the token names. Raises TokenRefused or KeysUnavailable."""
        key, algorithm = await self._key_for(_header(token))
        claims = _decode(token, key, algorithm)
        self._check(claims)
        try:
            return User.from_claims(claims, access_token=token)
        except ValueError as exc:
            raise TokenRefused from exc

    async def _key_for(self, header: Mapping[str, Any]) -> tuple[jwt.PyJWK | str, str]:
        if header.get("alg") == "HS256" and self._secret:
            return self._secret.get_secret_value(), "HS256"
        key_id = header.get("kid")
        if header.get("alg") == "HS256" or not isinstance(key_id, str):
            raise TokenRefused
        key = await self._keys.get(key_id)
        if key is None:
            raise TokenRefused
        return key, key.algorithm_name

    def _check(self, claims: Mapping[str, Any]) -> None:
        if claims.get("role") != ROLE:
            raise TokenRefused("This token is not a signed-in user's.")
        audience = claims.get("aud", AUDIENCE)
        if audience != AUDIENCE and not (isinstance(audience, list) and AUDIENCE in audience):
            raise TokenRefused("The access token was issued for another service.")
        if claims.get("iss", self._issuer) != self._issuer:
            raise TokenRefused("The access token was issued by another project.")


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenRefused
    try:
        return jwt.get_unverified_header(token)
    except jwt.PyJWTError as exc:
        raise TokenRefused from exc


def _decode(token: str, key: jwt.PyJWK | str, algorithm: str) -> dict[str, Any]:
    try:
        return jwt.decode(token, key, [algorithm], options=OPTIONS, leeway=LEEWAY_SECONDS)
    except jwt.ExpiredSignatureError as exc:
        raise TokenRefused("The access token has expired.") from exc
    except jwt.PyJWTError as exc:
        raise TokenRefused from exc
