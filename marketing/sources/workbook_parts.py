"""What is inside a workbook's archive, scanned before any of it is unpacked into memory.

The reader of cells shows neither formulas nor error values, and lays a sheet out in full even where two cells
stand a million rows apart; so both are looked for here, in the sheets' XML.
"""

import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from marketing.settings import MEGABYTE, Limits
from marketing.sources.files import refuse
from marketing.tables import TOLD

BLOCK = 1 << 18
LONGEST = 1 << 20  # bytes of one text or number; the cells that are read are far shorter
OVERLAP = 1 << 10  # longer than any tag
CELLS = 50_000_000  # of the smallest rectangle around all filled cells; more do not fit a laptop's memory
DAMAGED = ("a damaged workbook", "a table", "Open it in a spreadsheet and save it again.")

FILLED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
FORMULA = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>\s*<(?:\w+:)?f\b[^>]*>([^<]{0,99})"""
)
ERROR = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>\s*<(?:\w+:)?v>([^<]{0,99})"""
)
TOO_LARGE = re.compile(  # a number that no float holds: too many digits, too large an exponent, or said so in words
    rb"""<(?:\w+:)?c\s(?![^>]*\bt=["'](?:s|str|b|e|d|inlineStr)["'])[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>\s*"""
    rb"""<(?:\w+:)?v>([^<]{300,}|[^<]{0,99}[eE]\+?(?:30[5-9]|3[1-9]\d|[4-9]\d\d|\d{4,})|[+\-]?(?i:inf|nan)[a-zA-Z]{0,5})<"""
)
HAS_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
HAS_ERROR = re.compile(rb"""\bt=["']e["']""")
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True)
class Flaw:
    """A cell that is no value: column from 0, row as the spreadsheet counts."""

    row: int
    column: int
    found: str
    expected: str
    more: int = 0


@dataclass
class Part:
    """One visible sheet with cells."""

    name: str
    rows: int = 0
    columns: int = 0
    flaws: list[Flaw] = field(default_factory=list)


def scan(path: Path, limits: Limits) -> list[Part]:
    """The visible sheets that hold cells, with their size and flaws.

    Raises:
        TableError: the workbook is damaged or does not fit when unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_large(path, archive, limits)
            parts = [_scan(path, archive, name, member) for name, member in _sheets(path, archive)]
            _test_texts(path, archive)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, EOFError, NotImplementedError, OSError) as error:
        raise refuse(path.name, *DAMAGED) from error
    except Exception as error:  # zlib.error has no public home in zipfile's promises
        if type(error).__name__ != "error":
            raise
        raise refuse(path.name, *DAMAGED) from error
    return [part for part in parts if part.rows]


def _refuse_large(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > limits.unpacked_megabytes * MEGABYTE:
        expected = f"a workbook of at most {limits.unpacked_megabytes:,.0f} MB when unpacked"
        remedy = "Split it, or raise limits.unpacked_megabytes in settings.toml."
        raise refuse(path.name, f"{unpacked / MEGABYTE:,.0f} MB", expected, remedy)


def _sheets(path: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and archive member of each visible sheet."""
    book = _xml(path, archive, "xl/workbook.xml")
    relations = {r.get("Id"): r.get("Target", "") for r in _xml(path, archive, "xl/_rels/workbook.xml.rels")}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet") and sheet.get("state", "visible") == "visible":
            target = relations[sheet.get(f"{RELATIONS}id")]
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in member:
                yield sheet.get("name", ""), member


def _xml(path: Path, archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    content = archive.read(member)
    _refuse_declarations(path, content)
    return ElementTree.fromstring(content)  # noqa: S314 - declarations, which alone can harm, are refused above


def _refuse_declarations(path: Path, content: bytes) -> None:
    if DECLARES.search(content):
        raise refuse(path.name, "a workbook that declares XML entities", "a plain workbook", DAMAGED[2])


def _test_texts(path: Path, archive: zipfile.ZipFile) -> None:
    """Read the shared texts once, so that what they claim to weigh is what they weigh."""
    for member in ("xl/sharedStrings.xml", "xl/styles.xml"):
        if member in archive.namelist():
            for block in _blocks(archive, member):
                _refuse_declarations(path, block)


def _blocks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            yield block


def _scan(path: Path, archive: zipfile.ZipFile, name: str, member: str) -> Part:
    part = Part(name)
    letters: set[bytes] = set()
    rows: set[bytes] = set()
    carried = b""
    for block in _blocks(archive, member):
        text = carried + block
        _refuse_declarations(path, text)
        cut = _last_cell(text)
        text, carried = text[:cut], text[cut:]
        if len(carried) > LONGEST and b"</" not in carried:
            raise refuse(path.name, "a cell of millions of characters", "a table", "Shorten the cell, or take it out.")
        _look(part, text, letters, rows)
    _look(part, carried, letters, rows)
    part.columns = max((_number(letter) + 1 for letter in letters), default=0)
    part.rows = max((int(row) for row in rows), default=0)
    if part.rows * part.columns > CELLS:
        found = f"{part.rows:,} rows by {part.columns:,} columns"
        expected = f"a sheet of at most {CELLS:,} cells"
        raise refuse(path.name, found, expected, "Delete what stands far outside the table, or save the table as CSV.")
    return part


def _last_cell(text: bytes) -> int:
    """Where the last cell begins, which the next block may finish."""
    at = max(text.rfind(b"<c "), text.rfind(b":c "))
    return text.rfind(b"<", 0, at + 1) if at >= 0 else max(len(text) - OVERLAP, 0)


def _look(part: Part, text: bytes, letters: set[bytes], rows: set[bytes]) -> None:
    found = FILLED.findall(text)
    if found:
        in_columns, in_rows = zip(*found, strict=True)
        letters.update(in_columns)
        rows.update(in_rows)
    if HAS_FORMULA.search(text):
        _add(part, FORMULA.finditer(text), "=", "a value, not a formula")
    if b"<v>" in text or b":v>" in text:
        _add(part, TOO_LARGE.finditer(text), "", "a number of a size that spreadsheets keep")
    if HAS_ERROR.search(text):
        _add(part, ERROR.finditer(text), "", "a value, not an error of the spreadsheet")


def _add(part: Part, matches: Iterator[re.Match[bytes]], prefix: str, expected: str) -> None:
    for match in matches:
        if len(part.flaws) >= TOLD:
            part.flaws[-1] = replace(part.flaws[-1], more=part.flaws[-1].more + 1)
            continue
        shown = prefix + match[3][:99].decode("utf-8", "replace")
        part.flaws.append(Flaw(int(match[2]), _number(match[1]), shown, expected))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
