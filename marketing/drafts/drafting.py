"""Brief -> write -> check -> mend once -> Draft.

A draft carries its claims with the facts that bear them out, and whatever problems mending left. Its id follows
from what it was made of, so the same words for the same brief are the same draft.
"""

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from marketing.drafts import checks, writers
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.drafts.proofs import Check, proofread
from marketing.drafts.writers import Credit, WriteRequest
from marketing.titles import is_slug

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


class Draft(BaseModel):
    """Copy for one segment, title and channel, with what it rests on and what is wrong with it.

    `draft` is the id, `digest` that of the words alone, to which reviews are bound. `cost` holds what the chat
    model used; it is empty offline.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    draft: str
    digest: str
    title: str
    segment: str
    channel: str
    variant: int
    language: str
    words: Copy = Field(alias="copy")
    problems: list[Problem]
    brief: str
    writer: str
    prompt: str
    cost: dict[str, int | float] = Field(default_factory=dict)
    created_at: AwareDatetime
    parent: str = ""

    @property
    def blocked(self) -> bool:
        """Whether a problem stands in the way of approval."""
        return any(problem.blocks for problem in self.problems)

    def content(self) -> dict[str, Any]:
        """The draft as JSON, as `marquee draft` prints it."""
        return self.model_dump(mode="json", by_alias=True)


def draft(
    brief: Brief,
    channel: Channel,
    variant: int,
    writer: "Runnable[WriteRequest, Copy]",
    *,
    now: dt.datetime,
    seed: int = 0,
    check: Check = checks.check_copy,
) -> Draft:
    """Have copy written, checked, and mended once; what is still wrong then stands on the draft.

    Raises:
        WriterError: the writer could not answer; QuotaError where it will answer no further request.
    """
    from langchain_core.callbacks import UsageMetadataCallbackHandler

    usage = UsageMetadataCallbackHandler()
    request = WriteRequest(brief, channel, variant, seed)
    copy, problems = proofread(writer.invoke(request, {"callbacks": [usage]}), channel, brief, check)
    if _blocks(problems):
        again = WriteRequest(brief, channel, variant, seed, previous=copy, problems=tuple(problems))
        mended = proofread(writer.invoke(again, {"callbacks": [usage]}), channel, brief, check)
        copy, problems = min((mended, (copy, problems)), key=lambda tried: _blocks(tried[1]))
    if _blocks(problems):
        copy, problems = proofread(without(copy, problems, channel), channel, brief, check)
    credit = writers.credit(writer)
    return finished(
        copy, [*problems, *remarks(copy, channel, brief, credit)], brief, channel, variant, credit,
        cost=_cost(usage.usage_metadata), now=now,
    )  # fmt: skip


def finished(
    copy: Copy,
    problems: list[Problem],
    brief: Brief,
    channel: Channel,
    variant: int,
    credit: Credit,
    *,
    cost: dict[str, int | float],
    now: dt.datetime,
) -> Draft:
    """The draft of these words."""
    digest, language = copy.digest(), credit.languages[0] if credit.languages else brief.language or "en"
    if brief.language and _speaks(credit, brief.language):
        language = brief.language
    made_of = [brief.digest(), channel.id, variant, credit.writer, credit.prompt, digest]
    return Draft(
        draft=f"d-{hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]}",
        digest=digest,
        title=brief.title.title or brief.title.called,
        segment=brief.segment.segment if brief.segment else "",
        channel=channel.id,
        variant=variant,
        language=language,
        words=copy,
        problems=problems,
        brief=made_of[0],
        writer=credit.writer,
        prompt=credit.prompt,
        cost=cost,
        created_at=now.astimezone(dt.UTC),
    )


def without(copy: Copy, problems: list[Problem], channel: Channel) -> Copy:
    """`copy` without the lines that block, as far as each slot keeps as many as it must have."""
    bad = {(p.slot, p.index) for p in problems if p.blocks}
    slots: dict[str, list[str]] = {}
    for name, lines in copy.slots.items():
        kept = [line for index, line in enumerate(lines) if (name, index) not in bad]
        least = channel.slots[name].items[0] if name in channel.slots else 0
        if len(kept) < least:
            kept = lines
        if kept:
            slots[name] = kept
    return Copy(slots=slots, claims=copy.claims) if slots else copy


def remarks(copy: Copy, channel: Channel, brief: Brief, credit: Credit) -> list[Problem]:
    """What no check sees: a language the writer lacks, an email without a body for want of an address."""
    found = []
    first = next(iter(copy.slots), next(iter(channel.slots)))
    if brief.language and not _speaks(credit, brief.language):
        found.append(
            Problem(
                check="language",
                severity="warn",
                slot=first,
                message=f"The brief asks for {brief.language}; the {credit.writer} writer writes "
                f"{' and '.join(credit.languages)} only. Choose the chat_model writer, or have it translated.",
            )
        )
    title = brief.title
    if is_slug(title.called):
        found.append(
            Problem(
                check="name",
                severity="warn",
                slot=first,
                message=f"No name is known for {title.called}, so its id stands for it. Give the title a name.",
            )
        )
    needs_address = channel.rules.get("postal_address") == "required" and "body" in channel.slots
    if needs_address and not copy.slots.get("body"):
        found.append(
            Problem(
                check="email",
                severity="warn",
                slot="body",
                message="There is no body: it needs a postal address and a way out. "
                "Set brand.postal_address and brand.unsubscribe_url.",
            )
        )
    return found


def _blocks(problems: list[Problem]) -> int:
    return sum(problem.blocks for problem in problems)


def _speaks(credit: Credit, language: str) -> bool:
    spoken = language.casefold().partition("-")[0]
    return not credit.languages or spoken in credit.languages


def _cost(usage: Any) -> dict[str, int | float]:
    """Requests' tokens, summed over the models that answered."""
    total = {"input_tokens": 0, "output_tokens": 0}
    for used in usage.values():
        for name in total:
            total[name] += int(used.get(name, 0))
    return {name: count for name, count in total.items() if count}
