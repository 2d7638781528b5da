"""The HTTP shell around core.turn: one app, and one lifespan that owns everything it opens."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from chatServer.auth import TokenVerifier
from chatServer.deps import Server
from chatServer.draining import Draining
from chatServer.errors import DatabaseNotMigrated, LoginRefused
from chatServer.jwks import KeySet
from chatServer.live_metrics import LiveMetrics
from chatServer.maintenance import create_scheduler
from chatServer.mcp_host import MCPHost
from chatServer.metrics import Metrics
from chatServer.middleware import (
    REQUEST_ID_HEADER,
    BodyLimit,
    RequestLog,
    SaneAddress,
    SecurityHeaders,
    UnexpectedErrors,
)
from chatServer.openapi import TITLE, VERSION
from chatServer.problems import install_error_handlers
from chatServer.readiness import Readiness
from chatServer.routes import (
    account,
    agents,
    approvals,
    chat,
    chats,
    credentials,
    customizations,
    health,
    mcp,
    metrics,
    openai,
    operator,
    pages,
    runs,
    sockets,
    tool_types,
)
from chatServer.settings import Settings
from chatServer.socket_limits import SocketLimits, Sockets
from chatServer.socket_log import SocketLog
from chatServer.tracing import RequestContext, open_tracer
from chatServer.web_app import install_web_app
from core.agents.inspection import Inspection
from core.db import create_pool
from core.errors import DatabaseUnavailable
from core.services import TurnServices, create_services

logger = logging.getLogger(__name__)

# A load balancer that asks /ready gives up after a few seconds itself.
READINESS_TIMEOUT_SECONDS = 2
JWKS_TIMEOUT_SECONDS = 5
# What an MCP client in a browser sends besides: the protocol's revision, and what a request is about.
MCP_HEADERS = ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id")
# What one of OpenAI's does: which chat, and what the official one tells of itself with each request.
OPENAI_HEADERS = (
    "X-Clarity-Chat-Id",
    "X-Clarity-Message-Id",
    "OpenAI-Organization",
    "OpenAI-Project",
    *(
        f"X-Stainless-{name}"
        for name in (
            "Arch",
            "Helper-Method",
            "Lang",
            "OS",
            "Package-Version",
            "Retry-Count",
            "Runtime",
            "Runtime-Version",
            "Timeout",
        )
    ),
)
EXPOSED_HEADERS = (
    REQUEST_ID_HEADER,
    "Retry-After",
    "WWW-Authenticate",
    "X-Clarity-Chat-Id",
    "X-Clarity-Run-Id",
    "X-Should-Retry",
)


def create_app(settings: Settings, *, services: TurnServices | None = None) -> FastAPI:
    """The chat server. It opens nothing before its lifespan begins.

    With `services` given, they and their pool are the caller's to open and close.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with run_server(settings, services) as server:
            app.state.server = server
            yield

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        lifespan=lifespan,
        # Its own description lacks the problems; routes/pages.py serves ours.
        openapi_url=None,
        redirect_slashes=False,
        # Turns are traced and measured by ourselves; FastAPI would look for listeners with each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(RequestLog),
            Middleware(SocketLog),
            Middleware(RequestContext),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    REQUEST_ID_HEADER,
                    *MCP_HEADERS,
                    *OPENAI_HEADERS,
                ],
                expose_headers=EXPOSED_HEADERS,
            ),
            Middleware(SecurityHeaders),
            Middleware(UnexpectedErrors),
            Middleware(SaneAddress),
            Middleware(BodyLimit, max_body_bytes=settings.max_body_bytes),
        ],
    )
    install_error_handlers(app)
    for module in (
        # Routes are tried one after the other: what is asked for most comes first.
        runs,
        chat,
        openai,
        account,
        agents,
        approvals,
        chats,
        credentials,
        customizations,
        health,
        mcp,
        metrics,
        operator,
        pages,
        sockets,
        tool_types,
    ):
        app.include_router(module.router)
    install_web_app(app, settings)
    return app


@asynccontextmanager
async def run_server(settings: Settings, services: TurnServices | None) -> AsyncGenerator[Server]:
    """Opens what a server needs, and closes it in the opposite order: first the clock, then running turns."""
    async with AsyncExitStack() as stack:
        draining = Draining(grace_seconds=settings.shutdown_grace_seconds)
        metrics = Metrics()
        # Opened first and closed last: turns that end while the server stops are traced too.
        tracer = await stack.enter_async_context(open_tracer(settings))
        if services is None:
            services = await _open_services(settings, stack, draining)
        services = replace(services, observer=metrics, tracer=services.tracer or tracer)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=JWKS_TIMEOUT_SECONDS))
        readiness = Readiness(
            services.pool,
            Inspection(services.pool, services.tools),
            timeout_seconds=READINESS_TIMEOUT_SECONDS,
        )
        stack.push_async_callback(readiness.aclose)
        await _check_database(readiness)
        mcp = MCPHost(settings.max_body_bytes)
        stack.push_async_callback(mcp.aclose)
        scheduler = create_scheduler(services)
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)
        server = Server(
            settings=settings,
            verifier=TokenVerifier(
                secret=settings.jwt_secret,
                keys=KeySet(
                    f"{settings.auth_url}/.well-known/jwks.json",
                    client,
                    refetch_seconds=settings.jwks_refetch_seconds,
                ),
                issuer=settings.jwt_issuer or settings.auth_url,
            ),
            services=services,
            readiness=readiness,
            draining=draining,
            mcp=mcp,
            metrics=metrics,
            sockets=Sockets(
                SocketLimits(
                    max_frame_bytes=settings.max_body_bytes,
                    max_sockets_per_user=settings.max_sockets_per_user,
                )
            ),
        )
        metrics.watch(LiveMetrics(services, server.sockets, metrics))
        yield server


async def _open_services(settings: Settings, stack: AsyncExitStack, draining: Draining) -> TurnServices:
    pool = create_pool(
        settings.database_url.get_secret_value(),
        min_size=settings.database_pool_min,
        max_size=settings.database_pool_max,
        timeout_seconds=settings.database_timeout_seconds,
    )
    await pool.open(wait=False)
    stack.push_async_callback(pool.close)
    services = create_services(pool, settings.core_config())
    stack.push_async_callback(services.models.aclose)

    async def end_turns() -> None:
        await services.aclose(draining.remaining_seconds)

    stack.push_async_callback(end_turns)
    return services


async def _check_database(readiness: Readiness) -> None:
    """Refuses a login that may do too much; a database that is away or empty may still come."""
    try:
        await readiness.check()
    except LoginRefused as exc:
        logger.critical(exc.message)
        raise
    except (DatabaseUnavailable, DatabaseNotMigrated) as exc:
        logger.warning("Starting all the same; /ready says 503 until it is mended. %s", exc.message)
