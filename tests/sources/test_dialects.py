"""Separators, encodings, line ends, preambles and totals are found out, not asked."""

from pathlib import Path

import pytest
from uploads import Good, assert_read, rows, views

PLAIN = rows("12", "1300")
EXPECTED = views(12, 1300)
ACCENTS = "date,title,metric,value\n2024-03-01,Amélie à Zoë,views,12\n"
ACCENTED = {"date": ["2024-03-01"], "title": ["Amélie à Zoë"], "metric": ["views"], "value": [12]}
CURLY = "date,title,metric,value\n2024-03-01,Ocean’s 8 – Café,views,12\n"
CURLED = {"date": ["2024-03-01"], "title": ["Ocean’s 8 – Café"], "metric": ["views"], "value": [12]}
JAPANESE = "date,title,metric,value\n2024-03-01,千と千尋の神隠し,views,12\n"
JAPANESE_READ = {"date": ["2024-03-01"], "title": ["千と千尋の神隠し"], "metric": ["views"], "value": [12]}
WORDS = {"fact": ["f1"], "title": ["GTA VI"], "text": ["Two lines,\nand a comma"]}

UPLOADS = [
    Good("commas", PLAIN, EXPECTED),
    Good("semicolons", rows("12", "1300", separator=";"), EXPECTED),
    Good("tabs", rows("12", "1300", separator="\t"), EXPECTED, file="upload.tsv"),
    Good("tabs under the name .csv", rows("12", "1300", separator="\t"), EXPECTED),
    Good("bars", rows("12", "1300", separator="|"), EXPECTED, file="upload.txt"),
    Good("no suffix", PLAIN, EXPECTED, file="upload"),
    Good("capital suffix", PLAIN, EXPECTED, file="UPLOAD.CSV"),
    Good("CRLF", rows("12", "1300", end="\r\n"), EXPECTED),
    Good("CR, as old Macs wrote", rows("12", "1300", end="\r"), EXPECTED),
    Good("no line end at the end", PLAIN.rstrip("\n"), EXPECTED),
    Good("blank lines", PLAIN.replace("\n", "\n\n"), EXPECTED),
    Good("blank lines first", "\n\n" + PLAIN, EXPECTED),
    Good("rows of commas at the end, as spreadsheets leave", PLAIN + ",,,\n,,,\n", EXPECTED),
    Good("a separator after each row", PLAIN.replace("\n", ",\n"), EXPECTED),
    Good(
        "a separator after each row but the header",
        PLAIN.replace("12\n", "12,\n").replace("1300\n", "1300,\n"),
        EXPECTED,
    ),
    Good("a hint of the separator, as Excel writes", "sep=;\n" + rows("12", "1300", separator=";"), EXPECTED),
    Good("all quoted", '"date","title","metric","value"\n"2024-03-01","GTA VI","views","12"\n', views(12)),
    Good("spaces after the commas", "date, title, metric, value\n2024-03-01, GTA VI, views, 12\n", views(12)),
    Good("spaces and quotes", 'date, "title", metric, value\n2024-03-01, "GTA VI", views, "12"\n', views(12)),
    Good("capital names", PLAIN.replace("date,title", "Date,TITLE"), EXPECTED),
    Good("spaces around names", PLAIN.replace("date,title", " date , title "), EXPECTED),
    Good("UTF-8 with mark", b"\xef\xbb\xbf" + ACCENTS.encode(), ACCENTED),
    Good("UTF-8 without", ACCENTS, ACCENTED),
    Good("UTF-16 with mark", ACCENTS.encode("utf-16"), ACCENTED),
    Good("UTF-16, big end first", b"\xfe\xff" + ACCENTS.encode("utf-16-be"), ACCENTED),
    Good("UTF-16 without mark", ACCENTS.encode("utf-16-le"), ACCENTED),
    Good("UTF-16 without mark, big end first", ACCENTS.encode("utf-16-be"), ACCENTED),
    Good(
        "UTF-16 with tabs, as Excel's Unicode text", ACCENTS.replace(",", "\t").encode("utf-16"), ACCENTED, file="u.txt"
    ),
    Good("UTF-32", ACCENTS.encode("utf-32"), ACCENTED),
    Good("Latin-1", ACCENTS.encode("latin-1"), ACCENTED),
    Good("Windows-1252", CURLY.encode("cp1252"), CURLED),
    Good(
        "French quotation marks after an accent, in Latin-1",
        "date,title,metric,value\n2024-03-01,Le « café\xa0»,views,12\n".encode("latin-1"),
        {"date": ["2024-03-01"], "title": ["Le « café »"], "metric": ["views"], "value": [12]},
    ),
    Good("Japanese in UTF-8", JAPANESE, JAPANESE_READ),
    Good("Japanese in UTF-16", JAPANESE.encode("utf-16"), JAPANESE_READ),
    Good("a quoted line break", 'fact,title,text\nf1,GTA VI,"Two lines,\nand a comma"\n', WORDS, table="facts"),
    Good("a quoted CRLF", 'fact,title,text\r\nf1,GTA VI,"Two lines,\r\nand a comma"\r\n', WORDS, table="facts"),
    Good(
        "quotes inside quotes",
        'fact,title,text\nf1,GTA VI,"He said ""go"""\n',
        WORDS | {"text": ['He said "go"']},
        table="facts",
    ),
    Good(
        "a quotation mark in a plain cell",
        'fact,title,text\nf1,GTA VI,A 27" screen\n',
        WORDS | {"text": ['A 27" screen']},
        table="facts",
    ),
    Good(
        "quotation marks that mean nothing in a TSV",
        'fact\ttitle\ttext\nf1\tGTA VI\t"Weird Al" Yankovic plays\n',
        WORDS | {"text": ['"Weird Al" Yankovic plays']},
        table="facts",
        file="facts.tsv",
    ),
    Good(
        "semicolons in text", "fact,title,text\nf1,GTA VI,a; b; c; d\n", WORDS | {"text": ["a; b; c; d"]}, table="facts"
    ),
    Good("a title and dates above", "Report of views\n1 March - 2 March\n\n" + PLAIN, EXPECTED),
    Good("comments above", "# ---\n# Views\n# Start date: 20240301\n# ---\n" + PLAIN, EXPECTED),
    Good("padded preamble", "Report,,,\nMarch,,,\n,,,\n" + PLAIN, EXPECTED),
    Good("a row of totals below", PLAIN + "Total,,,1312\n", EXPECTED),
    Good("a row of totals without a date", PLAIN + ",Grand total,,1312\n", EXPECTED),
    Good("totals in German", rows("12", "1300", separator=";") + "Gesamt;;;1312\n", EXPECTED),
    Good("totals with a name", PLAIN + '"Total: account",,,1312\n', EXPECTED),
    Good(
        "a film called Total",
        "title,name\ntotal,Total\nsum,Sum\n",
        {"title": ["total", "sum"], "name": ["Total", "Sum"]},
        table="titles",
    ),
    Good(
        "views of a film called Total alone",
        "date,title,metric,value\n2024-03-01,Total,views,12\n",
        {"date": ["2024-03-01"], "title": ["Total"], "metric": ["views"], "value": [12]},
    ),
    Good("pandas' numbers of the rows", ",date,title,metric,value\n0,2024-03-01,GTA VI,views,12\n", views(12)),
    Good("R's numbers of the rows", '"","date","title","metric","value"\n"1",2024-03-01,GTA VI,views,12\n', views(12)),
    Good("columns in another order", "value,metric,title,date\n12,views,GTA VI,2024-03-01\n", views(12)),
    Good(
        "an accent stored behind its letter",
        "person,cafe\u0301\nCafe\u0301,1\n",
        {"person": ["Café"], "café": [1]},
        "audience",
    ),
    Good("one column only", "person\na1\nb2\n", {"person": ["a1", "b2"]}, table="audience"),
    Good("one row only", "person,age\na1,\n", {"person": ["a1"], "age": [None]}, table="audience"),
    Good(
        "a column named and empty",
        "person,note\na1,\nb2,\n",
        {"person": ["a1", "b2"], "note": [None, None]},
        table="audience",
    ),
]


@pytest.mark.parametrize("upload", UPLOADS, ids=lambda u: u.what)
def test_a_file_in_any_dialect_is_read_as_it_is_meant(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)
