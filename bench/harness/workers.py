"""Several chat servers on all cores: `python workers.py PORT ...`, each with this process's environment.

They end with it: the harness ends the process group.
"""

import os
import subprocess
import sys


def main(ports: list[str]) -> None:
    # The harness gives what it measures one core, and its load the other.
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    servers = [
        subprocess.Popen([sys.executable, "-m", "chatServer"], env={**os.environ, "CLARITY_PORT": port})
        for port in ports
    ]
    for server in servers:
        server.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
