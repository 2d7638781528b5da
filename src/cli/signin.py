"""Signing in to Supabase Auth, as any client does."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from cli.errors import ClarityCommandError
from cli.state import Stack
from core.types import User

TIMEOUT_SECONDS = 15

DEMO_EMAIL = "demo@clarity.local"
# Of the embedded default only, which listens on this machine alone; no hosted project gets this user.
DEMO_PASSWORD = "clarity-demo"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A signed-in person: `user` as the platform knows them, and an access token for about an hour."""

    email: str
    user: User
    access_token: str = field(repr=False)


def sign_in(stack: Stack, email: str, password: str) -> SignedIn:
    """Raises ClarityCommandError when Supabase Auth refuses or does not answer."""
    body = {"email": email, "password": password}
    return _signed_in(_request(stack, "POST", "token?grant_type=password", body))


def sign_up(stack: Stack, email: str, password: str) -> SignedIn | None:
    """Makes a user; None when they must first confirm their address by mail."""
    answer = _request(stack, "POST", "signup", {"email": email, "password": password})
    return _signed_in(answer) if answer.get("access_token") else None


def sign_in_with_token(stack: Stack, access_token: str) -> SignedIn:
    """The person of an access token; Supabase Auth itself is asked whether it is valid."""
    user = _request(stack, "GET", "user", token=access_token)
    return _signed_in({"access_token": access_token, "user": user})


def uses_proxy(stack: Stack) -> bool:
    """Whether the environment's proxy applies: not to the embedded Supabase, which is on this machine."""
    return stack.mode == "hosted"


def _signed_in(answer: dict[str, Any]) -> SignedIn:
    token = answer["access_token"]
    # Supabase Auth has just issued or confirmed it, over our own connection: there is nothing left to verify.
    claims = jwt.decode(token, options={"verify_signature": False})
    return SignedIn(email=answer["user"]["email"], user=User.from_claims(claims), access_token=token)


def _request(
    stack: Stack, method: str, path: str, body: dict[str, str] | None = None, *, token: str | None = None
) -> dict[str, Any]:
    headers = {"apikey": stack.publishable_key, "authorization": f"Bearer {token or stack.publishable_key}"}
    url = f"{stack.supabase_url}/auth/v1/{path}"
    try:
        response = httpx.request(
            method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=uses_proxy(stack)
        )
        answer = response.json()
    except httpx.HTTPError as exc:
        raise ClarityCommandError(
            f"Supabase Auth does not answer at {stack.supabase_url}.", hint="clarity status shows what runs."
        ) from exc
    except ValueError as exc:
        raise ClarityCommandError(f"{stack.supabase_url} does not speak Supabase Auth.") from exc
    if response.is_error:
        raise ClarityCommandError(f"Supabase Auth refused: {_reason(answer)}", hint=_hint(answer))
    return answer


def _reason(answer: dict[str, Any]) -> str:
    keys = ("msg", "message", "error_description", "error")
    return next((str(answer[key]) for key in keys if answer.get(key)), "no reason given")


def _hint(answer: dict[str, Any]) -> str | None:
    if "credentials" in _reason(answer).lower():
        return "Check the address and the password; clarity user add EMAIL makes a new user."
    return None
