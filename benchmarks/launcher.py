"""Runs a command and prints what it cost, from a process that is small itself.

A process's peak memory counts that of the process it was forked from, so nothing large may start what is measured.
Needs no import but the standard library's smallest, for the same reason.
"""

import os
import sys
import time


def main() -> None:
    """Run the command in the arguments, its output discarded; print wall and CPU seconds, peak RSS and exit code."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(sys.argv[1], sys.argv[1:])
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - started
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
