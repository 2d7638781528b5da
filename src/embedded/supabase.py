"""The embedded Supabase as a whole: Postgres, its preparation, the migrations, the gateway, in this order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from embedded.bootstrap import GATEWAY_ROLE, prepare_cluster, prepare_database
from embedded.errors import EmbeddedError
from embedded.gateway import Gateway, build_gateway, make_auth_tables
from embedded.postgres import EmbeddedPostgres, say_nothing
from embedded.secret_file import Secrets


@dataclass(frozen=True, kw_only=True)
class RunningSupabase:
    """Where the started Supabase is, and its keys. `database_url` is the database owner's."""

    url: str
    publishable_key: str
    service_role_key: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    database_url: str = field(repr=False)
    postgres_pid: int
    postgres_port: int
    postgres_log: Path
    gateway_pid: int
    gateway_log: Path


class EmbeddedSupabase:
    """The Supabase of one folder (`.clarity`): `postgres/`, `gateway/`, `logs/` and `secrets.json` in it.

    The gateway is this process' child and ends with it; Postgres goes on until `stop()`, and the next
    `start()` adopts it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        api_port: int | None = None,
        postgres_port: int | None = None,
        progress: Callable[[str], None] = say_nothing,
    ) -> None:
        self._folder = folder.absolute()
        self._api_port = api_port
        self._postgres_port = postgres_port
        self._progress = progress
        self._gateway: Gateway | None = None

    def start(self, migrate: Callable[[str], None]) -> RunningSupabase:
        """Start everything and say where it is; `migrate` gets the owner's URL once schema auth exists."""
        self._folder.mkdir(parents=True, exist_ok=True)
        keys = Secrets.of(self._folder)
        bundle = build_gateway(self._folder / "gateway", self._progress)
        postgres = self._postgres(keys)
        self._progress("Starting the database.")
        postgres.start()
        owner_url = postgres.url()
        prepare_cluster(owner_url, gateway_password=keys.gateway_password)
        make_auth_tables(bundle, owner_url)
        prepare_database(owner_url)
        self._progress("Applying the migrations.")
        migrate(owner_url)
        self._progress("Starting the gateway.")
        log = self._folder / "logs" / "gateway.log"
        gateway = self._start_gateway(bundle, postgres, keys, log)
        return RunningSupabase(
            url=gateway.url,
            publishable_key=gateway.publishable_key,
            service_role_key=gateway.service_role_key,
            jwt_secret=keys.jwt_secret,
            database_url=owner_url,
            postgres_pid=postgres.pid or 0,
            postgres_port=postgres.port,
            postgres_log=postgres.log_file,
            gateway_pid=gateway.pid or 0,
            gateway_log=log,
        )

    def stop(self) -> None:
        """Stop the gateway that this object started, and the folder's Postgres."""
        if self._gateway is not None:
            self._gateway.stop()
            self._gateway = None
        if (self._folder / "secrets.json").exists():
            self._postgres(Secrets.of(self._folder)).stop()

    @property
    def gateway_pid(self) -> int | None:
        return self._gateway.pid if self._gateway else None

    def gateway_is_running(self) -> bool:
        return self._gateway is not None and self._gateway.is_running()

    def restart_gateway(self) -> None:
        """Start the gateway again, on the port it had, after it died. EmbeddedError before `start()`."""
        if self._gateway is None:
            raise EmbeddedError("The embedded Supabase has not been started.")
        self._gateway.stop()
        self._gateway.start()

    def _postgres(self, keys: Secrets) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            self._folder / "postgres",
            port=self._postgres_port,
            password=keys.owner_password,
            progress=self._progress,
        )

    def _start_gateway(self, bundle: Path, postgres: EmbeddedPostgres, keys: Secrets, log: Path) -> Gateway:
        self._gateway = Gateway(
            bundle,
            database_url=postgres.url(user=GATEWAY_ROLE, password=keys.gateway_password),
            jwt_secret=keys.jwt_secret,
            port=self._api_port,
            log_file=log,
        )
        self._gateway.start()
        return self._gateway
