"""Checks of copy, one to a file: `check(copy, channel, brief) -> list[Problem]`.

A check is there by being in this folder. It is given copy as it came, however odd, and answers with problems;
it never raises for what the words are.
"""

from marketing import catalog
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem


def check_copy(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """Every problem of `copy` on `channel` under `brief`, in an order that depends on nothing else."""
    problems: set[Problem] = set()
    for name in catalog.names(__name__):
        problems.update(catalog.load(__name__, name).check(copy, channel, brief))
    order = {slot: place for place, slot in enumerate([*channel.slots, *sorted(set(copy.slots) - set(channel.slots))])}
    return sorted(problems, key=lambda p: (order.get(p.slot, len(order)), p.index, p.span, p.check, p.message))
