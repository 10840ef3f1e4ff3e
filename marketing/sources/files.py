"""What a file is, told by its content and not by its name, before anything in it is believed."""

import zipfile
from pathlib import Path
from typing import Literal

from marketing.errors import Fault, TableError, printable
from marketing.settings import MEGABYTE, Limits

Kind = Literal["text", "xlsx", "parquet"]

READABLE = "Save it as CSV, TSV, XLSX or Parquet, and hand in that."
HEAD = 4096  # bytes that tell a file's kind
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Office files and of locked new ones
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
FOREIGN = (  # how other kinds of file begin, and what to call them
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"Obj\x01", "an Avro file"),
    (b"{\\rtf", "an RTF document"),
)
PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
MARKUP = ("<!doctype", "<html", "<?xml", "<head", "<body", "<table", "<svg", "<!--")
NAMED = {  # what a file's name promises
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), "text"),
}
OTHER_NAMES = (
    *(".xls", ".xlsm", ".xlsb", ".ods", ".json", ".jsonl", ".html", ".htm", ".xml", ".pdf", ".zip", ".gz", ".pkl"),
    *(".pickle", ".doc", ".docx"),
)


def refuse(file: str, found: str, expected: str, remedy: str) -> TableError:
    """The error of a file that cannot be read as a whole."""
    return TableError([Fault(expected, remedy, found=found, file=file)])


def kind(path: Path, limits: Limits) -> Kind:
    """Whether the file is text (CSV, TSV), a workbook or Parquet.

    Raises:
        TableError: it is not there, too large, empty, or something else; or its name says something else.
    """
    size = _size(path)
    if size > limits.file_megabytes * MEGABYTE:
        found = f"{size / MEGABYTE:,.1f} MB"
        expected = f"a file of at most {limits.file_megabytes:,.0f} MB"
        raise refuse(path.name, found, expected, "Split it, or raise limits.file_megabytes in settings.toml.")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise refuse(path.name, "an empty file", "a table", "Check that the export was finished.")
    found_kind = _kind(path, head)
    promised = NAMED.get(path.suffix.lower())
    if promised not in (None, found_kind) or path.suffix.lower() in OTHER_NAMES:
        is_, says = _words(found_kind), path.suffix.lower()
        raise refuse(path.name, is_, f"what the name says ({says})", f"If it is meant to be {is_}, name it so.")
    return found_kind


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise refuse(path.name, "a folder", "a file", "Name the files in it, one by one.")
        if not path.exists():
            raise refuse(path.name, "no such file", "a file", f"Check the path: {printable(path, 300)}")
        if not path.is_file():
            raise refuse(path.name, "a device or pipe", "a file", "Save what it gives as a file first.")
        with path.open("rb"):
            return path.stat().st_size
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(path.name, why, "a file that may be read", "Check its path and its rights.") from error


def _words(kind: Kind) -> str:
    return {"text": "plain text", "xlsx": "a workbook (.xlsx)", "parquet": "a Parquet file"}[kind]


def _kind(path: Path, head: bytes) -> Kind:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(ZIP_STARTS):
        return _zip_kind(path)
    found = _foreign(path, head)
    if found:
        raise refuse(path.name, found, "a table", READABLE)
    return "text"


def _foreign(path: Path, head: bytes) -> str:
    if head.startswith(OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        return "a workbook locked by a password" if locked else "a workbook of the old kind (.xls)"
    if head.startswith(PICKLES):
        return "a Python pickle, which is never opened"
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").decode("latin-1").lower()
    if text.startswith(MARKUP):
        return "a web page or XML"
    if text.startswith("{") or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "[")):
        return "JSON"
    return next((name for start, name in FOREIGN if head.startswith(start)), "")


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {m.filename: m for m in archive.infolist()}
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise refuse(path.name, "a damaged archive or workbook", "a table", "Fetch or save it again.") from error
    if any(m.flag_bits & 1 for m in members.values()):
        raise refuse(path.name, "an archive locked by a password", "a table", "Unlock it first.")
    if "xl/workbook.xml" in members:
        return "xlsx"
    found = "an archive (zip)"
    if "xl/workbook.bin" in members:
        found = "a binary workbook (.xlsb)"
    elif "content.xml" in members:
        found = "an OpenDocument file (.ods)"
    elif "word/document.xml" in members:
        found = "a Word document"
    raise refuse(path.name, found, "a table", READABLE if found[3:] != "archive (zip)" else "Unpack it first.")
