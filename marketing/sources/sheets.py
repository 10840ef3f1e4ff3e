"""A file's cells as they stand, under their own header: what every kind of file is read into."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from marketing import contracts, tables
from marketing.errors import Fault
from marketing.settings import Limits

LOOSE = r"[\x{300}-\x{10ffff}]"  # what may be stored in several ways: marks behind letters, Korean syllables


@dataclass
class Sheet:
    """Cells under a header.

    `cells` has a column for each of `names`, labelled by its position: text as it stands, or numbers and
    dates where the file itself types them; nothing is NaN but empty cells. Its index is the spreadsheet's row
    less 2, so that it counts data rows from 0 when the header is the first row. `mark` is the decimal mark
    that the kind of file speaks for, or ""; `by_form` says that nothing does but the separator. `faults` are
    rows that could not be laid out, `cell_faults` cells that count only where their row does. `hints` say what
    to do where a column of ours is not there.
    """

    names: list[str]
    cells: pd.DataFrame
    mark: str = ""
    by_form: bool = False
    platform: str = ""
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    cell_faults: list[Fault] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> pd.Series:
        """The cells under that name."""
        return self.cells[self.names.index(name)]

    def reshaped(
        self, cells: Mapping[str, pd.Series], *, notes: list[str] | None = None, faults: list[Fault] | None = None
    ) -> Self:
        """The same file with these columns instead, of one common index."""
        frame = pd.DataFrame(dict(enumerate(cells.values())))
        notes = self.notes if notes is None else notes
        return replace(
            self, names=list(cells), cells=frame, notes=notes, faults=self.faults if faults is None else faults
        )

    def melted(self, kept: Sequence[str], name: str, value: str) -> Self:
        """A row for each filled cell outside the columns `kept`: its column's name, the cell itself.

        Cells of a row keep its place in the index, so faults are told of the row in the file.
        """
        places = [self.names.index(column) for column in kept]
        rest = [at for at in range(len(self.names)) if at not in places]
        columns = {column: pd.concat([self.cells[at]] * len(rest)) for column, at in zip(kept, places, strict=True)}
        columns[name] = pd.Series(np.repeat([self.names[at] for at in rest], len(self.cells)), dtype="str")
        columns[name].index = columns[kept[0]].index
        columns[value] = pd.concat([tables.as_text(self.cells[at]) for at in rest])
        filled = columns[value].notna().to_numpy(bool)
        return self.reshaped({column: cells[filled] for column, cells in columns.items()})


def tidy(sheet: Sheet, limits: Limits) -> Sheet:
    """`sheet` without blank rows and nameless empty columns; names and lengths are checked."""
    cells = sheet.cells.copy()
    for at in cells.columns:
        if cells[at].dtype == "str":
            cells[at] = _trimmed(cells[at])
    cells = cells[~cells.isna().all(axis=1)]
    names = [unicodedata.normalize("NFC", name).strip() for name in sheet.names]
    kept = [at for at, name in enumerate(names) if name or not (cells[at].isna().all() or _counts(cells[at]))]
    cells = cells[kept].set_axis(range(len(kept)), axis=1)
    names = [names[at] for at in kept]
    faults = sheet.faults + _name_faults(names) + _length_faults(names, cells, limits.cell_characters)
    return replace(sheet, names=names, cells=cells, faults=faults)


def _trimmed(values: pd.Series) -> pd.Series:
    if tables.matches(values, r"^\s|\s$|\r|^\p{Z}|\p{Z}$").any():
        values = values.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False).str.strip()
    loose = tables.matches(values, LOOSE)
    if loose.any():  # else é and e with an accent behind it would be two people
        values = values.mask(loose, values[loose].str.normalize("NFC"))
    empty = values == ""
    return values.mask(empty) if empty.any() else values


def _counts(values: pd.Series) -> bool:
    """Whether the cells only number the rows, as pandas and R write them, without a name."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    return len(numbers) > 0 and numbers[0] in (0, 1) and bool((np.diff(numbers) == 1).all())


def _name_faults(names: list[str]) -> list[Fault]:
    faults = []
    for at, name in enumerate(names):
        if not name:
            told = "a name for each column that is filled"
            faults.append(Fault(told, "Name it, or take it out.", row=None, column=f"number {at + 1}"))
        elif not _is_name(name):
            told = "a column name of at most 200 characters, no formula, nothing hidden"
            faults.append(Fault(told, "Rename the column.", found=name))
    for name, times in Counter(name for name in names if name).items():
        if times > 1:
            faults.append(Fault("each column once", "Rename one of them.", column=name, found=f"{times} of that name"))
    return faults


def _is_name(name: str) -> bool:
    column = contracts.Column("", "text")
    return len(name) <= tables.ID_LIMIT and not tables.check_column(column, pd.Series([name], dtype="str"))


def _length_faults(names: list[str], cells: pd.DataFrame, limit: int) -> list[Fault]:
    faults = []
    for at, name in enumerate(names):
        if cells[at].dtype == "str":
            long = (cells[at].str.len() > limit).to_numpy(bool)
            shown = cells[at].where(~long, cells[at].str.slice(0, 60)) if long.any() else cells[at]
            expected = f"at most {limit:,} characters in a cell"
            faults += tables.faults_at(shown, long, expected, "Shorten it.", contracts.Column(name, "text"))
    return faults
