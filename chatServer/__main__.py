"""`python -m chatServer`: the chat server as a process, told what to do by the environment and `.env`."""

import gc

if __name__ == "__main__":
    # To look through the quarter of a million objects that are imported, again and again, is a seventh
    # of the time to start. serve() collects.
    gc.disable()

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence

import uvicorn
from dotenv import dotenv_values
from pydantic import SecretStr

from chatServer.draining import DrainingServer
from chatServer.logs import configure_logging
from chatServer.main import create_app
from chatServer.openapi import describe
from chatServer.settings import Settings, SettingsRefused, load_settings
from chatServer.socket_protocol import socket_options

EXIT_REFUSED = 2
# As uvicorn itself says it.
EXIT_NOT_STARTED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until it is told to stop; the exit code: 0 stopped, 2 settings refused, 3 could not start."""
    options = _parser().parse_args(arguments)
    if options.print_openapi:
        print_openapi()
        return 0
    try:
        settings = load_settings({**dotenv_values(".env"), **{k: v for k, v in os.environ.items() if v}})
    except SettingsRefused as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - there is no log yet
        return EXIT_REFUSED
    configure_logging(settings.log_level)
    return serve(settings, exit_with_parent=options.exit_with_parent)


def serve(settings: Settings, *, exit_with_parent: bool) -> int:
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        **socket_options(settings),
    )
    server = DrainingServer(config, app)
    if exit_with_parent:
        threading.Thread(target=_stop_with_stdin, args=(server,), daemon=True).start()
    # What has been imported is never looked through: such a collection stops every turn for 0.2 seconds.
    gc.freeze()
    gc.enable()
    server.run()
    return 0 if server.started else EXIT_NOT_STARTED


def print_openapi() -> None:
    """The OpenAPI document, as chatServer/openapi.json keeps it. It does not depend on the settings."""
    settings = Settings(database_url=SecretStr("postgresql://localhost"), supabase_url="http://localhost")
    json.dump(describe(create_app(settings)), sys.stdout, indent=2)
    sys.stdout.write("\n")


def _stop_with_stdin(server: uvicorn.Server) -> None:
    """Stops the server when standard input ends: however the parent died, its pipe is closed."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chatServer", description="Clarity's chat server.")
    parser.add_argument(
        "--exit-with-parent",
        action="store_true",
        help="stop when standard input closes, so that a parent that keeps the pipe leaves no orphan",
    )
    parser.add_argument("--print-openapi", action="store_true", help="print the API's OpenAPI document")
    return parser


if __name__ == "__main__":
    sys.exit(main())
