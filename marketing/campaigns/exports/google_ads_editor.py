"""Google Ads Editor: approved responsive search ads as a CSV that the Editor imports, every ad paused.

Columns and limits: https://support.google.com/google-ads/editor/answer/57747. The Editor reads English headers
only and sends cells to the platform as they are, so a cell that a spreadsheet would run is refused, not prefixed.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from marketing.campaigns import approved, cells
from marketing.campaigns.approved import Approved
from marketing.campaigns.exports import Material, Rendered
from marketing.errors import GateError, printable

TITLE = "Google Ads Editor"
SUFFIX = ".csv"
MEDIA_TYPE = "text/csv"
ALIASES = ()
ACTION = "export"

CHANNEL = "google_rsa"
SLOTS = {"headline": ("Headline", 15), "description": ("Description", 4), "path": ("Path", 2)}
TEXT_COLUMNS = [f"{name} {place}" for name, most in SLOTS.values() for place in range(1, most + 1)]
COLUMNS = ["Campaign", "Ad Group", "Ad type", *TEXT_COLUMNS, "Final URL", "Status"]


def render(material: Material) -> Rendered:
    """A row for each approved ad: the campaign is named after the title, the ad group after the segment.

    Raises:
        GateError: no ad may leave; or one has no address to lead to, too many lines, or a cell that would run.
    """
    leaving, kept = approved.gather(material.workspace, material.ledger, CHANNEL, material.today)
    if not leaving:
        raise GateError(
            "\n".join([*kept, "No Google search ad is approved and may leave. Approve drafts of google_rsa first."])
        )
    campaigns = _distinct((a.draft.title, a.title.called) for a in leaving)
    groups = _distinct((a.draft.segment, a.segment) for a in leaving)
    rows = [_row(each, campaigns[each.draft.title], _group(each, groups, material)) for each in leaving]
    if faults := [fault for each, row in zip(leaving, rows, strict=True) for fault in _faults(each, row)]:
        raise GateError("\n".join(faults))
    return Rendered(_csv(rows), len(rows), tuple(a.draft.draft for a in leaving), tuple(kept))


def _row(ad: Approved, campaign: str, group: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"Campaign": campaign, "Ad Group": group, "Ad type": "Responsive search ad"}
    for slot, (name, _) in SLOTS.items():
        row |= {f"{name} {place}": text for place, text in enumerate(ad.slots.get(slot, []), start=1)}
    return row | {"Final URL": ad.title.url.strip(), "Status": "Paused"}


def _group(ad: Approved, groups: dict[str, str], material: Material) -> str:
    name = groups[ad.draft.segment] or "Everyone"
    return name if ad.draft.language == material.settings.language else f"{name} ({ad.draft.language})"


def _distinct(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A name for each id; where two ids have the same name, the id stands behind it."""
    ids: dict[str, set[str]] = defaultdict(set)
    called = dict(named)
    for key, name in called.items():
        ids[name.casefold()].add(key)
    return {key: name if len(ids[name.casefold()]) == 1 else f"{name} ({key})" for key, name in called.items()}


def _faults(ad: Approved, row: dict[str, str]) -> list[str]:
    draft = f"Draft {ad.draft.draft}"
    found = [
        f"{draft}: {SLOTS[slot][0].lower()} lines are more than the {SLOTS[slot][1]} that the Editor takes. Edit it."
        for slot, lines in ad.slots.items()
        if slot in SLOTS and len(lines) > SLOTS[slot][1]
    ]
    found += [
        f"{draft}: {column} {printable(text)!r} would run as a formula in a spreadsheet. Reword it, and have it "
        "approved again."
        for column, text in row.items()
        if cells.runs(text)
    ]
    found += [
        f"{draft}: {column} {printable(text)!r} holds a line break or a control character. Edit it."
        for column, text in row.items()
        if text != cells.plain(text) or "\n" in text or "\t" in text
    ]
    if not _is_address(row["Final URL"]):
        found.append(
            f"{draft}: {ad.title.called!r} has no web address that the ad can lead to "
            f"(found {printable(row['Final URL'])!r}). Put its https address into the url column of titles."
        )
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in text)
    except ValueError:
        return False


def _csv(rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # with the mark, or Excel takes accents for two letters
