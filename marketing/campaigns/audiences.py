"""The people of one segment on their way out: the ids that they are stored under, and nothing else of them."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from marketing import people
from marketing.errors import GateError, MissingError, printable
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.segments.fairness.sizes import DESCRIBED
from marketing.workspace import Workspace

NAME = "audience"  # as the command line and the audit trail have it
TITLE = "A list of people"
ACTION = "export"
SUFFIX, MEDIA_TYPE = ".csv", "text/csv"


@dataclass(frozen=True)
class Audience:
    """A list ready to leave: a CSV with the column `person`, a row each, by id."""

    segment: str
    name: str
    people: int
    content: bytes = field(repr=False)


def prepare(workspace: Workspace, segment: str, *, person: Person) -> Audience:
    """The list of a segment's people; it has not left, until `record` says so.

    Raises:
        RightsError: the person may not take it.
        MissingError: there are no segments, or none of that id.
        GateError: it has fewer people than a segment may be told of.
    """
    people.require(person, ACTION)
    segments = workspace.read("segments", ["segment", "name"]).set_index("segment")["name"]
    if segment not in segments.index:
        raise MissingError(f"There is no segment {printable(segment)!r}. There are: {', '.join(segments.index)}.")
    found = workspace.read("assignments", ["person"], filters=[("segment", "==", segment)])
    if reason := refusal(len(found)):
        raise GateError(reason)
    content = found.sort_values("person").to_csv(index=False, lineterminator="\r\n").encode()
    return Audience(segment, str(segments[segment]), len(found), content)


def refusal(size: int) -> str:
    """Why a segment of so many people may not leave as a list; "" where it may."""
    if size >= DESCRIBED:
        return ""
    return (
        f"A list of fewer than {DESCRIBED} people is not handed out: it would be near to naming them, and ad platforms "
        "do not serve so few. Choose a larger segment."
    )


def record(ledger: Ledger, audience: Audience, file: str, *, person: Person, at: dt.datetime) -> None:
    """Write into the audit trail that the list leaves."""
    detail = {
        "file": file,
        "bytes": len(audience.content),
        "sha256": hashlib.sha256(audience.content).hexdigest(),
        "rows": audience.people,
        "segment": audience.segment,
        "name": audience.name,
    }
    ledger.append_audit(at, person.name, "export", NAME, detail)
