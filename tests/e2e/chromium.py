"""The browser that the tests drive: the machine's own Chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: root cannot have it. The rest keeps the browser from talking to anybody but the test's servers.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 300


def find_chromium() -> str:
    """Its program. Installed where that needs no asking (root on Debian); else the test is skipped."""
    if found := _installed():
        return found
    if os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        _install()
    if found := _installed():
        return found
    pytest.skip(
        "NO BROWSER: the web app is not tested. Install one: apt-get install chromium, or Google Chrome."
    )


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    # Past pytest's capture: it takes a while, and it changes the machine.
    (sys.__stderr__ or sys.stderr).write(f"\nInstalling the browser for the tests: {' '.join(command)}\n")
    for step in (["apt-get", "update"], command):
        subprocess.run(
            step,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=INSTALL_SECONDS,
            check=False,
        )
