"""Whether the database is one that the server can, and may, work with."""

import asyncio
import logging
from dataclasses import dataclass
from typing import LiteralString

from chatServer.errors import DatabaseNotMigrated, LoginRefused
from core.agents.inspection import Inspection, RefusedTool
from core.db import Pool, database_errors
from core.errors import DatabaseUnavailable

logger = logging.getLogger(__name__)

# Asks the catalog only, so that it works for any login on any database. What a login may become with SET ROLE
# counts as what it is. Functions are asked for with their arguments: an older schema has some of these names.
INSPECT: LiteralString = """
select current_user as login,
       exists (select from pg_catalog.pg_roles
                where rolsuper and pg_catalog.pg_has_role(current_user, oid, 'member')) as is_superuser,
       exists (select from pg_catalog.pg_roles
                where rolbypassrls and pg_catalog.pg_has_role(current_user, oid, 'member')) as bypasses_rls,
       exists (select from pg_catalog.pg_class
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                  and pg_catalog.pg_has_role(current_user, relowner, 'member')) as owns_tables,
       (select count(*) from pg_catalog.pg_proc
         where pronamespace = pg_catalog.to_regnamespace('private')
           and (proname, pg_catalog.oidvectortypes(proargtypes)) in (
             ('become_user', 'jsonb'), ('open_turn', 'jsonb, jsonb'), ('close_turn', 'jsonb, uuid, jsonb'),
             ('load_agent', 'uuid, uuid'), ('renew_leases', 'uuid[], double precision'))) = 5 as is_migrated
"""


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """What the catalog says about the server's login, and whether the server's functions are there."""

    login: str
    is_superuser: bool
    bypasses_rls: bool
    owns_tables: bool
    is_migrated: bool

    @property
    def excess(self) -> str | None:
        """What the login may do that the server must not be able to, as words; None when all is well."""
        if self.is_superuser:
            return "is a superuser"
        if self.bypasses_rls:
            return "can bypass row-level security"
        return "owns the tables" if self.owns_tables else None


class Readiness:
    """Checks the database before the first turn, and whenever asked.

    A login that could step around row-level security is refused, because then nothing would keep users' rows
    apart. That also catches an owner's or service role's URL given by mistake.
    """

    def __init__(self, pool: Pool, inspection: Inspection, *, timeout_seconds: float) -> None:
        self._pool = pool
        self._inspection = inspection
        self._inspecting: asyncio.Task[list[RefusedTool]] | None = None
        self._timeout_seconds = timeout_seconds
        self._lock = asyncio.Lock()
        self._was_ready = False

    async def check(self) -> None:
        """Raises DatabaseUnavailable, DatabaseNotMigrated or LoginRefused."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                state = await self._inspect()
        except TimeoutError as exc:
            raise DatabaseUnavailable from exc
        if state.excess:
            raise LoginRefused(
                f"The server's database login '{state.login}' {state.excess}. "
                "DATABASE_URL must log in as 'clarity_server'."
            )
        if not state.is_migrated:
            raise DatabaseNotMigrated
        self._was_ready = True

    async def ensure(self) -> None:
        """Like check(), but only until it has passed once: a server may start before its database."""
        if self._was_ready:
            return
        async with self._lock:
            if not self._was_ready:
                await self.check()

    async def refused_tools(self) -> list[RefusedTool] | None:
        """What shared agents do without; None while it takes longer to find out than this check may.

        The building goes on meanwhile, so a later check has the answer.
        """
        if self._inspecting is None:
            self._inspecting = asyncio.create_task(self._inspection.refused())
        task = self._inspecting
        done, _ = await asyncio.wait({task}, timeout=self._timeout_seconds)
        if not done:
            return None
        if self._inspecting is task:
            self._inspecting = None
        if error := task.exception():
            logger.warning("the agents' tools could not be inspected", exc_info=error)
            return None
        return task.result()

    async def aclose(self) -> None:
        """Stops an inspection that is still going on."""
        if self._inspecting:
            self._inspecting.cancel()
            await asyncio.wait({self._inspecting})

    async def _inspect(self) -> DatabaseState:
        with database_errors():
            async with self._pool.connection() as conn:
                row = await (await conn.execute(INSPECT)).fetchone()
        assert row is not None  # noqa: S101 - a scalar select always has one row
        return DatabaseState(**row)
