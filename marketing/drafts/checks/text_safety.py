"""Text safety: nothing in copy that a machine would run, no character that a reader cannot see, nothing left over."""

from collections.abc import Iterator

from marketing.drafts import hazards, links
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.drafts.hazards import Hazard
from marketing.errors import printable

NAME = "text_safety"
MOST = 20  # problems told of one line; more are the same again
MESSAGES = {
    "markup": "Markup or a script: copy is plain text (OWASP, cross-site scripting).",
    "formula": "A spreadsheet would run this as a formula (OWASP, CSV injection).",
    "placeholder": "A placeholder that nobody filled in.",
    "instruction": "An instruction to a machine, not to a reader (OWASP, prompt injection).",
    "chatter": "The writer's own words, not copy.",
    "hidden": "Characters that a reader cannot see: take them out (Unicode TR36, security).",
}
SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "lnkd.in"}
    | {"shorturl.at", "tiny.cc", "rb.gy", "t.ly"}
)
RUNS = ("javascript", "vbscript", "data", "file")


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """Markup, formulas, placeholders, instructions, chatter, hidden characters, disguised links (block); and facts
    of the brief that hold an instruction or markup (warn)."""
    return [*_hazards(copy, brief), *_links(copy), *_facts(copy, brief)]


def _hazards(copy: Copy, brief: Brief) -> Iterator[Problem]:
    names = [name for name in (brief.title.name, brief.title.title, brief.brand.name) if name]
    for slot, index, text in copy.lines():
        told = [hazard for hazard in hazards.find(text) if not _is_a_name(hazard, text, names)]
        for hazard in told[:MOST]:
            yield Problem(
                check=NAME,
                severity="block",
                slot=slot,
                index=index,
                span=(hazard.start, hazard.end),
                message=MESSAGES[hazard.kind],
                suggestion=hazard.instead,
            )


def _is_a_name(hazard: Hazard, text: str, names: list[str]) -> bool:
    """Whether the marked words stand in a name: a film may be called [REC], a game XXX."""
    if hazard.kind == "hidden":
        return False
    said = text[hazard.start : hazard.end].casefold()
    return any(said in name.casefold() for name in names)


def _links(copy: Copy) -> Iterator[Problem]:
    for slot, index, text in copy.lines():
        for link in links.find(text):
            danger = _danger(link)
            if danger:
                yield Problem(
                    check=NAME,
                    severity="block",
                    slot=slot,
                    index=index,
                    span=(link.start, link.end),
                    message=f"{printable(link.text)}: {danger} Write the plain address.",
                )


def _danger(link: links.Link) -> str:
    if link.scheme in RUNS:
        return "an address that runs or opens something by itself."
    if link.user and link.scheme:
        return "an address with a user part, which hides where it leads."
    if "xn--" in link.host or not link.host.isascii():
        return "an address in letters that look like others."
    if links.is_ip(link.host):
        return "an address by number, which says not whose it is."
    return "a shortened address, which hides where it leads." if link.host in SHORTENERS else ""


def _facts(copy: Copy, brief: Brief) -> Iterator[Problem]:
    for fact in brief.facts:
        found = hazards.find(fact.text)
        for slot, index, _ in copy.lines()[:1] if found else []:
            message = f"Fact {printable(fact.id)} of the brief supports nothing: {MESSAGES[found[0].kind]}"
            yield Problem(check=NAME, severity="warn", slot=slot, index=index, message=message)
