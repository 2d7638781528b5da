"""What the doctor looks at on this machine, before anything has to run: one sentence each, and what to do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli import install
from cli.errors import UsageRefused
from cli.hosted import HostedSettings, read_hosted
from cli.model import default_model, is_offline
from cli.ports import Ports, remembered_ports
from cli.project import Project
from cli.web_app import web_build_log
from core.agents.providers import PROVIDER_KEY_VARIABLES
from embedded.errors import EmbeddedError
from embedded.ports import is_free
from embedded.postgres import binaries
from embedded.wheels import node

# Enough for the gateway's build (200 MB) and a database that grows.
MIN_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `advice` says what to do; a finding that is well may have some, too."""

    is_well: bool
    sentence: str
    advice: str | None = None


def well(sentence: str, advice: str | None = None) -> Finding:
    return Finding(is_well=True, sentence=sentence, advice=advice)


def wrong(sentence: str, advice: str) -> Finding:
    return Finding(is_well=False, sentence=sentence, advice=advice)


def machine_findings(project: Project) -> Iterator[Finding]:
    """Python, packages, programs, disk and folders."""
    yield python_version()
    yield packages()
    yield postgres_program()
    yield node_program()
    yield gateway_bundle(project.home)
    yield web_app(project)
    yield free_disk(project.home)
    if project.home.is_dir():
        yield from home_folder(project.home)
    yield model_key(project)


def settings_finding(project: Project) -> tuple[Finding, HostedSettings | None]:
    """Which Supabase is meant, and its settings if it is not the embedded one."""
    try:
        hosted = read_hosted(project.environment)
    except UsageRefused as error:
        return wrong(str(error), error.hint or ""), None
    if hosted is None:
        return well(f"The embedded Supabase is used; its data is in {project.home}."), None
    return well(f"The Supabase at {hosted.supabase_url} is used."), hosted


def python_version() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.prefix == sys.base_prefix:
        return well(f"Python is {version}, outside of a virtual environment.")
    return well(f"Python is {version}, in {sys.prefix}.")


def packages() -> Finding:
    installed, wanted = install.installed_state(), install.wanted_state(dev=False)
    if not installed:
        return well("The packages were not installed by make setup, so their versions are not checked.")
    if any(installed.get(key) != value for key, value in wanted.items()):
        return wrong("The packages are not those of requirements.lock.", "Install them: make setup")
    return well("The packages are those of requirements.lock.")


def postgres_program() -> Finding:
    try:
        return well(f"Postgres is in {binaries()}.")
    except EmbeddedError as error:
        return wrong(str(error.args[0]), error.hint)


def node_program() -> Finding:
    try:
        version = subprocess.run(
            [node(), "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except EmbeddedError as error:
        return wrong(str(error.args[0]), error.hint)
    except (OSError, subprocess.CalledProcessError) as error:
        return wrong(f"Node does not run: {error}", "Install it again: make clean setup")
    return well(f"Node is {version}.")


def gateway_bundle(home: Path) -> Finding:
    if any((home / "gateway").glob("*/host.mjs")):
        return well("The gateway is built.")
    return well("The gateway is not built yet: the first start does it, and downloads its npm packages.")


def web_app(project: Project) -> Finding:
    log = web_build_log(project)
    if log.exists():
        return wrong(
            "The web app could not be built, so there is a welcome page instead.",
            f"The reason is in {log}; the next start tries again.",
        )
    return well("No build of the web app has failed.")


def free_disk(home: Path) -> Finding:
    folder = home if home.is_dir() else home.parent
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        return wrong(
            f"Only {free // 1_000_000} MB of disk are free in {folder}.", "Make room: 1 GB at least."
        )
    return well(f"{free // 1_000_000_000} GB of disk are free.")


def home_folder(home: Path) -> Iterator[Finding]:
    """Whether we may write there, and whether others may read the secrets."""
    if os.access(home, os.W_OK | os.X_OK):
        yield well(f"{home} can be written to.")
    else:
        yield wrong(f"{home} cannot be written to.", "Run as the user who made it, or remove it.")
    for name in ("secrets.json", "state.json"):
        file = home / name
        if file.exists() and file.stat().st_mode & 0o077:
            yield wrong(f"Others may read {file}, which holds passwords.", f"Close it: chmod 600 '{file}'")


def model_key(project: Project) -> Finding:
    model = default_model(project.environment)
    if is_offline(model):
        some = ", ".join(list(PROVIDER_KEY_VARIABLES.values())[:3])
        return well(
            "No model key is set: agents run on offline:rules, no language model.",
            f"Set one of {some} in .env.",
        )
    return well(f"Agents run on {model} unless their row names another model.")


def port_findings(home: Path) -> Iterator[Finding]:
    """Whether the ports of the next start are free; a taken one is no harm, since another is found."""
    ports: Ports = remembered_ports(home)
    taken = {
        what: port
        for what, port in (
            ("web and API", ports.api),
            ("Supabase", ports.supabase),
            ("Postgres", ports.postgres),
        )
        if not is_free(port)
    }
    if not taken:
        yield well(f"The ports {ports.api}, {ports.supabase} and {ports.postgres} are free.")
    for what, port in taken.items():
        yield well(f"Port {port} ({what}) is taken by another program: the next start finds a free one.")
