"""What the settings may let in, and what no setting can."""

from collections.abc import Mapping

from marketing.errors import InputError, printable
from marketing.segments.fairness.recognition import kept_out

REASON_WORDS = 3  # fewer are no reason that anybody could check later


def check(allowed: Mapping[str, str]) -> None:
    """Hold what the settings let in (column -> reason) to the law.

    Raises:
        InputError: a column tells a special category, or has no reason in words; every fault is told.
    """
    if faults := [fault for name, reason in allowed.items() if (fault := _fault(name, reason))]:
        raise InputError(" ".join(faults))


def _fault(name: str, reason: str) -> str:
    shown = printable(name, 40)
    found = kept_out(name, [])
    if found is not None and not found.setting:
        return (
            f"{shown} cannot be let in: it tells {found.id}, which the law keeps out of advertising by profile "
            f"({found.source}; Digital Services Act Art. 26(3)), whatever the reason. Take it out of `allowed`."
        )
    if len(reason.split()) < REASON_WORDS:
        return (
            f"{shown} is let in without a reason. Write in a few words what it is needed for, as in "
            f'`[allowed]` `{shown} = "menswear is sold by size and cut"`; the words are stored with every run.'
        )
    return ""
