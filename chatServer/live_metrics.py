"""What a server has right now, read when somebody asks for metrics: runs, executors, connections, jobs."""

from collections.abc import Iterator, Sized

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chatServer.metrics import Metrics
from core.services import TurnServices


class LiveMetrics(Collector):
    """Reads one server's own values; it asks nobody else, so it works while the database is away."""

    def __init__(self, services: TurnServices, sockets: Sized, metrics: Metrics) -> None:
        self._services = services
        self._sockets = sockets
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._runs()
        yield from self._executors()
        yield from self._pool()
        yield from self._jobs()

    def _runs(self) -> Iterator[Metric]:
        runs = list(self._services.runs)
        yield _gauge("clarity_live_runs", "Turns that run here now.", len(runs))
        yield _gauge(
            "clarity_run_listeners", "Streams that follow a turn.", sum(run.listeners for run in runs)
        )
        yield _gauge("clarity_sockets", "WebSockets of users who have said who they are.", len(self._sockets))

    def _executors(self) -> Iterator[Metric]:
        cache = self._services.executors
        counts = cache.statistics
        yield _gauge("clarity_executors", "Executors in the cache, one for each user and agent.", len(cache))
        yield _counter("clarity_executor_hits", "Turns that found their executor.", counts.hits)
        yield _counter("clarity_executor_misses", "Turns that had to make one.", counts.misses)
        yield _counter("clarity_executor_evictions", "Executors given up.", counts.evictions)
        yield _counter("clarity_agents_compiled", "Agents built from their rows.", counts.agents_compiled)

    def _pool(self) -> Iterator[Metric]:
        stats = self._services.pool.get_stats()
        for name, key, text in (
            ("size", "pool_size", "Connections to Postgres, those being opened included."),
            ("available", "pool_available", "Connections that nobody uses."),
            ("max", "pool_max", "How many connections there may be."),
            ("waiting", "requests_waiting", "Requests that wait for a connection."),
        ):
            yield _gauge(f"clarity_database_pool_{name}", text, stats.get(key, 0))
        for name, key, text in (
            ("requests", "requests_num", "Requests for a connection."),
            ("requests_queued", "requests_queued", "Requests that had to wait for a connection."),
            ("requests_failed", "requests_errors", "Requests that got no connection in time."),
            ("connections_lost", "connections_lost", "Connections that turned out to be broken."),
        ):
            yield _counter(f"clarity_database_pool_{name}", text, stats.get(key, 0))
        wait_seconds = stats.get("requests_wait_ms", 0) / 1000
        yield _counter("clarity_database_pool_wait_seconds", "Spent waiting for connections.", wait_seconds)

    def _jobs(self) -> Iterator[Metric]:
        ran = GaugeMetricFamily(
            "clarity_job_last_run_timestamp_seconds", "When a job last ran.", labels=["job"]
        )
        took = GaugeMetricFamily(
            "clarity_job_last_duration_seconds", "How long a job last took.", labels=["job"]
        )
        for name, figures in self._metrics.jobs.items():
            ran.add_metric([name], figures.ran_at.timestamp())
            took.add_metric([name], figures.report.seconds)
        yield ran
        yield took


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)
