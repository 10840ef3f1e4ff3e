"""Who decided what about exactly which words; a draft's standing follows from its reviews.

Rights and gates stand here and nowhere else, so that the page and the command line cannot differ.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from marketing import people
from marketing.campaigns import versions
from marketing.drafts.copy import Copy, Problem
from marketing.errors import ConflictError, GateError, InputError, printable
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.records import DraftRecord, ReviewRecord, digest

Standing = Literal["waiting", "approved", "rejected", "changes", "edited"]
Slots = Mapping[str, Sequence[str]]
Recheck = Callable[[DraftRecord, Slots], tuple[Copy, Sequence[Problem]]]

STANDINGS: dict[str, Standing] = {
    "approve": "approved",
    "reject": "rejected",
    "changes": "changes",
    "edit": "edited",
}
CHOICES = ("approve", "reject", "changes")  # what a person may decide; an edit is made, not decided
REASON_LIMIT = 2_000  # characters
SHOWN_PROBLEMS = 5  # blocking problems told in full; the rest are counted
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # overrides that make text read as other text


def standing(draft: DraftRecord, reviews: Iterable[ReviewRecord]) -> Standing:
    """Where a draft stands: what its last review says, oldest first, about exactly the words it holds now."""
    if Copy(slots=draft.copy["slots"]).digest() != draft.digest:
        return "waiting"  # the words were changed behind the ledger's back; no decision was about these
    found: Standing = "waiting"
    for review in reviews:
        if review.draft == draft.draft and review.digest == draft.digest:
            found = STANDINGS[review.decision]
    return found


def standings(drafts: Iterable[DraftRecord], reviews: Iterable[ReviewRecord]) -> dict[str, Standing]:
    """The standing of each draft, by its id."""
    by_draft: dict[str, list[ReviewRecord]] = {}
    for review in reviews:
        by_draft.setdefault(review.draft, []).append(review)
    return {draft.draft: standing(draft, by_draft.get(draft.draft, [])) for draft in drafts}


def blocking(draft: DraftRecord) -> list[dict[str, Any]]:
    """The problems for which a draft may not leave."""
    return [problem for problem in draft.problems if problem.get("severity") == "block"]


def decide(
    ledger: Ledger,
    draft_id: str,
    digest: str,
    decision: str,
    reason: str,
    person: Person,
    *,
    own_approval: bool,
    at: dt.datetime,
    key: str,
) -> ReviewRecord:
    """Keep a person's decision about the words with this digest; the same `key` again decides nothing more.

    Raises:
        RightsError: the person's role may not review.
        ConflictError: the words were edited, or are not those with this digest; or the key was used otherwise.
        GateError: approval of words with blocking problems, or of one's own where `own_approval` is false.
        InputError: no such decision, or none of the reason that rejecting and asking for changes need.
    """
    people.require(person, "review")
    draft = ledger.draft(draft_id)
    record = ReviewRecord(key, draft_id, digest, decision, tidy_reason(decision, reason), person.name, person.role, at)
    if earlier := _same_key(ledger, record):
        return earlier
    _refuse_other_words(ledger, draft, digest)
    if decision == "approve":
        _pass_gates(draft, person, own_approval=own_approval)
    if not ledger.add_review(record):
        return _same_key(ledger, record) or record
    return record


def edit(ledger: Ledger, draft_id: str, slots: Slots, person: Person, recheck: Recheck, at: dt.datetime) -> DraftRecord:
    """Put new words in the place of a draft's: a new draft, checked anew by `recheck`; the old one is "edited".

    The same edit again gives the draft that is there.

    Raises:
        RightsError: the person's role may not edit.
        ConflictError: the draft was edited meanwhile; the newer words are told.
        InputError: nothing was changed.
    """
    people.require(person, "edit")
    parent = ledger.draft(draft_id)
    copy, problems = recheck(parent, slots)
    words = copy.digest()
    if words == parent.digest:
        raise InputError(f"The words of draft {draft_id} are as they were; nothing was saved. Change a line first.")
    record = DraftRecord(
        draft="d" + digest([parent.draft, words])[:12],
        digest=words,
        brief=parent.brief,
        title=parent.title,
        segment=parent.segment,
        channel=parent.channel,
        variant=parent.variant,
        language=parent.language,
        copy=copy.model_dump(mode="json"),
        problems=[problem.model_dump(mode="json") for problem in problems],
        writer="person",
        prompt="",
        cost=None,
        created_at=at,
        created_by=person.name,
        parent=parent.draft,
    )
    review = ReviewRecord(f"edit-{record.draft}", parent.draft, parent.digest, "edit", "", person.name, person.role, at)
    if (newer := versions.next_version(ledger, parent)) and newer.draft != record.draft:
        raise ConflictError(_edited(parent, newer))
    ledger.add_edit(record, review)
    return ledger.draft(record.draft)


def tidy_reason(decision: str, reason: str) -> str:
    """The reason as it is kept.

    Raises:
        InputError: there is no such decision, a reason is missing, too long or holds control characters.
    """
    if decision not in CHOICES:
        raise InputError(f"There is no decision {printable(decision)!r}. Choose one of: {', '.join(CHOICES)}.")
    reason = reason.strip()
    if not reason and decision != "approve":
        what = "Rejecting" if decision == "reject" else "Asking for changes"
        raise InputError(f"{what} needs a reason that tells the writer what to do. Give one with --reason.")
    if len(reason) > REASON_LIMIT:
        raise InputError(f"The reason has {len(reason):,} characters; {REASON_LIMIT:,} are kept. Shorten it.")
    if any((unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or c in DIRECTIONS for c in reason):
        raise InputError("The reason holds control or direction characters. Type it as plain text.")
    return reason


def _same_key(ledger: Ledger, record: ReviewRecord) -> ReviewRecord | None:
    earlier = ledger.review(record.review)
    if earlier is None:
        return None
    asked = (record.draft, record.digest, record.decision, record.by)
    if asked != (earlier.draft, earlier.digest, earlier.decision, earlier.by):
        raise ConflictError(
            f"The key {printable(record.review)!r} was used already: {earlier.by} decided {earlier.decision!r} "
            f"on draft {earlier.draft}. Nothing was changed; make a new key for a new decision."
        )
    return earlier


def _refuse_other_words(ledger: Ledger, draft: DraftRecord, digest: str) -> None:
    if newer := versions.next_version(ledger, draft):
        raise ConflictError(_edited(draft, newer))
    if Copy(slots=draft.copy["slots"]).digest() != draft.digest:
        raise GateError(
            f"The words of draft {draft.draft} in the ledger are not those that were written. "
            "Nobody can decide on them; find out what happened: marquee audit --verify"
        )
    if digest != draft.digest:
        raise ConflictError(
            f"The words of draft {draft.draft} are not those you decided on: they have the digest "
            f"{draft.digest}, not {printable(digest, 64)!r}. Read them again, then decide."
        )


def _edited(draft: DraftRecord, newer: DraftRecord) -> str:
    told = [
        f"{change.slot} {change.index + 1} was {printable(change.before, 100)!r}, is {printable(change.after, 100)!r}"
        for change in versions.changes(draft, newer)
    ]
    return (
        f"The words changed: {newer.created_by} edited draft {draft.draft}, which lives on as {newer.draft}. "
        f"{'; '.join(told)}. Look at {newer.draft}."
    )


def _pass_gates(draft: DraftRecord, person: Person, *, own_approval: bool) -> None:
    if problems := blocking(draft):
        told = [f"{p.get('slot')} {int(p.get('index', 0)) + 1}: {p.get('message')}" for p in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            told.append(f"... and {len(problems) - SHOWN_PROBLEMS:,} more")
        raise GateError(
            f"Draft {draft.draft} cannot be approved while something blocks it. {'; '.join(told)}. Edit it first."
        )
    if not own_approval and draft.created_by == person.name:
        raise GateError(
            f"{person.name} wrote draft {draft.draft}, and in this workspace nobody approves their own words "
            "(own_approval in settings.toml). Ask another approver."
        )
