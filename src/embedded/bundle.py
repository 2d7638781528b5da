"""The gateway's program: built once from `gateway/`, with the wheel's Node, into one file."""

from collections.abc import Callable
from pathlib import Path

from embedded.node_build import NodeBuild

SOURCES = Path(__file__).with_name("gateway")
# esbuild's output is an ES module; some packages inside still call require() for Node's own modules.
BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
ESBUILD = (
    "node_modules/esbuild/bin/esbuild",
    "host.ts",
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--target=node20",
    "--log-level=warning",
    f"--banner:js={BANNER}",
    "--outfile=host.mjs",
)


def build_gateway(into: Path, progress: Callable[[str], None] = lambda _: None) -> Path:
    """The bundled host, `<into>/<content hash>/host.mjs`; built unless there is one. Raises BuildError.

    Of the 150 MB of packages that it is made from, the one file remains.
    """
    return gateway_build(SOURCES).build(into, progress)


def gateway_build(sources: Path) -> NodeBuild:
    return NodeBuild(
        title="The gateway",
        sources=sources,
        files=[*sources.glob("*.ts"), sources / "package.json", sources / "package-lock.json"],
        commands=[ESBUILD],
        product="host.mjs",
    )
