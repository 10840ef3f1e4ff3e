"""Claims: every number, date, price, rank, award and quote in copy needs a fact of the brief that says the same.

`check` answers with what no fact bears out; `link` with what one does, for the claim ledger of a draft. A fact
supports copy while it holds, in the brief's territory, under no embargo; the claims that come with copy are
believed only where the fact's own words bear them out.
"""

from collections import Counter
from collections.abc import Iterator

from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.checks.claims import ledger, verbatim, words
from marketing.drafts.copy import Claim, Copy, Problem
from marketing.errors import printable

NAME = "claims"
MOST = 50  # unborne statements told of one line; more are the same again
RULE = "Rule: what copy says as true needs a fact (FTC, truth in advertising)."


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """What the copy asserts and no live fact bears out (block), and claims that point nowhere (warn)."""
    return [*_unborne(copy, brief), *_dangling(copy, brief), *_unread(copy, brief)]


def link(copy: Copy, brief: Brief) -> list[Claim]:
    """The claims in copy that a fact bears out: each span's words and the id of the fact, in order of place."""
    found = {
        (entry.slot, entry.index, entry.start, entry.end): Claim(
            slot=entry.slot, index=entry.index, text=entry.text, fact=entry.fact
        )
        for entry in ledger.entries(copy, brief)
        if entry.fact is not None
    }
    places = {(slot, index): place for place, (slot, index, _) in enumerate(copy.lines())}
    for slot, index, text in copy.lines():
        borne = {claim.fact for (at, place, _, _), claim in found.items() if (at, place) == (slot, index)}
        for start, end, fact in verbatim.find(text, brief):
            if fact not in borne:
                found[slot, index, start, end] = Claim(slot=slot, index=index, text=text[start:end], fact=fact)
    ordered = sorted(found, key=lambda key: (places[key[0], key[1]], key[2], key[3]))
    return [found[key] for key in ordered]


def _unborne(copy: Copy, brief: Brief) -> Iterator[Problem]:
    told: Counter[tuple[str, int]] = Counter()
    for entry in ledger.entries(copy, brief):
        told[entry.slot, entry.index] += entry.fact is None
        if entry.fact is None and told[entry.slot, entry.index] <= MOST:
            yield Problem(
                check=NAME,
                severity="block",
                slot=entry.slot,
                index=entry.index,
                span=(entry.start, entry.end),
                message=f"“{printable(entry.text)}”: {printable(entry.reason, 200)}. {RULE}",
                suggestion=entry.instead,
            )


def _dangling(copy: Copy, brief: Brief) -> Iterator[Problem]:
    known = {fact.id for fact in brief.all_facts()}
    for claim in copy.claims:
        if claim.fact not in known:
            line = copy.line(claim.slot, claim.index)
            start = max(0, line.find(claim.text))
            end = start + len(claim.text) if claim.text and claim.text in line else len(line)
            message = f"The claim points to a fact that the brief does not have: {printable(claim.fact)}."
            yield Problem(
                check=NAME, severity="warn", slot=claim.slot, index=claim.index, span=(start, end), message=message
            )


def _unread(copy: Copy, brief: Brief) -> Iterator[Problem]:
    language = brief.language.partition("-")[0].lower()
    if language and language not in words.LANGUAGES:
        for slot, index, _ in copy.lines()[:1]:
            message = (
                f"Claims in {printable(language)} are read for digits, prices and quotes only: "
                "numbers in words, ranks and awards need a person's eye."
            )
            yield Problem(check=NAME, severity="warn", slot=slot, index=index, message=message)
