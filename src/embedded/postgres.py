"""One Postgres cluster in one folder: made, started, adopted, recovered and stopped."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psutil
import psycopg
from filelock import FileLock

from embedded.account import give, run_as
from embedded.errors import PostgresError
from embedded.placement import Placement, place
from embedded.ports import LOOPBACK, free_port
from embedded.postmaster import Postmaster
from embedded.wheels import postgres_folder

OWNER = "postgres"
# A killed postmaster leaves children that hold its shared memory for about three seconds.
RECOVERY_SECONDS = 20.0
# What Postgres says then: of the shared memory block, and of postmaster.pid.
PASSING_REASONS = ("is still in use", "lock file")
START_SECONDS = 60
STOP_SECONDS = 30
# C.UTF-8 knows upper and lower case beyond ASCII and exists wherever glibc does; macOS calls it en_US.UTF-8.
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C")

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": LOOPBACK,
        # None at all: a socket's path is limited to about 100 bytes, and a checkout's path is not.
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        # As hosted Supabase, to find types of extensions. Not by ALTER DATABASE, which clones lose.
        "search_path": '"$user", public, extensions',
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_checkpoints": "off",
        # The text of a failing statement may hold a password or a user's data.
        "log_min_error_statement": "panic",
        "jit": "off",
        "max_connections": "100",
    }
)


def binaries() -> Path:
    """The folder of Postgres' programs (initdb, pg_ctl, ...). PostgresError when the wheel has none."""
    return postgres_folder() / "bin"


def say_nothing(_: str) -> None:
    """A progress listener for those who have nobody to tell."""


