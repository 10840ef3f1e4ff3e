"""What is no table, whatever its name says, is refused unopened and in words."""

import gzip
import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest
from uploads import Bad, assert_refused, rows

from marketing import sources
from marketing.errors import TableError

TEXT = rows("1")
READABLE = "CSV, TSV, XLSX or Parquet"
ACCENTED = "date,title,metric,value\n2024-03-01,Amélie,views,1\n"
RUSSIAN = "date,title,metric,value\n2024-03-01,Левиафан,просмотры,1\n"
JAPANESE = "date,title,metric,value\n2024-03-01,千と千尋の神隠し,views,1\n"
POLISH = "date,title,metric,value\n2024-03-01,Zażółć gęślą jaźń,wyświetlenia,1\n"
MAC = "date,title,metric,value\n2024-03-01,Amélie et père,views,1\n"


def archive(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


KINDS = [
    Bad("a zip", archive(upload_csv=TEXT), ("an archive (zip)", "Unpack it first"), file="upload.zip"),
    Bad("a zip called CSV", archive(upload_csv=TEXT), ("an archive (zip)",)),
    Bad("a zip called XLSX", archive(upload_csv=TEXT), ("an archive (zip)",), file="upload.xlsx"),
    Bad("a damaged zip", b"PK\x03\x04" + b"\x00" * 60, ("a damaged archive or workbook",), file="upload.xlsx"),
    Bad("an OpenDocument file", archive(content_xml="<x/>"), ("an OpenDocument file", READABLE), file="upload.ods"),
    Bad("a binary workbook", archive(xl__workbook_bin=b"x"), ("a binary workbook", READABLE), file="upload.xlsb"),
    Bad("a letter", archive(word__document_xml="<x/>"), ("a Word document", READABLE), file="upload.docx"),
    Bad("gzip", gzip.compress(TEXT.encode()), ("a gzip archive",), file="upload.csv.gz"),
    Bad("a web page", f"<!DOCTYPE html><html><body>{TEXT}</body></html>", ("a web page", READABLE)),
    Bad(
        "a web page called XLSX", "<html><table><tr><td>1</td></tr></table></html>", ("a web page",), file="upload.xlsx"
    ),
    Bad("a web page after spaces", f"\n\n  <HTML>{TEXT}", ("a web page",)),
    Bad("XML", '<?xml version="1.0"?><a/>', ("a web page or XML",)),
    Bad("XML with a mark", b"\xef\xbb\xbf<?xml version='1.0'?><a/>", ("a web page or XML",)),
    Bad("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ("a PDF",)),
    Bad("JSON", '{"date": "2024-03-01"}', ("JSON",)),
    Bad("a list in JSON", '[\n {"date": "2024-03-01"}]', ("JSON",), file="upload.json"),
    Bad("a pickle", pickle.dumps({"date": [1]}), ("a Python pickle, which is never opened",), file="upload.pkl"),
    Bad("a pickle called CSV", pickle.dumps([1, 2], protocol=4), ("a Python pickle",)),
    Bad("a pickle called Parquet", pickle.dumps([1, 2], protocol=2), ("a Python pickle",), file="upload.parquet"),
    Bad("an old pickle", pickle.dumps(["a", 1], protocol=0), ("a column 'date'",)),
    Bad(
        "an old workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
        ("the old kind (.xls)", READABLE),
        file="upload.xls",
    ),
    Bad(
        "an old workbook called XLSX",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
        ("(.xls)",),
        file="upload.xlsx",
    ),
    Bad(
        "a locked workbook",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"),
        ("locked by a password",),
        file="upload.xlsx",
    ),
    Bad("a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, ("a picture",), file="upload.png"),
    Bad("SQLite", b"SQLite format 3\x00" + b"\x00" * 30, ("an SQLite database",), file="upload.db"),
    Bad("Arrow", b"ARROW1\x00\x00" + b"\x00" * 30, ("an Arrow (Feather) file",), file="upload.feather"),
    Bad("a program", b"\x7fELF" + b"\x00" * 30, ("a program",), file="upload"),
    Bad(
        "text called XLSX", TEXT, ("found 'plain text'", "what the name says (.xlsx)", "name it so"), file="upload.xlsx"
    ),
    Bad("text called Parquet", TEXT, ("plain text", "(.parquet)"), file="upload.parquet"),
    Bad("text called JSON", TEXT, ("plain text", "(.json)"), file="upload.json"),
    Bad("nothing", b"", ("an empty file", "the export was finished")),
    Bad("spaces only", b" \n\n \n", ("an empty file",)),
    Bad("a mark only", b"\xef\xbb\xbf", ("an empty file",)),
    Bad("noise", bytes(range(128, 256)) * 9 + bytes(range(1, 128)), ("upload.csv",)),
    Bad("zeros", b"\x00" * 5000, ("upload.csv",)),
]

ENCODINGS = [
    Bad(
        "two encodings",
        ACCENTED.encode() + "2024-03-02,Amélie,views,2\n".encode("latin-1"),
        ("byte E9 in line 3, behind", "2024-03-02,Am", "one encoding throughout", "line 2 is in UTF-8"),
    ),
    Bad("a broken UTF-8 under a mark", b"\xef\xbb\xbf" + ACCENTED.encode("latin-1"), ("line 2", "UTF-8 throughout")),
    Bad("half a character at the end of UTF-16", TEXT.encode("utf-16") + b"\x00", ("UTF-16 throughout",)),
    Bad(
        "half a pair in UTF-16",
        TEXT.replace("GTA", "G\ud800").encode("utf-16", "surrogatepass"),
        ("UTF-16 throughout",),
    ),
    Bad("half a pair in UTF-8", TEXT.replace("GTA", "G\ud800").encode("utf-8", "surrogatepass"), ("upload.csv",)),
    Bad("Cyrillic of Windows", RUSSIAN.encode("cp1251"), ("text in another encoding", "again as UTF-8")),
    Bad("Cyrillic of Unix", RUSSIAN.encode("koi8-r"), ("text in another encoding",)),
    Bad("Japanese of Windows", JAPANESE.encode("shift-jis"), ("encoding", "UTF-8")),
    Bad("Japanese of Unix", JAPANESE.encode("euc-jp"), ("upload.csv", "UTF-8")),
    Bad("Chinese", "date,title,metric,value\n2024-03-01,流浪地球,views,1\n".encode("gbk"), ("encoding", "UTF-8")),
    Bad("Polish of Windows", POLISH.encode("cp1250"), ("another encoding",)),
    Bad("French of old Macs", MAC.encode("mac-roman"), ("another encoding",)),
    Bad("French of DOS", MAC.encode("cp850"), ("another encoding",)),
]


@pytest.mark.parametrize("upload", [*KINDS, *ENCODINGS], ids=lambda u: u.what)
def test_what_is_no_table_is_refused(upload: Bad, tmp_path: Path) -> None:
    assert_refused(upload, tmp_path)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "gone.csv")
    for path, words in {
        tmp_path: "found 'a folder', expected a file",
        tmp_path / "gone.csv": "found 'no such file'.*Check the path",
        link: "found 'no such file'",
        pipe: "found 'a device or pipe'",
        tmp_path / "file.csv" / "inside.csv": "found",
        tmp_path / ("x" * 300): "found",
        tmp_path / "nul\x00.csv": "found",
    }.items():
        with pytest.raises(TableError, match=words):
            sources.read(path, "engagement")
