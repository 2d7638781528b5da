"""Several chat servers on all cores: `python workers.py PORT ...`, each with this process's environment.

They end with it: the harness ends the process group. With CLARITY_BENCH_CORE_SHARE each gets that share of a
core and no more (a control group of its own, for which one has to be root): where the load, the model and
Postgres leave no second core, that tells what a second server adds.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CPU_GROUPS = Path("/sys/fs/cgroup/cpu")
# Short, so that a server is held up for a few milliseconds at a time.
PERIOD_MICROSECONDS = 10_000


def main(ports: list[str], share: float | None) -> None:
    # The harness gives what it measures one core, and its load the other.
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    servers = [
        subprocess.Popen([sys.executable, "-m", "chatServer"], env={**os.environ, "CLARITY_PORT": port})
        for port in ports
    ]
    for server in servers:
        if share:
            limit(server.pid, share)
    for server in servers:
        server.wait()


def limit(pid: int, share: float) -> None:
    """The process, and the threads that it begins from here on, get this share of a core."""
    groups = CPU_GROUPS / "clarity-bench"
    group = groups / str(pid)
    group.mkdir(parents=True)
    for other in groups.glob("*/"):
        # Of a run before, whose servers were ended with this process. One that is in use stays.
        with suppress(OSError):
            if other != group:
                other.rmdir()
    (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
    (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_MICROSECONDS * share)))
    (group / "cgroup.procs").write_text(str(pid))


if __name__ == "__main__":
    given = os.environ.get("CLARITY_BENCH_CORE_SHARE")
    main(sys.argv[1:], float(given) if given else None)
