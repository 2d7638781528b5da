"""The chat server as a child process. It ends when this process ends, however that happens."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

import httpx

from cli.errors import ClarityCommandError
from cli.project import Project
from cli.signin import DEMO_EMAIL, DEMO_PASSWORD
from cli.state import Stack

READY_SECONDS = 60
STOP_SECONDS = 15
POLL_SECONDS = 0.05
# A log that grew beyond this is put aside at the next start, so that two files are the most there ever are.
MAX_LOG_BYTES = 20_000_000
LOG_LINES_SHOWN = 15

# What only the database's owner may know, or what would lead the server to another database.
_WITHHELD = ("DATABASE_URL", "SUPABASE_", "PG", "CLARITY_HOME", "CLARITY_EMAIL", "CLARITY_PASSWORD")


class ChatServer:
    """`python -m chatServer` on one port, with the login clarity_server and no other secret."""

    def __init__(self, project: Project, stack: Stack, *, port: int, web_root: Path | None = None) -> None:
        self._project = project
        self._stack = stack
        self._port = port
        self._web_root = web_root
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        host = self._project.environment.get("CLARITY_HOST", "127.0.0.1")
        # A server on every interface is reached, from here, on the loopback one.
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{self._port}"  # noqa: S104

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def log_file(self) -> Path:
        return self._project.logs / "chat-server.log"

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it serves. ClarityCommandError with the end of its log when it does not."""
        self.spawn()
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(self.url):
            if not self.is_running() or time.monotonic() > deadline:
                self.stop()
                raise ClarityCommandError(
                    f"The chat server did not start:\n{self._log_end()}",
                    hint=f"The whole log is {self.log_file}",
                )
            time.sleep(POLL_SECONDS)

    def spawn(self) -> None:
        """Start it without waiting."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        if self.log_file.exists() and self.log_file.stat().st_size > MAX_LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "chatServer", "--exit-with-parent"],
                # The server's sign that we live: it ends when this pipe closes.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=server_environment(
                    self._project.environment, self._stack, port=self._port, web_root=self._web_root
                ),
                # Not the checkout: a server reads `.env` where it starts, and the owner's URL may be in it.
                cwd=self._project.home,
                # Ctrl-C in a terminal is ours to handle, so that things end in order.
                start_new_session=True,
            )

    def stop(self) -> None:
        """Let it finish what it is doing, for a while, and end it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()

    def _log_end(self) -> str:
        with self.log_file.open(errors="replace") as log:
            return "".join(deque(log, maxlen=LOG_LINES_SHOWN)).strip()


def server_environment(
    environment: Mapping[str, str], stack: Stack, *, port: int, web_root: Path | None = None
) -> dict[str, str]:
    """The settings and model keys given to us; of the database only the server's own login."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_WITHHELD)}
    told = {
        **kept,
        "DATABASE_URL": stack.server_url,
        "SUPABASE_URL": stack.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": stack.publishable_key,
        "CLARITY_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    if web_root:
        told["CLARITY_WEB_ROOT"] = str(web_root)
    if stack.mode == "embedded":
        told |= {"CLARITY_DEMO_EMAIL": DEMO_EMAIL, "CLARITY_DEMO_PASSWORD": DEMO_PASSWORD}
    if stack.jwt_secret:
        told["SUPABASE_JWT_SECRET"] = stack.jwt_secret
    if issuer := environment.get("SUPABASE_JWT_ISSUER"):
        told["SUPABASE_JWT_ISSUER"] = issuer
    return told


def is_ready(api_url: str) -> bool:
    """Whether a chat server there can serve a turn now."""
    try:
        return httpx.get(f"{api_url}/ready", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
