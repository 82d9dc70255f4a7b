"""Start one command, wait for it, print its wall seconds, exit code and peak memory as JSON.

    python -I -S launch.py OUTPUT COMMAND...

The kernel counts the memory of whoever starts a process as that process's own, up to its first
instruction. So this starter is as small as Python can be, and imports nothing of the project.
"""

import json
import os
import sys
import time

UNITS_PER_KIB = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes


def main(output: str, command: list[str]) -> None:
    """Run `command` with its output in the file `output`."""
    target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = time.perf_counter()
    process = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, target, 1)]
    )
    _, status, usage = os.wait4(process, 0)
    found = {
        "seconds": time.perf_counter() - start,
        "exit_code": os.waitstatus_to_exitcode(status),
        "peak_mib": usage.ru_maxrss // UNITS_PER_KIB // 1024,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
