"""Fixtures for every test: see tests/fixtures for what each file offers."""

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
