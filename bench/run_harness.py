"""Runs Clarity in the peers' harness, beside those peers whose environments exist.

`make bench HARNESS=DIR [ARGS="--rounds 2 ..."]`, or `python bench/run_harness.py DIR [ARGS ...]`. DIR is the
harness (its README says how the environments are made, in $BENCH_HOME). The harness is copied to a temporary
folder, with this project's adapter as the peer `ours`, so nothing is written into it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Peer -> the environment that the harness's README makes for it.
ENVIRONMENTS = {
    "floor": "v-floor",
    "floor-aiohttp": "v-floor",
    "ref": "v-ref",
    "agno": "v-agno",
    "langgraph": "v-langgraph",
}


def main(harness: Path, arguments: list[str]) -> int:
    """The harness's own exit code."""
    home = Path(os.environ.get("BENCH_HOME") or Path(tempfile.gettempdir()) / "clarity-bench")
    python = home / "v-harness" / "bin" / "python"
    if not python.exists():
        sys.stderr.write(
            f"The harness's own environment is missing: make v-harness in {home} by its README.\n"
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="clarity-harness-") as folder:
        copy = Path(folder) / "bench"
        shutil.copytree(harness, copy, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(HERE / "harness" / "ours", copy / "peers" / "ours")
        for path in (Path(folder), copy, *copy.rglob("*")):
            # Where the harness lies it may be read-only.
            path.chmod(path.stat().st_mode | 0o200)
        peers = ["ours", *(peer for peer, name in ENVIRONMENTS.items() if (home / name).exists())]
        chosen = [] if "--peers" in arguments else ["--peers", ",".join(peers)]
        environment = {
            **os.environ,
            "CLARITY_BENCH_PYTHON": sys.executable,
            "CLARITY_BENCH_PREPARE": str(HERE / "harness" / "prepare.py"),
            "CLARITY_BENCH_WORKERS": str(HERE / "harness" / "workers.py"),
        }
        command = [python, copy / "run.py", *chosen, *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
