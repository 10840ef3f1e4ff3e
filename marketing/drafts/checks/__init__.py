"""Checks of copy, one to a file: `check(copy, channel, brief) -> list[Problem]`.

A check is there by being in this folder. It is given copy as it came, however odd, and answers with problems;
it never raises for what the words are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from marketing import catalog
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem

MOST = 50  # problems told by one check of one line; more are the same again


def check_copy(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """Every problem of `copy` on `channel` under `brief`, in an order that depends on nothing else."""
    problems = {
        problem
        for name in catalog.names(__name__)
        for problem in _first(catalog.load(__name__, name).check(copy, channel, brief))
    }
    order = {slot: place for place, slot in enumerate([*channel.slots, *sorted(set(copy.slots) - set(channel.slots))])}
    return sorted(problems, key=lambda p: (order.get(p.slot, len(order)), p.index, p.span, p.check, p.message))


def _first(problems: Iterable[Problem]) -> Iterator[Problem]:
    told: Counter[tuple[str, int]] = Counter()
    for problem in problems:
        told[problem.slot, problem.index] += 1
        if told[problem.slot, problem.index] <= MOST:
            yield problem
