"""What one server tells Prometheus, and the figures of its own that the operator's page shows.

Users name their own agents, and those agents' tools: under a label they are all `private`, so that nobody can
make a metric grow without end. memory-bank/observability.md says what each metric means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    Summary,
    generate_latest,
)
from prometheus_client.registry import Collector

from chatServer.openapi import VERSION
from core.observer import JobReport, ModelReport, Observer, ToolReport, TurnReport

# From a cached read to a turn at its limit.
SECONDS: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    20,
    40,
    80,
    160,
    320,
)
# Of shared agents, of their tools and of models: beyond this a server counts them as one. A time series costs
# some hundred bytes here, and more in Prometheus.
MOST_NAMES: Final = 500
PRIVATE: Final = "private"
OTHER: Final = "other"
# The parts of a turn that follow one another; first_token and total are metrics of their own.
PHASES: Final = ("open", "executor", "model", "tools", "close")


class Names:
    """The values of a label: names as they are, for as long as there are not too many."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._most = most
        self._known: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def label(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(name)
        return name


@dataclass(frozen=True, kw_only=True)
class ToolFigures:
    """Calls of one tool since the server started."""

    agent_name: str
    tool_name: str
    calls: int
    seconds: float

    @property
    def mean_seconds(self) -> float:
        return self.seconds / self.calls


@dataclass(frozen=True, kw_only=True)
class JobFigures:
    """The last run of a job, and how often it failed since the server started."""

    report: JobReport
    ran_at: datetime
    failures: int


class Metrics(Observer):
    """One server's counters, in a registry of their own, since `started_at`."""

    def __init__(self) -> None:
        self.started_at = datetime.now(UTC)
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry)
        Info("clarity", "Which server this is.", registry=registry).info({"version": VERSION})
        self._agents, self._tools, self._models = Names(), Names(), Names()
        self._jobs: dict[str, JobFigures] = {}

        self._turns = Counter("clarity_turns", "Turns that ended.", ["agent", "status"], registry=registry)
        self._errors = Counter(
            "clarity_turn_errors", "Turns that ended with an error.", ["code"], registry=registry
        )
        self._refused = Counter(
            "clarity_turns_refused", "Turns that could not begin.", ["code"], registry=registry
        )
        self._seconds = Histogram("clarity_turn_seconds", "Whole turns.", buckets=SECONDS, registry=registry)
        self._first_token = Histogram(
            "clarity_turn_first_token_seconds",
            "From the start of a turn to the first piece of text.",
            buckets=SECONDS,
            registry=registry,
        )
        self._phases = Histogram(
            "clarity_turn_phase_seconds", "Parts of a turn.", ["phase"], buckets=SECONDS, registry=registry
        )
        self._phase = {name: self._phases.labels(name) for name in PHASES}

        self._model_calls = Counter(
            "clarity_model_calls", "Requests to models.", ["model", "outcome", "kind"], registry=registry
        )
        self._model_seconds = Histogram(
            "clarity_model_call_seconds",
            "Requests to models within turns.",
            ["model"],
            buckets=SECONDS,
            registry=registry,
        )
        self._model_tokens = Counter(
            "clarity_model_tokens",
            "Tokens that models read and wrote.",
            ["model", "direction", "kind"],
            registry=registry,
        )
        self._tool_calls = Counter("clarity_tool_calls", "Tool calls.", ["type", "status"], registry=registry)
        self._tool_type_seconds = Histogram(
            "clarity_tool_call_seconds", "Tool calls.", ["type"], buckets=SECONDS, registry=registry
        )
        self._tool_seconds = Summary(
            "clarity_tool_seconds", "Tool calls, by tool.", ["agent", "tool"], registry=registry
        )

        self._job_runs = Counter(
            "clarity_job_runs", "Runs of scheduled jobs.", ["job", "outcome"], registry=registry
        )
        self._job_rows = Counter(
            "clarity_job_rows", "How much scheduled jobs dealt with.", ["job"], registry=registry
        )
        self._job_seconds = Summary(
            "clarity_job_seconds", "Runs of scheduled jobs.", ["job"], registry=registry
        )

    def watch(self, collector: Collector) -> None:
        """Adds what is asked for only when somebody reads the metrics."""
        self.registry.register(collector)

    def render(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)

    @property
    def jobs(self) -> Mapping[str, JobFigures]:
        return self._jobs

    def slowest_tools(self, most: int) -> list[ToolFigures]:
        """Tools by the mean time of a call, the slowest first."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        for sample in next(iter(self._tool_seconds.collect())).samples:
            key = (sample.labels["agent"], sample.labels["tool"])
            found.setdefault(key, {})[sample.name.rpartition("_")[2]] = sample.value
        tools = [
            ToolFigures(agent_name=agent, tool_name=tool, calls=int(sums["count"]), seconds=sums["sum"])
            for (agent, tool), sums in found.items()
        ]
        return sorted(tools, key=lambda tool: tool.mean_seconds, reverse=True)[:most]

    def turn_ended(self, report: TurnReport) -> None:
        # An agent that could not even be loaded may be anybody's.
        is_shared = report.is_private is False
        agent = self._agents.label(report.agent_name) if is_shared else PRIVATE
        self._turns.labels(agent, report.status).inc()
        if report.error_code:
            self._errors.labels(report.error_code).inc()
        for name, seconds in report.phases.items():
            if name in self._phase:
                self._phase[name].observe(seconds)
        self._seconds.observe(report.phases.total)
        if report.phases.first_token is not None:
            self._first_token.observe(report.phases.first_token)

    def turn_refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def model_called(self, report: ModelReport) -> None:
        # A user's own agent may name models that do not exist, but uses those that others use too.
        is_known = not report.is_private or report.model_name in self._models
        model = self._models.label(report.model_name) if is_known else PRIVATE
        self._model_calls.labels(model, report.outcome, report.kind).inc()
        if report.kind == "turn":
            # Nobody waits for the others.
            self._model_seconds.labels(model).observe(report.seconds)
        if report.outcome == "answered":
            self._model_tokens.labels(model, "input", report.kind).inc(report.usage.input_tokens)
            self._model_tokens.labels(model, "output", report.kind).inc(report.usage.output_tokens)

    def tool_called(self, report: ToolReport) -> None:
        self._tool_calls.labels(report.tool_type, report.status).inc()
        self._tool_type_seconds.labels(report.tool_type).observe(report.seconds)
        agent, tool = PRIVATE, PRIVATE
        if not report.is_private:
            agent = self._agents.label(report.agent_name)
            # A remote MCP server names its tools, so they are counted with their agents.
            key = f"{agent}/{report.tool_name}"
            agent, tool = (agent, report.tool_name) if self._tools.label(key) == key else (OTHER, OTHER)
        self._tool_seconds.labels(agent, tool).observe(report.seconds)

    def job_ran(self, report: JobReport) -> None:
        before = self._jobs.get(report.name)
        failures = (before.failures if before else 0) + (report.outcome == "failed")
        self._jobs[report.name] = JobFigures(report=report, ran_at=datetime.now(UTC), failures=failures)
        self._job_runs.labels(report.name, report.outcome).inc()
        self._job_seconds.labels(report.name).observe(report.seconds)
        self._job_rows.labels(report.name).inc(report.rows)
