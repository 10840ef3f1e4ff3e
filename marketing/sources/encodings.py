"""Which encoding a text file is in, found out from its bytes."""

import codecs
import re
from pathlib import Path

from marketing.sources.files import refuse

BLOCK = 1 << 20
MARKS = (  # byte order marks; the longer before the shorter
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAVE_AS_UTF8 = "Save the file again as UTF-8."
MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# An accented letter and what may close a word in Windows-1252 (a quotation mark, a dash, a hard space): "café\xa0»".
CLOSING = re.compile(rb"[\xc6-\xff][\xa0\xbb\x92\x94\x85\x96\x97\x99\xae\xb0]+")
HIGH = re.compile(rb"[\x80-\xff]")
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in Windows-1252
# What Western European text does not hold: three accented letters in a row (Cyrillic, Greek, Chinese look so), or
# a sign such as a superscript or a dagger between two small letters (Mac, DOS and Central European text).
FOREIGN_RUN = re.compile(rb"[\xc0-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f]{3,}")
_SMALL = rb"[a-z\xdf-\xff]"
FOREIGN_SIGN = re.compile(
    rb"(?<="
    + _SMALL
    + rb")[\x80\x82-\x84\x86-\x8c\x8e\x98-\x9b\x9e\x9f\xa1-\xac\xae-\xb6\xb8-\xbf](?="
    + _SMALL
    + rb")"
)
FEW = 20  # zero bytes: below one in so many they are strays, told where they stand
ODD_SHARE = 0.2  # of the accented characters; above it the text is taken for another alphabet


def encoding(path: Path) -> str:
    """The name of the encoding: UTF-8 or UTF-16 with or without mark, or Windows-1252, which holds Latin-1.

    Raises:
        TableError: two encodings in one file, another alphabet's encoding, or no text at all.
    """
    data = path.read_bytes()
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    name = marked or ("" if data.count(0) * FEW < len(data) else _without_mark(path, data))
    if name:
        at = _first_undecodable(data, name)
        if at is not None:
            expected = f"{name.upper().removesuffix('-SIG')} throughout, as the file begins"
            raise refuse(path.name, _line(data, at), expected, SAVE_AS_UTF8)
        return name
    at = _first_undecodable(data, "utf-8")
    return "utf-8" if at is None else _western(path, data, at)


def _without_mark(path: Path, data: bytes) -> str:
    """UTF-16 without a byte order mark, by which half of the byte pairs holds the zeros of plain letters."""
    even, odd = data[0 : 2 * BLOCK : 2].count(0), data[1 : 2 * BLOCK : 2].count(0)
    if len(data) % 2 or min(even, odd) * 20 > max(even, odd):
        raise refuse(path.name, "zero bytes", "text", "Check that the export was finished, or save it again as UTF-8.")
    return "utf-16-le" if odd > even else "utf-16-be"


def _first_undecodable(data: bytes, name: str) -> int | None:
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, max(len(data), 1), BLOCK):
        block = data[start : start + BLOCK]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=start + BLOCK >= len(data))
        except UnicodeDecodeError as error:
            return max(start - pending + error.start, 0)
    return None


def _line(data: bytes, at: int) -> str:
    lines = data.count(b"\n", 0, at) or data.count(b"\r", 0, at)
    return f"bytes in line {lines + 1:,} that are no such text"


def _western(path: Path, data: bytes, at: int) -> str:
    whole = next((m for m in MULTIBYTE.finditer(data) if not CLOSING.fullmatch(m[0])), None)
    if whole:
        line = data.count(b"\n", 0, whole.start()) + 1
        expected = f"one encoding throughout, but line {line:,} is in UTF-8"
        raise refuse(path.name, _line(data, at), expected, SAVE_AS_UTF8)
    high = len(HIGH.findall(data))
    runs = sum(len(run) for run in FOREIGN_RUN.findall(data))
    signs = len(FOREIGN_SIGN.findall(data))
    if UNDEFINED.search(data) or max(runs, signs) > ODD_SHARE * high:
        expected = "UTF-8, UTF-16, Windows-1252 or Latin-1"
        raise refuse(path.name, "text in another encoding", expected, SAVE_AS_UTF8)
    return "cp1252"
