"""The browser that the tests drive: the machine's own Chromium."""

from fixtures.debian import find_program

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
    return find_program(
        *NAMES,
        package="chromium",
        otherwise="NO BROWSER: the web app is not tested. Install Chrome, or: apt-get install chromium.",
    )
