"""Starts everything, watches it, restarts what dies, and stops all of it in order.

A supervisor may be killed at any time. Its children notice and end by themselves; Postgres goes on, and the
next start adopts it. So nothing here needs to be undone by hand.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import psutil

from cli.chat_server import ChatServer
from cli.demo import make_demo_user
from cli.hosted import HostedSettings, server_url
from cli.parts import ChatServerPart, GatewayPart, PostgresPart, Watched
from cli.ports import Ports, choose_ports, remember_ports
from cli.prepare import prepare_database
from cli.processes import ProcessId
from cli.project import Project
from cli.state import Stack, State, forget_state
from cli.web_app import prepare_web_app
from embedded.postgres import EmbeddedPostgres
from embedded.supabase import EmbeddedSupabase, RunningSupabase, Secrets

WATCH_SECONDS = 1.0
LEFTOVER_GRACE_SECONDS = 10.0


class Supervisor:
    """What one `clarity up` runs: the embedded Supabase and the chat server, or the chat server alone."""

    def __init__(
        self, project: Project, hosted: HostedSettings | None, progress: Callable[[str], None]
    ) -> None:
        self._project = project
        self._hosted = hosted
        self._progress = progress
        self._supabase: EmbeddedSupabase | None = None
        self._server: ChatServer | None = None
        self._watched: list[Watched] = []

    def start(self) -> State:
        """Start everything and write the state. Raises ClarityCommandError or EmbeddedError."""
        end_leftovers(self._project)
        ports = choose_ports(self._project)
        if self._hosted:
            stack = self._use_hosted(self._hosted)
        else:
            stack, ports = self._start_embedded(ports)
        remember_ports(self._project.home, ports)
        web_root = prepare_web_app(self._project, self._progress)
        self._progress("Starting the chat server.")
        self._server = ChatServer(self._project, stack, port=ports.api, web_root=web_root)
        self._server.start()
        self._watched.append(Watched(ChatServerPart(self._server)))
        state = State(
            supervisor=ProcessId.of(psutil.Process().pid),
            processes=self._processes(),
            api_url=self._server.url,
            stack=stack,
        )
        state.write(self._project.home)
        return state

    def watch(self, state: State, stopped: threading.Event, tell: Callable[[str], None]) -> None:
        """Keep everything running until `stopped` is set, and the state true."""
        while not stopped.wait(WATCH_SECONDS):
            restarted = [watched.check(time.monotonic(), tell) for watched in self._watched]
            if any(restarted):
                state = replace(state, processes=self._processes())
                state.write(self._project.home)

    def stop(self) -> None:
        """Stop what was started, the chat server first, so that its last turns still find their database."""
        # From here on nothing counts as running: a new start waits for the lock instead.
        forget_state(self._project.home)
        if self._server:
            self._server.stop()
        if self._supabase:
            self._supabase.stop()

    def _use_hosted(self, hosted: HostedSettings) -> Stack:
        stack = hosted.to_stack()
        if stack.owner_url is None:
            self._progress("DATABASE_URL is the chat server's own login: migrations are left to the owner.")
        else:
            prepare_database(self._project, stack.owner_url, stack.server_url, self._progress)
        return stack

    def _start_embedded(self, ports: Ports) -> tuple[Stack, Ports]:
        def prepare(owner: str) -> None:
            prepare_database(self._project, owner, server_url(owner), self._progress)

        self._supabase = EmbeddedSupabase(
            self._project.home,
            api_port=ports.supabase,
            postgres_port=ports.postgres,
            progress=self._progress,
        )
        running = self._supabase.start(prepare)
        stack = _embedded_stack(running)
        self._watch_embedded(self._supabase, running)
        make_demo_user(stack, running.database_url, today=date.today())
        gateway_port = int(running.url.rpartition(":")[2])
        return stack, replace(ports, supabase=gateway_port, postgres=running.postgres_port)

    def _watch_embedded(self, supabase: EmbeddedSupabase, running: RunningSupabase) -> None:
        home = self._project.home
        password = Secrets.of(home).owner_password
        postgres = EmbeddedPostgres(home / "postgres", port=running.postgres_port, password=password)
        self._watched += [Watched(PostgresPart(postgres)), Watched(GatewayPart(supabase))]

    def _processes(self) -> dict[str, ProcessId]:
        found: dict[str, ProcessId] = {}
        for watched in self._watched:
            with suppress(psutil.NoSuchProcess):
                if (pid := watched.part.pid) is not None:
                    found[watched.part.name] = ProcessId.of(pid)
        return found


def _embedded_stack(running: RunningSupabase) -> Stack:
    return Stack(
        mode="embedded",
        supabase_url=running.url,
        publishable_key=running.publishable_key,
        owner_url=running.database_url,
        server_url=server_url(running.database_url),
        jwt_secret=running.jwt_secret,
    )


def end_leftovers(project: Project) -> None:
    """End what a killed supervisor left behind, except Postgres, which the next start adopts.

    Only for the holder of the checkout's lock: the processes of a living supervisor are not leftovers.
    """
    state = State.read(project.home)
    if state is None:
        return
    for name, process in state.processes.items():
        if name != PostgresPart.name:
            process.end(grace_seconds=LEFTOVER_GRACE_SECONDS)
    forget_state(project.home)


def stop_leftovers(project: Project) -> bool:
    """End what a killed supervisor left behind, Postgres too; whether there was any. For the lock's holder"""
    state = State.read(project.home)
    remaining = [process for process in state.processes.values() if process.find()] if state else []
    end_leftovers(project)
    EmbeddedSupabase(project.home).stop()
    return bool(remaining)
