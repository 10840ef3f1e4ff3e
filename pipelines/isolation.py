"""One bad thing among many that are made in one pass: found by halves and left out, so that the others are made."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Made = TypeVar("Made")
Faults = dict[str, Exception]


def spared(make: Callable[[Sequence[str]], Made], names: Sequence[str]) -> tuple[Made, Faults]:
    """What `make` makes of all names that it can, and what went wrong with each of the others.

    Raises:
        Exception: what `make` raised, where no single name is to blame for it.
    """
    try:
        return make(names), {}
    except Exception as error:
        faults = _faults(make, names, error)
    return make([name for name in names if name not in faults]), faults


def _faults(make: Callable[[Sequence[str]], object], names: Sequence[str], error: Exception) -> Faults:
    """The fault of each name that has one, all of them together having raised `error`."""
    if len(names) < 2:
        return dict.fromkeys(names, error)
    found: Faults = {}
    for half in (names[: len(names) // 2], names[len(names) // 2 :]):
        try:
            make(half)
        except Exception as inner:
            found |= _faults(make, half, inner)
    if not found:  # each half does without the other: the fault is of no one of them
        raise error
    return found
