"""Let a process end with the one that started it, however that one went."""

import os
import threading
import time

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
