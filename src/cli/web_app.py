"""The web app's build, from webApp/ of the checkout, with the wheel's Node."""

from collections.abc import Callable
from pathlib import Path

from cli.project import Project
from embedded.errors import EmbeddedError
from embedded.node_build import NodeBuild

LOG_NAME = "web-build.log"


def prepare_web_app(project: Project, progress: Callable[[str], None]) -> Path | None:
    """The folder that the chat server serves: the setting CLARITY_WEB_ROOT, or else the build of webApp/.

    None where there is no webApp/ or it cannot be built: chatting and the API need no web app, so
    everything else starts. The reason is in the log then, which a build that works removes.
    """
    if given := project.environment.get("CLARITY_WEB_ROOT"):
        return project.root / Path(given).expanduser()
    sources = project.root / "webApp"
    if not (sources / "package.json").is_file():
        return None
    log = web_build_log(project)
    try:
        root = web_app_build(sources).build(project.home / "web", progress)
    except EmbeddedError as error:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{error}\n")
        return None
    log.unlink(missing_ok=True)
    return root


def web_build_log(project: Project) -> Path:
    """Exists exactly when the last build of the web app failed."""
    return project.logs / LOG_NAME


def web_app_build(sources: Path) -> NodeBuild:
    """What the app is made from; its tests and its checks are no part of that."""
    folders = [path for name in ("src", "public") for path in (sources / name).rglob("*")]
    files = [path for path in folders if path.is_file() and not _is_for_tests(path.relative_to(sources))]
    names = ("package.json", "package-lock.json", "vite.config.ts", "index.html", "docs.html")
    return NodeBuild(
        title="The web app",
        sources=sources,
        files=[*files, *(sources / name for name in names), sources / "scripts" / "compress.ts"],
        commands=[("node_modules/vite/bin/vite.js", "build"), ("scripts/compress.ts",)],
        product="dist",
    )


def _is_for_tests(path: Path) -> bool:
    return ".test." in path.name or path.is_relative_to("src/testing")
