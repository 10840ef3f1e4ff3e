"""Letters and other long texts: paragraphs from the lead to the invitation, and who writes."""

import itertools
from collections.abc import Iterator

from marketing.drafts.channels import Slot
from marketing.drafts.writers.offline import clauses, trimmings
from marketing.drafts.writers.offline.fitting import Fits
from marketing.drafts.writers.offline.sheet import FEW, WEAK, Sheet
from marketing.drafts.writers.offline.statements import Statement
from marketing.drafts.writers.offline.texts import following, options_of

LETTER_FACTS, PARAGRAPH = 5, 3  # statements beside the lead, and in one paragraph


def letters(sheet: Sheet, _: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
    """The one letter that `slot` has room for; none where an email lacks its address."""
    imprint = trimmings.imprint(sheet.voice.brief)
    mail = sheet.channel.rules.get("postal_address") == "required"
    if mail and not imprint:
        return
    paragraphs = list(_paragraphs(sheet))
    while paragraphs:
        text = (" " if sheet.channel.kind == "script" else "\n\n").join([*paragraphs, *([imprint] if mail else [])])
        if fitting(text) and text not in there:
            yield text
            return
        del paragraphs[-2 if len(paragraphs) > 2 else -1]


def _paragraphs(sheet: Sheet) -> Iterator[str]:
    """The lead; a mood; what else is known, quotes apart; the rating; the invitation with its address."""
    voice = sheet.voice
    moods = sheet.fresh(voice.sentences)
    strong = [s for s in voice.statements if s.appeal == voice.lead or s.appeal == "premise"]
    strong.sort(key=lambda s: s.appeal != ("premise" if voice.lead in WEAK else voice.lead))
    lead = None if voice.lead == "mood" else next(iter(strong or voice.statements), None)
    yield clauses.sentence(options_of(lead)[0]) if lead else next(moods, "")
    count = FEW - len(voice.statements)
    yield from itertools.islice(moods, max(count, 1 if lead else 0))
    rest = _unlike(sheet, lead)[:LETTER_FACTS]
    plain = [s for s in rest if s.appeal != "quote"]
    for start in range(0, len(plain), PARAGRAPH):
        said: list[str] = []
        for statement in plain[start : start + PARAGRAPH]:
            said.append(following(sheet, statement, said))
        yield " ".join(said)
    yield from (clauses.sentence(s.forms[0]) for s in rest if s.appeal == "quote")
    if sheet.owed:
        yield sheet.owed
        sheet.owed = ""
    call = next((c for c in sheet.fresh(voice.calls) if voice.names_title(c)), next(iter(voice.calls), ""))
    yield trimmings.linked(call, trimmings.link(voice.brief, sheet.channel))


def _unlike(sheet: Sheet, lead: Statement | None) -> list[Statement]:
    """What may follow the lead, without what it or another of them says as well."""
    kept = [lead] if lead else []
    for statement in sheet.after(lead):
        if not sheet.repeated(statement, [other.forms[0] for other in kept]):
            kept.append(statement)
    return [s for s in kept if s is not lead]
