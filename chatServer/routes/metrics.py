"""Metrics, for Prometheus. They are no part of the API that users see, so its description leaves them out."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from chatServer.deps import MetricsDep, SettingsDep
from chatServer.metrics_access import check_metrics_reader

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def get_metrics(request: Request, settings: SettingsDep, metrics: MetricsDep) -> Response:
    check_metrics_reader(request, settings.metrics_token)
    return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)