class EmbeddedPostgres:
    """The cluster of one folder, listening on 127.0.0.1 only, scram passwords only.

    `password` is the owner's. `port` is a wish: None is the cluster's last port, and in place of one that is
    in use a free one is taken.
    `settings` are lines of postgresql.conf that win over SETTINGS.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        password: str,
        settings: Mapping[str, str] = MappingProxyType({}),
        progress: Callable[[str], None] = say_nothing,
    ) -> None:
        self._folder = folder.absolute()
        self._wished_port = port
        self.password = password
        self._settings = {**SETTINGS, **settings}
        self._progress = progress

    def start(self) -> None:
        """Make the cluster if there is none, start it or adopt the running one, and prove that it is ours.

        After a crash this waits a few seconds, until the killed server's memory is free.
        """
        with self._lock():
            if not self._is_made():
                self._make()
            deadline = time.monotonic() + RECOVERY_SECONDS
            # A killed server looks alive for a moment: what counts is that it answers.
            while not self._answers(last_chance=time.monotonic() > deadline):
                if self._postmaster() is None:
                    self._launch(deadline)
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the cluster, connections included; nothing happens when it does not run."""
        with self._lock():
            if self._postmaster() is None:
                return
            for mode in ("fast", "immediate"):
                code = self._pg_ctl("stop", "-w", "-t", str(STOP_SECONDS), "-m", mode)
                if code == 0 or self._postmaster() is None:
                    return
        raise PostgresError(f"Postgres in {self._place.data} does not stop.", hint=f"See {self.log_file}.")

    def is_running(self) -> bool:
        """Whether the cluster takes connections."""
        postmaster = self._postmaster()
        return postmaster is not None and postmaster.ready

    @property
    def port(self) -> int:
        """The port the cluster listens on. PostgresError while it does not run."""
        postmaster = self._postmaster()
        if postmaster is None:
            raise PostgresError(f"Postgres in {self._place.data} does not run.")
        return postmaster.port

    @property
    def pid(self) -> int | None:
        """The process id of the server, None while it does not run."""
        postmaster = self._postmaster()
        return postmaster.pid if postmaster else None

    @property
    def log_file(self) -> Path:
        return self._place.home / "postgres.log"

    def url(self, database: str = "postgres", user: str = OWNER, password: str | None = None) -> str:
        """A connection URL; the password is the owner's unless given."""
        secret = self.password if password is None else password
        return _url(user, secret, self.port, database)

    @cached_property
    def _place(self) -> Placement:
        return place(self._folder, self._progress)

    def _lock(self) -> FileLock:
        return FileLock(self._place.home / "start.lock", timeout=START_SECONDS * 2)

    def _postmaster(self) -> Postmaster | None:
        return Postmaster.of(self._place.data)

    def _is_made(self) -> bool:
        return (self._place.data / "PG_VERSION").exists()

    def _make(self) -> None:
        self._progress("Making the database.")
        for interrupted in self._place.home.glob("data.*"):
            shutil.rmtree(interrupted) if interrupted.is_dir() else interrupted.unlink()
        # Made aside and renamed, so that an interrupted initdb is never taken for a cluster.
        partial = self._place.home / f"data.{secrets.token_hex(4)}"
        password_file = partial.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.log_file.touch(mode=0o600)
        for path in (password_file, self.log_file):
            give(self._place.account, path)
        try:
            if not any(self._initdb(partial, password_file, locale) for locale in LOCALES):
                raise PostgresError(f"The database cannot be made:\n{self._log_since(0).strip()[-2000:]}")
        finally:
            password_file.unlink()
        with (partial / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'clarity.conf'\n")
        partial.rename(self._place.data)

    def _initdb(self, data: Path, password_file: Path, locale: str) -> bool:
        program = self._place.binaries / "initdb"
        options = ["--username", OWNER, "--pwfile", password_file, "--auth", "scram-sha-256"]
        encoding = ["--encoding", "UTF8", "--locale", locale, "-D", data]
        return run_as(self._place.account, [program, *options, *encoding], log=self.log_file) == 0

    def _launch(self, deadline: float) -> None:
        port = free_port(self._wished_port or self._last_port())
        while True:
            self._forget_a_reused_pid()
            self._write_settings(port)
            log_before = self._log_size()
            if self._pg_ctl("start", "-w", "-t", str(START_SECONDS), "-l", str(self.log_file)) == 0:
                return
            said = self._log_since(log_before)
            if "Address already in use" in said:
                port = free_port()
            elif time.monotonic() > deadline or not any(reason in said for reason in PASSING_REASONS):
                raise PostgresError(
                    f"Postgres does not start in {self._place.data}:\n{said.strip()[-2000:]}",
                    hint=f"The whole log is {self.log_file}.",
                )
            else:
                time.sleep(0.3)

    def _pg_ctl(self, *arguments: str) -> int:
        command = [self._place.binaries / "pg_ctl", "-D", self._place.data, *arguments]
        return run_as(self._place.account, command)

    def _write_settings(self, port: int) -> None:
        lines = {**self._settings, "port": str(port)}
        quoted = (f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in lines.items())
        conf = self._place.data / "clarity.conf"
        conf.write_text("# Written at every start.\n" + "".join(quoted))
        give(self._place.account, conf)

    def _last_port(self) -> int | None:
        with contextlib.suppress(FileNotFoundError):
            for line in (self._place.data / "clarity.conf").read_text().splitlines():
                if line.startswith("port = "):
                    return int(line.removeprefix("port = ").strip("'"))
        return None

    def _forget_a_reused_pid(self) -> None:
        """After a reboot the pid in postmaster.pid may be another program's: Postgres would never start."""
        pid_file = self._place.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            pid = int(pid_file.read_text().splitlines()[0])
            if psutil.pid_exists(pid) and "postgres" not in psutil.Process(pid).name():
                pid_file.unlink()

    def _log_size(self) -> int:
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    def _log_since(self, offset: int) -> str:
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def _answers(self, *, last_chance: bool) -> bool:
        """Whether our server answers. Nothing may be written before it has said that it serves our folder."""
        postmaster = self._postmaster()
        if postmaster is None or not postmaster.ready:
            if last_chance:
                raise PostgresError(
                    f"Postgres in {self._place.data} does not get ready.", hint=f"See {self.log_file}."
                )
            return False
        try:
            url = _url(OWNER, self.password, postmaster.port, "postgres")
            with psycopg.connect(url, connect_timeout=10) as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.OperationalError as exc:
            if "password authentication failed" not in str(exc) and not last_chance:
                return False
            raise PostgresError(
                f"Postgres in {self._place.data} runs but refuses its owner: {exc}",
                hint="If secrets.json was lost, restore it or make a new database with `clarity reset`.",
            ) from exc
        theirs = Path(str(row[0])) if row else Path()
        if os.path.realpath(theirs) != os.path.realpath(self._place.data):
            raise PostgresError(f"Port {postmaster.port} serves {theirs}, not {self._place.data}.")
        return True


def _url(user: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@{LOOPBACK}:{port}/{quote(database, safe='')}"
