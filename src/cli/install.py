"""Makes .venv what the lock files say; the Makefile runs it with the machine's own Python.

Only the standard library may be imported here: nothing is installed yet. What was installed is remembered
as hashes in `.venv/clarity-setup.json`, written last, so an interrupted run is simply done again and an
up-to-date one takes no time.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "clarity-setup.json"

RUNTIME_LOCK = "requirements.lock"
# Holds every pin of the runtime lock too, so installing it leaves nothing for `make setup` to do.
DEV_LOCK = "requirements-dev.lock"

# Lines of pip's output that a failure shows: enough for its own explanation.
FAILURE_LINES = 25


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def main() -> int:
    """Exit code 0 when .venv is ready, 1 after saying why not, 130 when interrupted."""
    parser = argparse.ArgumentParser(description="Install what Clarity needs into .venv.")
    parser.add_argument("--dev", action="store_true", help="what the tests need as well")
    try:
        set_up(dev=parser.parse_args().dev)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Run the same command again to go on.\n")
        return 130
    return 0


def set_up(*, dev: bool) -> None:
    wanted = wanted_state(dev=dev)
    done = installed_state()
    if all(done.get(key) == value for key, value in wanted.items()):
        return
    if done.get("root", wanted["root"]) != wanted["root"] or not works(PYTHON):
        make_venv()
        done = {}
    STAMP.unlink(missing_ok=True)
    lock = DEV_LOCK if dev else RUNTIME_LOCK
    if done.get(lock) != wanted[lock]:
        install_lock(lock)
    install_project()
    STAMP.write_text(json.dumps(wanted, indent=2) + "\n")


def wanted_state(*, dev: bool) -> dict[str, str]:
    """What the stamp must say: where this folder is (a .venv cannot be moved), and the hash of each lock."""
    locks = (RUNTIME_LOCK, DEV_LOCK) if dev else (RUNTIME_LOCK,)
    hashes = {name: digest(ROOT / name) for name in (*locks, "pyproject.toml")}
    return {"root": str(ROOT), **hashes}


def installed_state() -> dict[str, str]:
    """The stamp of the last complete run; empty when there is none, or none that can be read."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def works(python: Path) -> bool:
    try:
        command = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    say(f"Making .venv with Python {sys.version.split()[0]}")
    if VENV.is_symlink() or VENV.is_file():
        raise SetupError(f"{VENV} is not a folder. Remove it, then run make again.")
    shutil.rmtree(VENV, ignore_errors=True)
    without_pip = importlib.util.find_spec("ensurepip") is None
    if without_pip and importlib.util.find_spec("pip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            "This Python cannot make virtual environments: its module ensurepip is missing.\n"
            f"On Debian and Ubuntu: sudo apt install python{version}-venv. Then run make again."
        )
    run([sys.executable, "-m", "venv", *(["--without-pip"] if without_pip else []), VENV])


def install_lock(lock: str) -> None:
    count = sum("==" in line and not line.startswith("#") for line in (ROOT / lock).read_text().splitlines())
    say(f"Installing {count} packages from {lock} (about 100 MB the first time)")
    run([*pip(), "install", "--require-hashes", "-r", ROOT / lock], packages=count)


def install_project() -> None:
    say("Installing Clarity itself")
    run([*pip(), "install", "--no-deps", "--no-build-isolation", "-e", ROOT])


def pip() -> list[str | Path]:
    """.venv's own pip, or the machine's working on .venv where ensurepip is missing."""
    own = any(VENV.glob("lib/python*/site-packages/pip"))
    return [PYTHON, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", PYTHON]


def run(command: list[str | Path], *, packages: int = 0) -> None:
    """Run a command and show how many packages it has come to; its output is shown only when it fails."""
    last_lines: deque[str] = deque(maxlen=FAILURE_LINES)
    collected = 0
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            last_lines.append(line)
            if packages and line.startswith(("Collecting ", "Processing ")):
                collected += 1
                show_progress(collected, packages)
            elif packages and line.startswith("Installing collected"):
                finish_progress("  unpacking")
    if process.returncode != 0:
        sys.stderr.write("".join(last_lines))
        raise SetupError(
            f"\nSetting up .venv failed (the lines above say why). {advice(''.join(last_lines))}"
        )


def advice(output: str) -> str:
    if "HASHES" in output or "hashes" in output:
        return "A package is not the one that the lock file names: do not go on, and report it."
    return "Check the network connection, then run make again: what is already there is kept."


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def show_progress(number: int, total: int) -> None:
    """A counter that stays on one line of a terminal; in a log, a line for every quarter."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r  {min(number, total)} of {total}")
    elif number % max(1, total // 4) == 0:
        sys.stdout.write(f"  {min(number, total)} of {total}\n")
    sys.stdout.flush()


def finish_progress(text: str) -> None:
    sys.stdout.write(f"\r{text}            \n" if sys.stdout.isatty() else f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
