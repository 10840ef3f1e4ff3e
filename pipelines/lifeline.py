"""Let a process end with the one that started it, however that one went."""

import os
import signal
import threading
import time
from pathlib import Path

SECONDS = 1.0  # between two looks


def end_with(parent: int) -> None:
    """From now on, end this process at once when `parent` is not the one that it belongs to any more.

    The kernel's own signal for it (PR_SET_PDEATHSIG) speaks of the thread that started a process, and servers
    start work from threads that come and go.
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="lifeline").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os._exit(1)


def interrupted_with(parent: int) -> None:
    """From now on, have this process interrupted, as by Ctrl-C, once `parent` is gone or was interrupted itself.

    make waits for what it started when it alone gets the signal of Ctrl-C, and only stops catching it.
    """
    threading.Thread(target=_interrupt, args=(parent, _catches(parent)), daemon=True, name="lifeline").start()


def _interrupt(parent: int, caught: bool) -> None:  # noqa: FBT001 - a thread's target
    while os.getppid() == parent and _catches(parent) == caught:
        time.sleep(SECONDS)
    os.kill(os.getpid(), signal.SIGINT)


def _catches(process: int) -> bool:
    """Whether a process has a handler for Ctrl-C; False where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGINT - 1)
