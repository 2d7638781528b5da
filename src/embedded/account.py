"""The account Postgres runs as. Postgres refuses to be root, so root hands it to somebody else."""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import PostgresError

SUBSTITUTE = "nobody"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operating-system account other than our own."""

    name: str
    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """Who runs the cluster in `data`: None for us; if we are root the owner of existing data, or `nobody`."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (made := data.stat()).st_uid != 0:
        return Account(name=f"user {made.st_uid}", uid=made.st_uid, gid=made.st_gid)
    entry = pwd.getpwnam(SUBSTITUTE)
    return Account(name=SUBSTITUTE, uid=entry.pw_uid, gid=entry.pw_gid)


def run_as(account: Account | None, command: Sequence[str | Path], *, log: Path | None = None) -> int:
    """The exit code of a command run as the account, without terminal, pipes or PG* variables.

    What it says is added to `log`, or lost.
    """
    arguments = [str(part) for part in command]
    output = os.open(log or os.devnull, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            # Never a pipe: the server that pg_ctl leaves behind would inherit it, and it would not end.
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        ).returncode
    except PermissionError as exc:
        who = account.name if account else "this user"
        raise PostgresError(
            f"{arguments[0]} cannot be run as {who}.", hint="Run Clarity as an ordinary user."
        ) from exc
    finally:
        os.close(output)


def can_reach(account: Account | None, folder: Path) -> bool:
    """Whether the account may enter the folder, every parent included."""
    return account is None or run_as(account, ["/bin/sh", "-c", 'test -x "$1"', "sh", folder]) == 0


def give(account: Account | None, path: Path) -> None:
    """Make the account the owner of one file or folder; nothing to do when that is ourselves."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "HOME": "/"}
