"""What can go wrong while starting, adopting or stopping the embedded Supabase.

EmbeddedError            the embedded Supabase cannot do what it was asked; `.hint` says what to do
├── PostgresError        the cluster: binaries, data folder, port, password
├── GatewayError         Node, or the HTTP gateway
└── BuildError           npm or a build that runs on Node
"""


class EmbeddedError(Exception):
    """The embedded Supabase cannot do what it was asked."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.args[0]} {self.hint}".rstrip()


class PostgresError(EmbeddedError):
    """The embedded Postgres cannot be started, adopted or stopped."""


class GatewayError(EmbeddedError):
    """The gateway cannot be started or reached."""


class BuildError(EmbeddedError):
    """The gateway's program or the web app cannot be built."""
