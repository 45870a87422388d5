"""Run a program that dies with its parent: `python launch.py PARENT_PID PROGRAM ARGS…`. Run as a file, not imported.

The kernel sends the program SIGTERM when the thread that started it ends, also after `kill -9`
(prctl(2), PR_SET_PDEATHSIG; it survives execve). A child of its own does the call, rather than a `preexec_fn`, which
would run Python between fork and exec in a process that has threads and can deadlock there. Elsewhere than on Linux
the program simply runs on, and the next start shuts it down as a leftover.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for the signal, make sure that the parent did not die before that, and become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the parent is gone already")
    os.execv(program[0], program)  # noqa: S606 (no shell is the point)


if __name__ == "__main__":
    main()
