"""The gateway's program: built once from `gateway/`, with the wheel's Node, into one file."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from embedded.errors import GatewayError
from embedded.wheels import node, npm

SOURCES = Path(__file__).with_name("gateway")
# esbuild's output is an ES module; some packages inside still call require() for Node's own modules.
BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
BUILD_SECONDS = 600


def build_gateway(into: Path, progress: Callable[[str], None] = lambda _: None) -> Path:
    """The bundled host, `<into>/<content hash>/host.mjs`; built unless there is one of the same content.

    GatewayError when npm cannot install the packages or esbuild fails, with the end of what it said.
    """
    into = into.absolute()
    target = into / _content_hash() / "host.mjs"
    into.mkdir(parents=True, exist_ok=True)
    with FileLock(into / "build.lock", timeout=BUILD_SECONDS):
        if not target.is_file():
            progress("Building the gateway (once).")
            _build(target)
    return target


def node_environment() -> dict[str, str]:
    """The caller's environment without its database settings, and with every telemetry switched off."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LITE_TELEMETRY": "0", "DO_NOT_TRACK": "1", "NO_UPDATE_NOTIFIER": "1"}


def _content_hash() -> str:
    digest = hashlib.sha256(str(node().stat().st_size).encode())
    for source in _sources():
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Sequence[Path]:
    return sorted([*SOURCES.glob("*.ts"), SOURCES / "package.json", SOURCES / "package-lock.json"])


def _build(target: Path) -> None:
    """Install the locked packages in a folder of their own, bundle them, keep the one file (of 150 MB)."""
    with tempfile.TemporaryDirectory(dir=target.parent.parent, prefix="build-") as name:
        work = Path(name)
        for source in _sources():
            shutil.copy(source, work)
        # No package needs its install script: esbuild's only makes its start a little faster.
        _run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
        esbuild = work / "node_modules" / "esbuild" / "bin" / "esbuild"
        options = ["--bundle", "--platform=node", "--format=esm", "--target=node20", "--log-level=warning"]
        _run(
            [str(node()), str(esbuild), "host.ts", *options, f"--banner:js={BANNER}", "--outfile=host.mjs"],
            work,
        )
        target.parent.mkdir(exist_ok=True)
        (work / "host.mjs").replace(target)


def _run(command: Sequence[str], folder: Path) -> None:
    env: Mapping[str, str] = {
        **node_environment(),
        "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
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
    if result.returncode != 0:
        raise GatewayError(
            f"The gateway could not be built:\n{result.stdout.strip()[-2000:]}",
            hint="The first build needs the npm registry: check the network and npm's settings.",
        )
