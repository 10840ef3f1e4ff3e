"""Exports: what leaves the house, one file for each format.

An option is a module here with

* `TITLE`: what people call the format; `SUFFIX` and `MEDIA_TYPE` of its files;
* `ALIASES`: shorter names that the command line takes too;
* `ACTION`: what someone must be allowed to do to take it ("export", or "read" for what everyone here may see);
* `render(material) -> Rendered`: the file's bytes; nothing else is done to the world.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from marketing import catalog, people
from marketing.errors import InputError, MissingError, printable
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.settings import Settings
from marketing.workspace import Workspace, write_atomically


@dataclass(frozen=True)
class Material:
    """What an export is made of."""

    workspace: Workspace
    ledger: Ledger
    settings: Settings
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day that facts must hold on."""
        return self.settings.day(self.now.astimezone().date())


@dataclass(frozen=True)
class Rendered:
    """A file's content. `left_out` says, a sentence each, what should have left and may not."""

    content: bytes
    rows: int
    drafts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """A file ready to leave, or gone."""

    name: str
    suffix: str
    media_type: str
    content: bytes = field(repr=False)
    rows: int
    drafts: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, as the audit trail has it."""
        return hashlib.sha256(self.content).hexdigest()


def names() -> list[str]:
    """The formats there are."""
    return catalog.names(__name__)


def asking(action: str) -> list[str]:
    """The formats that ask for this action to be allowed; their modules are loaded."""
    return [name for name in names() if action == option(name).ACTION]


def option(name: str) -> ModuleType:
    """The module of a format, by its name or one of its aliases.

    Raises:
        MissingError: there is no such format; the message lists those there are.
    """
    if name in names():
        return catalog.load(__name__, name)
    options = [catalog.load(__name__, each) for each in names()]
    found = next((each for each in options if name in each.ALIASES), None)
    if found is None:
        known = sorted({*names(), *(alias for each in options for alias in each.ALIASES)})
        raise MissingError(f"There is no export {printable(name)!r}. Choose one of: {', '.join(known)}.")
    return found


def prepare(
    name: str, workspace: Workspace, ledger: Ledger, *, person: Person, settings: Settings, now: dt.datetime
) -> Export:
    """The file that would leave; it has not, until `record` says so.

    Raises:
        MissingError: there is no such format, or nothing to put in it yet.
        RightsError: the person may not take it.
        GateError: something in it may not leave; the drafts are named.
    """
    made_by = option(name)
    people.require(person, made_by.ACTION)
    rendered: Rendered = made_by.render(Material(workspace, ledger, settings, now))
    return Export(
        made_by.__name__.rpartition(".")[2],
        made_by.SUFFIX,
        made_by.MEDIA_TYPE,
        rendered.content,
        rendered.rows,
        rendered.drafts,
        rendered.left_out,
    )


def record(ledger: Ledger, export: Export, file: str, *, person: Person, at: dt.datetime) -> None:
    """Write into the audit trail that the file leaves."""
    detail = {
        "file": file,
        "bytes": len(export.content),
        "sha256": export.digest,
        "rows": export.rows,
        "drafts": list(export.drafts),
        "left_out": list(export.left_out),
    }
    ledger.append_audit(at, person.name, "export", export.name, detail)


def export(
    name: str,
    workspace: Workspace,
    ledger: Ledger,
    out: Path,
    *,
    person: Person,
    settings: Settings,
    now: dt.datetime,
) -> Export:
    """Write the file to `out`, whole or not at all, over a file that is there; the audit trail has it before.

    Raises:
        InputError: `out` is a folder, is in none, has another format's suffix, or cannot be written.
        MissingError, RightsError, GateError: as `prepare`.
    """
    made_by = option(name)
    target = place(made_by.TITLE, made_by.SUFFIX, out)
    ready = prepare(name, workspace, ledger, person=person, settings=settings, now=now)
    record(ledger, ready, target.name, person=person, at=now)
    try:
        write_atomically(target, ready.content)
    except OSError as error:
        failed = {"file": target.name, "sha256": ready.digest, "reason": str(error.strerror)}
        ledger.append_audit(now, person.name, "export failed", ready.name, failed)
        raise InputError(f"{out} cannot be written: {error.strerror}. Choose another place.") from error
    return ready


def place(title: str, suffix: str, out: Path) -> Path:
    """Where a file of that kind may be written.

    Raises:
        InputError: `out` is a folder, is in none, or has another suffix.
    """
    if out.is_dir():
        raise InputError(f"{out} is a folder. Name a file in it: {out / ('export' + suffix)}")
    if out.exists() and not out.is_file():
        raise InputError(f"{out} is no file that can be replaced. Choose another place.")
    if not out.parent.is_dir():
        raise InputError(f"There is no folder {out.parent}. Make it first, or choose another place.")
    if out.suffix.lower() != suffix:
        raise InputError(f"{title} is a {suffix} file, and {out.name} is named otherwise. Rename it.")
    return out.resolve()
