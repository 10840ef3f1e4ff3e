"""How the words of a draft came to be: its versions, and what changed from one to the next."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from marketing.ledger import Ledger
from marketing.records import DraftRecord

WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Part:
    """A stretch of a line that stayed, was taken out or was put in."""

    kind: Literal["same", "out", "in"]
    text: str


@dataclass(frozen=True)
class Change:
    """One line that differs; `before` or `after` is empty where the line was added or taken away."""

    slot: str
    index: int
    before: str
    after: str

    def parts(self) -> list[Part]:
        """The change word by word, in reading order."""
        old, new = WORDS.findall(self.before), WORDS.findall(self.after)
        found: list[Part] = []
        for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                found.append(Part("same", "".join(old[a:b])))
                continue
            found += [Part("out", "".join(old[a:b]))] if b > a else []
            found += [Part("in", "".join(new[c:d]))] if d > c else []
        return found


def versions(ledger: Ledger, draft: DraftRecord) -> list[DraftRecord]:
    """The drafts that these words came from, oldest first, and the draft itself at the end."""
    line = [draft]
    while line[0].parent:
        line.insert(0, ledger.draft(line[0].parent))
    return line


def next_version(ledger: Ledger, draft: DraftRecord) -> DraftRecord | None:
    """The draft that these words were edited into, if they were."""
    among = ledger.drafts(title=draft.title, segment=draft.segment, channel=draft.channel)
    return next((other for other in among if other.parent == draft.draft), None)


def changes(before: DraftRecord, after: DraftRecord) -> list[Change]:
    """The lines that differ, in the order of the slots."""
    old, new = _lines(before), _lines(after)
    return [
        Change(slot, index, old.get((slot, index), ""), new.get((slot, index), ""))
        for slot, index in dict.fromkeys([*new, *old])
        if old.get((slot, index)) != new.get((slot, index))
    ]


def _lines(draft: DraftRecord) -> dict[tuple[str, int], str]:
    slots: dict[str, Sequence[str]] = draft.copy["slots"]
    return {(slot, index): text for slot, lines in slots.items() for index, text in enumerate(lines)}
