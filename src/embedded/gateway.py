"""The HTTP gateway of the embedded Supabase: a Node process that serves one database's REST and Auth APIs."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import selectors
import subprocess
import time
from pathlib import Path
from typing import IO

import psycopg

from embedded.bundle import build_gateway
from embedded.errors import GatewayError
from embedded.node_build import node_environment
from embedded.ports import free_port
from embedded.wheels import node

__all__ = ["Gateway", "build_gateway", "make_auth_tables", "publishable_key", "service_role_key"]

READY_SECONDS = 30
STOP_SECONDS = 5
PREPARE_SECONDS = 60


def publishable_key(jwt_secret: str) -> str:
    """The `apikey` that browsers send; a request with it alone is made as `anon`."""
    return f"sb_publishable_{_derived(jwt_secret, 'publishable')}"


def service_role_key(jwt_secret: str) -> str:
    """The `apikey` that passes by every policy. Not for browsers: the gateway refuses it from them."""
    return f"sb_secret_{_derived(jwt_secret, 'secret')}"


def make_auth_tables(bundle: Path, owner_url: str) -> None:
    """Make the tables of schema auth as the database's owner; what exists stays. GatewayError if it fails."""
    settings = _line(database_url=owner_url, jwt_secret=secrets.token_hex(32), port=0)
    try:
        result = subprocess.run(
            [node(), bundle, "--prepare"],
            input=settings,
            capture_output=True,
            env=node_environment(),
            timeout=PREPARE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise GatewayError("The tables of schema auth were not made in time.") from exc
    # The library skips statements that fail, so its exit code alone proves nothing.
    with psycopg.connect(owner_url, connect_timeout=10) as connection:
        row = connection.execute("select to_regclass('auth.audit_log_entries') is not null").fetchone()
    if result.returncode != 0 or row != (True,):
        raise GatewayError(f"The tables of schema auth were not made:\n{result.stderr.decode().strip()}")


class Gateway:
    """One gateway on 127.0.0.1. It ends with this process, however this process ends.

    `port` is a wish, None is any free one. `database_url` is the login of role `authenticator`.
    """

    def __init__(
        self, bundle: Path, *, database_url: str, jwt_secret: str, port: int | None, log_file: Path
    ) -> None:
        self._bundle = bundle
        self._database_url = database_url
        self._jwt_secret = jwt_secret
        self._wished_port = port
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""

    def start(self) -> None:
        """Start, and wait until requests are answered. GatewayError with the end of the log if that fails."""
        if self.is_running():
            return
        # Started again after a crash it keeps its address, which clients have.
        port = self._wished_port = free_port(self._wished_port)
        process = self._spawn()
        self._process = process
        try:
            _pipe(process.stdin).write(
                _line(database_url=self._database_url, jwt_secret=self._jwt_secret, port=port)
            )
            _pipe(process.stdin).flush()
            self._url = self._await_ready(process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the gateway by closing its input; by force when it does not listen."""
        process, self._process = self._process, None
        if process is None:
            return
        _close(process.stdin)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process.stdout)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, what Supabase's clients are given. GatewayError before the start."""
        if not self._url:
            raise GatewayError("The gateway has not been started.")
        return self._url

    @property
    def publishable_key(self) -> str:
        return publishable_key(self._jwt_secret)

    @property
    def service_role_key(self) -> str:
        return service_role_key(self._jwt_secret)

    @property
    def jwt_secret(self) -> str:
        return self._jwt_secret

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        # Mails (sign-in links) are written to the log: for its owner's eyes only.
        log = os.open(self._log_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            return subprocess.Popen(
                [node(), self._bundle],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=node_environment(),
                # Ctrl-C in a terminal is the parent's to handle.
                start_new_session=True,
            )
        finally:
            os.close(log)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> str:
        output = _pipe(process.stdout)
        deadline = time.monotonic() + READY_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            if selector.select(deadline - time.monotonic()):
                word, _, url = output.readline().decode().strip().partition(" ")
                if word == "READY":
                    return url
        raise GatewayError(f"The gateway did not start:\n{self._log_end()}", hint=f"See {self._log_file}.")

    def _log_end(self) -> str:
        return self._log_file.read_text(errors="replace").strip()[-2000:]


def _line(*, database_url: str, jwt_secret: str, port: int) -> bytes:
    """The host's settings. By its input and not by arguments or environment, where others could read them."""
    settings = {
        "databaseUrl": database_url,
        "jwtSecret": jwt_secret,
        "publishableKey": publishable_key(jwt_secret),
        "secretKey": service_role_key(jwt_secret),
        "port": port,
    }
    return json.dumps(settings).encode() + b"\n"


def _derived(jwt_secret: str, purpose: str) -> str:
    digest = hmac.digest(jwt_secret.encode(), f"clarity apikey {purpose}".encode(), hashlib.sha256)
    text = base64.urlsafe_b64encode(digest).decode().replace("-", "A").replace("_", "B")
    return f"{text[:22]}_{text[22:30]}"


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise GatewayError("The gateway was started without pipes.")
    return stream


def _close(stream: IO[bytes] | None) -> None:
    try:
        _pipe(stream).close()
    except BrokenPipeError:
        # What was left to write has nobody to read it any more.
        return
