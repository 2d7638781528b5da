"""`python -m embedded.npm FOLDER ARGUMENT...`: the wheel's npm in a folder, with the packages of its lock.

For those who work on the web app: the Makefile's checks and its development server. The exit code is npm's.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from embedded.node_build import node_environment
from embedded.wheels import node, npm

# In node_modules, so that it goes with it: the hash of the lock that was installed.
STAMP = Path("node_modules") / ".installed-lock"
# Beside node_modules, which an install begins by deleting.
IN_USE = ".npm.lock"


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0])
    return install(folder) or run_npm(folder, *arguments[1:])


def install(folder: Path) -> int:
    """Npm's exit code; nothing is done when the packages of the lock are there.

    Of several at once, in however many processes, one installs and the others wait for it.
    """
    with FileLock(folder / IN_USE):
        return _install(folder)


def _install(folder: Path) -> int:
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text() == lock:
        return 0
    sys.stdout.write(f"Installing the packages of {folder.name}\n")
    sys.stdout.flush()
    code = run_npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if code == 0:
        stamp.write_text(lock)
    return code


def run_npm(folder: Path, *arguments: str) -> int:
    """The exit code of npm, whose output is ours; its scripts find the wheel's Node."""
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        return subprocess.run(
            [*npm(), *arguments], cwd=folder, env={**node_environment(), "PATH": path}, check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
