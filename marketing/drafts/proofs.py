"""Words made ready to be judged: claims linked to the facts that bear them out, every check run.

Words of a writer and of a person pass through here alike, so that an edit rests on facts as first words do.
"""

from collections.abc import Callable

from marketing.drafts import checks
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.checks import claims
from marketing.drafts.copy import Copy, Problem

Check = Callable[[Copy, Channel, Brief], list[Problem]]


def linked(copy: Copy, brief: Brief) -> Copy:
    """The same words, with every claim in them that a fact of the brief bears out, and no other.

    Where several facts would do, the one that `copy` names is taken.
    """
    return Copy(slots=copy.slots, claims=claims.link(copy, brief))


def proofread(
    copy: Copy, channel: Channel, brief: Brief, check: Check = checks.check_copy
) -> tuple[Copy, list[Problem]]:
    """The words with their claims linked, and what is wrong with them."""
    whole = linked(copy, brief)
    return whole, check(whole, channel, brief)
