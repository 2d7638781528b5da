"""The built web app as this server gives it out: its files, and index.html for the addresses of its pages."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from chatServer.settings import Settings

# What is below these is the API's, or nothing: a mistyped address there must not look like a page.
NOT_OF_THE_APP = frozenset({"api", "assets", "docs", "health", "mcp", "metrics", "ready"})

# The files of assets/ have a hash of their content in their names; every other name stays the same.
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"


class WebFiles(StaticFiles):
    """The files below `root`. HTTPException 404 for what is not there, 405 for anything but GET and HEAD."""

    def __init__(self, root: Path, *, supabase_url: str) -> None:
        super().__init__(directory=root)
        self._policy = page_policy(supabase_url)

    async def get_response(self, path: str, scope: Scope) -> Response:
        first, *others = path.split("/")
        if any(part.startswith(".") for part in (first, *others)):
            raise HTTPException(404)
        if "." not in path:
            if first in NOT_OF_THE_APP:
                raise HTTPException(404)
            path = "index.html"
        response = await self._read(path, scope)
        response.headers["Cache-Control"] = IMMUTABLE if first == "assets" else REVALIDATED
        if path.endswith(".html"):
            response.headers["Content-Security-Policy"] = self._policy
        return response

    async def _read(self, path: str, scope: Scope) -> Response:
        """The file, or what the build has compressed it to: doing that here would hold up every turn."""
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            with suppress(HTTPException):
                response = await super().get_response(f"{path}.gz", scope)
                response.headers["Content-Encoding"] = "gzip"
                response.headers["Vary"] = "Accept-Encoding"
                return response
        return await super().get_response(path, scope)


def page_policy(supabase_url: str) -> str:
    """The app's content-security policy: its pages talk to this server, to Supabase, and to nobody else."""
    parts = urlsplit(supabase_url)
    # Styles are also set by scripts, on elements: scripts themselves come from files only.
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"connect-src 'self' {parts.scheme}://{parts.netloc}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def web_config(settings: Settings) -> dict[str, Any] | None:
    """What the web app is told at run time, nothing of it secret; None where no key for browsers is known."""
    if settings.publishable_key is None:
        return None
    demo = None
    if settings.demo_email and settings.demo_password:
        demo = {"email": settings.demo_email, "password": settings.demo_password.get_secret_value()}
    return {
        "supabase_url": settings.supabase_url,
        "publishable_key": settings.publishable_key,
        "api_url": "",
        "demo": demo,
    }


def install_web_app(app: FastAPI, settings: Settings) -> None:
    """Puts the web app behind every route: it is asked only for what none of them knows."""
    app.state.web_config = web_config(settings)
    app.state.web_files = None
    if settings.web_root is None:
        return
    files = WebFiles(settings.web_root, supabase_url=settings.supabase_url)
    app.state.web_files = files
    not_found = app.router.default

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (files if scope["type"] == "http" else not_found)(scope, receive, send)

    app.router.default = serve
