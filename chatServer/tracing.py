"""Traces: where they go, and which request and which caller's trace a turn belongs to."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from opentelemetry import context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chatServer.openapi import VERSION
from chatServer.settings import Settings
from core.tracing import working_for

# A collector is near; one that takes longer holds up nothing but the thread that exports.
EXPORT_TIMEOUT_SECONDS: Final = 5
# How long a server that stops waits for its last spans to be taken.
LAST_SPANS_SECONDS: Final = 5


@asynccontextmanager
async def open_tracer(settings: Settings) -> AsyncGenerator[Tracer | None]:
    """The tracer of one server, for as long as the block lasts; None when no collector is named.

    How much is sampled, the SDK reads from OTEL_TRACES_SAMPLER and its argument by itself.
    """
    if not settings.otlp_endpoint:
        yield None
        return
    # Here, because most servers have no collector, and start sooner without what it needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otlp_endpoint}/v1/traces",
        headers=_headers(settings),
        timeout=EXPORT_TIMEOUT_SECONDS,
    )
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: settings.service_name, SERVICE_VERSION: VERSION}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield provider.get_tracer("clarity", VERSION)
    finally:
        # Sends what is left, in a thread. A collector that is away is not waited for.
        closing = asyncio.create_task(asyncio.to_thread(provider.shutdown))
        await asyncio.wait({closing}, timeout=LAST_SPANS_SECONDS)
        if not closing.done():
            exporter.shutdown()
        await closing


class RequestContext:
    """Tells turns which request they begin in, and in which trace its caller is (W3C `traceparent`).

    To be placed inside whatever gives requests their ids.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.get("state", {}).get("request_id")
        if request_id is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = context.attach(self._caller(headers)) if "traceparent" in headers else None
        try:
            with working_for(request_id):
                await self._app(scope, receive, send)
        finally:
            if token:
                context.detach(token)

    def _caller(self, headers: Mapping[str, str]) -> context.Context:
        return self._propagator.extract({name: headers.get(name, "") for name in self._propagator.fields})


def _headers(settings: Settings) -> dict[str, str]:
    """As OTEL_EXPORTER_OTLP_HEADERS has them: name=value, separated by commas."""
    text = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
