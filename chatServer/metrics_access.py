"""Who may read a server's metrics: they name agents and tell how busy they are, so not everybody."""

import hmac
from ipaddress import ip_address

from fastapi import Request
from pydantic import SecretStr

from chatServer.errors import TokenRefused
from core.errors import NotPermitted

# A proxy on the same machine makes the whole world look local; most proxies say so with one of these.
FORWARDED_BY = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def check_metrics_reader(request: Request, token: SecretStr | None) -> None:
    """With a token, whoever sends it; without, whoever asks this machine by a local name, from itself.

    Raises TokenRefused or NotPermitted.
    """
    if token:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
            raise TokenRefused("This server's metrics want the token that CLARITY_METRICS_TOKEN names.")
        return
    is_local = _is_local(request.client.host if request.client else None) and _is_local(request.url.hostname)
    if not is_local or any(name in request.headers for name in FORWARDED_BY):
        raise NotPermitted(
            "Metrics are only for this server's own machine, unless CLARITY_METRICS_TOKEN names a token."
        )


def _is_local(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
