"""Which encoding a text file is in, found out from its bytes."""

import codecs
import re
from pathlib import Path

from marketing.errors import printable
from marketing.sources import alphabets
from marketing.sources.files import refuse

BLOCK = 1 << 20
WESTERN = "cp1252"
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
EURO = b"\xa4"  # in ISO 8859-15; in Windows-1252 a sign that nobody writes
ENDS = tuple(bytes([end]) for end in b',;\t|"\r\n')
CELL = re.compile(rb'[^,;\t|"\r\n]+')  # what the header's separator makes of it is not known yet
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
    before = data[max(at - 15, 0) : at].replace(b"\r", b"\n").rpartition(b"\n")[2].decode("ascii", "ignore")
    place = f", behind “{printable(before)}”," if before.strip() else ""
    return f"byte {data[at]:02X} in line {lines + 1:,}{place.rstrip(',')}"


def notes(path: Path, name: str) -> list[str]:
    """What to tell of a guess: which encoding was taken, and a word by which a reader sees whether that is right."""
    data = path.read_bytes() if name == WESTERN else b""
    words = alphabets.words(data)
    if not words:
        return []
    shown = next(iter(alphabets.odd(words)), words[0])
    line = (data.count(b"\n", 0, shown.at) or data.count(b"\r", 0, shown.at)) + 1
    example = f"for example {printable(shown.text)!r} in line {line:,}"
    return [f"Read as Windows-1252, {example}. If that is wrong, save the file as UTF-8."]


def _western(path: Path, data: bytes, at: int) -> str:
    whole = next((m for m in MULTIBYTE.finditer(data) if _in_utf8(data, m)), None)
    rest = CELL.sub(_unless_utf8, data) if whole else data
    if _is_foreign(rest):
        expected = "UTF-8, UTF-16, Windows-1252 or Latin-1"
        raise refuse(path.name, "text in another encoding, which is not known", expected, SAVE_AS_UTF8)
    if whole:
        line = data.count(b"\n", 0, whole.start()) + 1
        expected = f"one encoding throughout, but line {line:,} is in UTF-8"
        raise refuse(path.name, _line(data, at), expected, SAVE_AS_UTF8)
    return WESTERN


def _in_utf8(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether the cell in which the match stands can be read as UTF-8, and not as well as Windows-1252."""
    if CLOSING.fullmatch(match[0]):
        return False
    start = max(data.rfind(end, max(match.start() - 500, 0), match.start()) for end in ENDS) + 1
    cell = CELL.match(data, start)
    return cell is not None and _unless_utf8(cell) == b""


def _unless_utf8(cell: re.Match[bytes]) -> bytes:
    if cell[0].isascii():
        return cell[0]
    try:
        cell[0].decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return cell[0]
    return b""


def _is_foreign(data: bytes) -> bool:
    high = len(HIGH.findall(data))
    runs = sum(len(run) for run in FOREIGN_RUN.findall(data))
    signs = len(FOREIGN_SIGN.findall(data))
    if UNDEFINED.search(data) or EURO in data or max(runs, signs) > ODD_SHARE * high:
        return True
    found = alphabets.words(data)
    return len(alphabets.odd(found)) > ODD_SHARE * len(found)
