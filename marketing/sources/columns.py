"""Which column of a file is which of ours: said by the user, or of the same name."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marketing import contracts
from marketing.errors import Fault, printable
from marketing.sources.headers import fold
from marketing.sources.sheets import Sheet

NAMED = 20  # columns of a file that a message lists
# What stands in rows of data and names no column; years do, side by side.
VALUE = re.compile(r"(?!(?:19|20)\d\d$)(?:[-+]?\d[\d.,]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})")


@dataclass(frozen=True)
class ColumnGuess:
    """A column of a file and what it is taken for: `how` is "said", "name", "source", "synonym" or "kept"."""

    theirs: str
    ours: str
    example: str
    how: str


@dataclass
class Assignment:
    """Our name and the position of each column, and what is wrong with the mapping."""

    positions: dict[str, int] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def assign(contract: contracts.Table, sheet: Sheet, mapping: Mapping[str, str], sets: Mapping[str, str]) -> Assignment:
    """Give each column its name of ours.

    `mapping` is ours -> theirs, `sets` ours -> the value for all rows; a set value replaces a column that a
    known platform's export was shaped into, but never one that the file itself has.
    """
    result, names = Assignment(), sheet.names
    said = _say(result, contract, names, mapping)
    ours = {fold(name): name for name in known_names(contract)}
    for at, theirs in enumerate(names):
        if at in said:
            continue
        name = ours.get(fold(theirs), theirs)
        if name in result.positions:
            why = f"one column for {name}"
            result.faults.append(Fault(why, "Rename or take out one of the two.", column=theirs))
            continue
        result.positions[name] = at
        result.how[name] = "source" if sheet.platform else "name" if name in ours.values() else "kept"
    _set(result, contract, sets, shaped=bool(sheet.platform))
    _miss(result, contract, sheet, sets)
    return result


def known_names(contract: contracts.Table) -> list[str]:
    """The names that columns of this table may have and that mean something."""
    extra = contracts.DIMENSIONS if contract.dimensions else ()
    return [*(c.name for c in contract.columns), *(n for n in extra if contract.column(n) is None)]


def listed(names: Sequence[str]) -> str:
    """The columns of a file, for a message."""
    shown = ", ".join(printable(name) for name in names[:NAMED] if name)
    return f"{shown}, ..." if len(names) > NAMED else shown


def _say(result: Assignment, contract: contracts.Table, names: Sequence[str], mapping: Mapping[str, str]) -> set[int]:
    said = set()
    for ours, theirs in mapping.items():
        near = _near(contract, ours)
        at = _position(names, theirs)
        if near:
            remedy = f"Did you mean --map {near}={theirs}?"
            result.faults.append(
                Fault(f"a column of the table {contract.name}", remedy, found=f"--map {ours}={theirs}")
            )
        elif at is None:
            remedy = f"The file has: {listed(names)}."
            result.faults.append(
                Fault(f"a column {printable(theirs)!r} in the file", remedy, found=f"--map {ours}={theirs}")
            )
        elif VALUE.fullmatch(names[at]) and 2 * sum(bool(VALUE.fullmatch(name)) for name in names) >= len(names):
            remedy = f"Add a row of names above the data; the file begins with {listed(names)}."
            result.faults.append(Fault("a row of column names first", remedy, found=f"--map {ours}={theirs}"))
        else:
            result.positions[ours] = at
            result.how[ours] = "said"
            said.add(at)
    return said


def _near(contract: contracts.Table, ours: str) -> str:
    """The name that a misspelt name of ours was meant to be, or ""; a name is a name."""
    known = known_names(contract)
    if not ours.strip():
        return known[0]
    if ours in known:
        return ""
    return next(iter(difflib.get_close_matches(fold(ours), known, 1, 0.8)), "")


def _position(names: Sequence[str], theirs: str) -> int | None:
    if theirs.strip() in names:
        return names.index(theirs.strip())
    folded = [fold(name) for name in names]
    return folded.index(fold(theirs)) if folded.count(fold(theirs)) == 1 else None


def _set(result: Assignment, contract: contracts.Table, sets: Mapping[str, str], *, shaped: bool) -> None:
    for name, value in sets.items():
        near = _near(contract, name)
        if near:
            remedy = f"Did you mean --set {near}={value}?"
            result.faults.append(Fault(f"a column of the table {contract.name}", remedy, found=f"--set {name}={value}"))
        elif not value.strip():
            result.faults.append(Fault("a value", "Say one, or leave --set out.", found=f"--set {name}="))
        elif name in result.positions and not shaped:
            remedy = f"Leave out --set {name}, or give the file's column another name: --map their_{name}={name}"
            result.faults.append(Fault(f"no column {name!r} in the file", remedy, found=f"--set {name}={value}"))
        else:
            result.positions.pop(name, None)


def _miss(result: Assignment, contract: contracts.Table, sheet: Sheet, sets: Mapping[str, str]) -> None:
    tried = {f.found.partition("=")[0].removeprefix("--map ") for f in result.faults if f.found.startswith("--map ")}
    for name in contract.required():
        if name in result.positions or name in sets or name in tried:
            continue
        say = f"Say which it is: --map {name}=THEIRS."
        if name in ("title", "metric"):
            say = f"Say which it is, --map {name}=THEIRS, or one for all rows, --set {name}=..."
        if name == "person":
            say += " Where none names the people, add one that numbers them."
        remedy = sheet.hints.get(name, f"{say} The file has: {listed(sheet.names)}.")
        result.faults.append(Fault(f"a column {name!r}", remedy))
