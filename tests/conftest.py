"""Fixtures for every test: see tests/fixtures for what each file offers."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "fixtures.cluster",
    "fixtures.databases",
    "fixtures.gateways",
    "fixtures.people",
    "fixtures.pgbouncer",
    "fixtures.scripted_model",
    "fixtures.openai_server",
    "fixtures.web_server",
    "fixtures.mcp_remote",
    "fixtures.replicas",
    "fixtures.sockets",
]

# A machine that does other things as well is slow, not wrong, and each change is judged by the same examples.
settings.register_profile(
    "clarity",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    database=None,
)
settings.load_profile("clarity")
