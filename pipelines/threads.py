"""One thread for arithmetic in this process: many trends are many small sums, which more threads only wait on.

With two threads under load a run took seven times the processor time.
"""

import contextlib
import os
from collections.abc import Iterator

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # for libraries that are loaded within


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """BLAS and OpenMP work on one thread, those loaded already and those loaded until it ends."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
