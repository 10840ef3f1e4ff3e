"""Insights as a workbook: a sheet for each table, typed cells, and a sheet that says what the numbers are.

Text is always stored as text, never as a formula, whatever it begins with. Rows are streamed, so that memory
does not grow with the tables.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from marketing.campaigns import cells, insights
from marketing.campaigns.exports import Material, Rendered
from marketing.campaigns.insights import Column, Sheet

TITLE = "Insights as a workbook"
SUFFIX = ".xlsx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALIASES = ("xlsx",)
ACTION = "read"

Page = Any  # a streamed sheet; the stubs do not know what it shares with others

SHEET_ROWS = 1_048_575  # Excel's limit, less the header
FORMATS = {"date": "yyyy-mm-dd", "count": "#,##0", "number": "#,##0.00", "share": "0.0%"}
DAY = Column("day", "date")
LARGE = "#,##0"  # a number from 1,000 up is read more easily without its cents
WIDTHS = {"date": 12, "count": 12, "number": 14, "share": 10}
NARROWEST, WIDEST = 10, 60  # characters
LOOKED_AT = 200  # rows that decide a column's width


def render(material: Material) -> Rendered:
    """Every insight of the workspace, typed."""
    sheets = insights.gather(material.workspace)
    book = Workbook(write_only=True)
    book.properties.title = f"{material.settings.name}: insights"
    book.properties.creator = "Marquee"
    book.properties.created = material.now.replace(tzinfo=None)
    book.properties.modified = book.properties.created
    for sheet in sheets:
        _write(book, sheet, material)
    _write_about(book, sheets, material)
    content = io.BytesIO()
    book.save(content)
    return Rendered(content.getvalue(), sum(len(sheet.rows) for sheet in sheets))


def _write(book: Workbook, sheet: Sheet, material: Material) -> None:
    for start in range(0, len(sheet.rows), SHEET_ROWS):
        rows = sheet.rows.iloc[start : start + SHEET_ROWS]
        name = sheet.name if start == 0 else f"{sheet.name} {start // SHEET_ROWS + 1}"
        page = _page(book, name, [_width(column, rows) for column in sheet.columns])
        page.oddFooter.left.text = f"{sheet.source}. Made {sheet.made_at[:10]}, exported {material.today}."
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(rows) + 1}"
        page.append(_header(page, [column.name for column in sheet.columns]))
        for values in rows.itertuples(index=False, name=None):
            page.append(_cell(page, column, value) for column, value in zip(sheet.columns, values, strict=True))


def _page(book: Workbook, name: str, widths: Iterable[float]) -> Page:
    page: Page = book.create_sheet(name)
    page.freeze_panes = "A2"
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    return page


def _width(column: Column, rows: pd.DataFrame) -> float:
    if column.kind != "text":
        return max(WIDTHS[column.kind], len(column.name) + 2)
    longest = rows[column.name].head(LOOKED_AT).fillna("").astype(str).str.len().max()
    return float(min(max(longest, len(column.name), NARROWEST) + 2, WIDEST))


def _header(page: Page, names: Iterable[str]) -> Iterator[Cell]:
    for name in names:
        cell = _text(page, name)
        cell.font = Font(bold=True)
        yield cell


def _cell(page: Page, column: Column, value: Any) -> Cell | None:
    value = cells.typed(value)
    if value is None:
        return None
    if isinstance(value, str) or column.kind == "text":
        return _text(page, str(value))
    if column.kind == "date":
        value = value.date()
    elif column.kind == "count":
        value = int(value)
    cell = WriteOnlyCell(page, value)
    cell.number_format = LARGE if column.kind == "number" and abs(value) >= 1_000 else FORMATS[column.kind]
    return cell


def _text(page: Page, text: str) -> Cell:
    kept = ILLEGAL_CHARACTERS_RE.sub("", cells.plain(text))[: cells.CELL_LIMIT]
    cell = WriteOnlyCell(page, kept)
    cell.data_type = "s"  # else "=1+1" becomes a formula and "#N/A" an error
    if cells.runs(kept):
        cell.quotePrefix = True  # so that it stays text when someone edits the cell
    return cell


def _write_about(book: Workbook, sheets: list[Sheet], material: Material) -> None:
    page = _page(book, "About", [24, 18, 60, 70])
    page.append(_header(page, ["Sheet", "Column", "Unit or meaning", "Source"]))
    last = insights.data_to(material.workspace)
    if last is not None:
        page.append([_text(page, "Data to"), None, _cell(page, DAY, last)])
    page.append([_text(page, "Created"), None, _cell(page, DAY, pd.Timestamp(material.today))])
    page.append([_text(page, "Workspace"), None, _text(page, material.settings.name)])
    for sheet in sheets:
        made = _text(page, f"Made {sheet.made_at[:10]}")
        page.append([_text(page, sheet.name), None, made, _text(page, sheet.source)])
        for column in sheet.columns:
            if column.unit:
                page.append([_text(page, sheet.name), _text(page, column.name), _text(page, column.unit)])
