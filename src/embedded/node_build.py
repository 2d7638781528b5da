"""What is built here with the wheel's Node: from locked npm packages, once for each state of its sources."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from embedded.errors import BuildError
from embedded.wheels import node, npm

BUILD_SECONDS = 600
# The one in use, and a few that other branches of the same checkout come back to.
BUILDS_KEPT = 5
# Characters of a failed command's output: enough for its own explanation.
OUTPUT_SHOWN = 2000


@dataclass(frozen=True, kw_only=True)
class NodeBuild:
    """How one thing is built.

    `title` begins a sentence. `files` are below `sources`, package.json and package-lock.json among them.
    Each of `commands` is arguments of Node, run where copies of the files and `node_modules` are. `product`
    is the file or folder that they leave there.
    """

    title: str
    sources: Path
    files: Sequence[Path]
    commands: Sequence[Sequence[str]]
    product: str

    def build(self, into: Path, progress: Callable[[str], None] = lambda _: None) -> Path:
        """`<into>/<content hash>/<product>`; built unless it is there.

        BuildError when npm cannot install the packages or a command fails, with the end of what it said.
        """
        into = into.absolute()
        target = into / self._content_hash() / self.product
        into.mkdir(parents=True, exist_ok=True)
        with FileLock(into / "build.lock", timeout=BUILD_SECONDS):
            if not target.exists():
                progress(f"Building {self.title[0].lower()}{self.title[1:]} (once).")
                self._build(target)
            # So that what is used is not what is old.
            os.utime(target.parent)
            _forget_old(into)
        return target

    def _content_hash(self) -> str:
        digest = hashlib.sha256(str(node().stat().st_size).encode())
        for file in sorted(self.files):
            name = file.relative_to(self.sources).as_posix()
            digest.update(name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:16]

    def _build(self, target: Path) -> None:
        """Install the locked packages in a folder of their own, run the commands, keep the product alone."""
        with tempfile.TemporaryDirectory(dir=target.parent.parent, prefix="build-") as name:
            work = Path(name)
            for file in self.files:
                copy = work / file.relative_to(self.sources)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
            # No package needs its install script: esbuild's only makes its start a little faster.
            install = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
            self._run([*npm(), *install], work)
            for command in self.commands:
                self._run([str(node()), *command], work)
            target.parent.mkdir(exist_ok=True)
            (work / self.product).replace(target)

    def _run(self, command: Sequence[str], folder: Path) -> None:
        env: Mapping[str, str] = {
            **node_environment(),
            "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        try:
            result = subprocess.run(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=BUILD_SECONDS,
                check=False,
                text=True,
            )
        except subprocess.TimeoutExpired as exc:
            raise self._failed(f"{exc}.") from exc
        if result.returncode != 0:
            raise self._failed(result.stdout.strip()[-OUTPUT_SHOWN:])

    def _failed(self, reason: str) -> BuildError:
        return BuildError(
            f"{self.title} could not be built:\n{reason}",
            hint="The first build needs the npm registry: check the network and npm's settings.",
        )


def node_environment() -> dict[str, str]:
    """The caller's environment without its database settings, and with every telemetry switched off."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    quiet = {
        "LITE_TELEMETRY": "0",
        "DO_NOT_TRACK": "1",
        "NO_UPDATE_NOTIFIER": "1",
        "SCARF_ANALYTICS": "false",
    }
    return {**kept, **quiet}


def _forget_old(into: Path) -> None:
    builds = sorted((path for path in into.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in builds[:-BUILDS_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
