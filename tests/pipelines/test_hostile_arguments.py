"""What is handed to the command line in bad faith or by accident is answered in words, and harms nothing."""

import json
import os
from pathlib import Path

import pytest
from command import Marquee

COPY = {"slots": {"post": ["Saltmarsh is out."]}}
STEERING = ("\x1b", "\u202e", "\x07", "\x9b")


def test_a_half_surrogate_costs_its_line_of_a_batch_and_no_other(marquee: Marquee) -> None:
    good = json.dumps({"id": "b", "channel": "x_post", "copy": COPY})
    Path("lines.jsonl").write_text(
        '{"id": "\\ud800", "channel": "x_post", "copy": {"slots": {"post": ["A"]}}}\n' + good
    )
    ended = marquee("check", "--batch", "lines.jsonl")
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert (ended.code, "error" in first, second["id"], "problems" in second) == (2, True, "b", True)


def test_an_option_in_bytes_that_are_no_text_is_refused(marquee: Marquee) -> None:
    Path("a.csv").write_text("title\na\n")
    ended = marquee("ingest", "titles", "a.csv", "--workspace", "w", "--set", "name=\udcff\udcfe")
    assert (ended.code, "is not UTF-8 text" in ended.err) == (2, True)
    assert not Path("w").exists()


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "."])
def test_only_a_file_is_read(marquee: Marquee, path: str) -> None:
    os.mkfifo("pipe")
    for arguments in (
        ("check", "--channel", "x_post", "--input", path),
        ("check", "--batch", path),
        ("draft", "--channel", "x_post", "--input", path),
    ):
        ended = marquee(*arguments)
        assert ended.code == 2
        assert "is a device or pipe" in ended.err or "is a folder" in ended.err


def test_no_more_is_read_than_may_be(marquee: Marquee) -> None:
    with Path("large.json").open("wb") as file:
        file.truncate(50_000_000_000)  # a hole, as large as no memory
    ended = marquee("draft", "--channel", "x_post", "--input", "large.json")
    assert (ended.code, "holds more than 5 MB" in ended.err) == (2, True)


@pytest.mark.parametrize("sign", STEERING)
def test_nothing_of_a_name_steers_the_terminal(marquee: Marquee, sign: str) -> None:
    name = f"views{sign}[31m.csv"
    Path(name).write_text("title\n\x00\n")
    for arguments in (
        ("ingest", "titles", name),
        ("ingest", "titles", f"no{sign}ne.csv"),
        ("ingest", "titles", "a.csv", "--workspace", f"w{sign}\nx"),
        ("draft", "--channel", "x_post", "--input", f"no{sign}ne.json"),
        ("check", "--batch", name),
        ("forecast", "--input", f"no{sign}ne.csv"),
        ("brief", "--title", f"no{sign}ne", "--workspace", f"no{sign}ne"),
    ):
        ended = marquee(*arguments)
        assert ended.code == 2
        assert sign not in ended.out + ended.err


def test_json_holds_the_same_text_without_steering_the_terminal(marquee: Marquee) -> None:
    Path("lines.jsonl").write_text(json.dumps({"id": "a\u202eb\x9bc é", "channel": "x_post", "copy": COPY}))
    ended = marquee("check", "--batch", "lines.jsonl")
    assert (ended.json["id"], "\u202e" in ended.out, "\x9b" in ended.out) == ("a\u202eb\x9bc é", False, False)
    assert "é" in ended.out


def test_what_is_written_out_takes_no_device_and_no_link_away(marquee: Marquee) -> None:
    Path("brief.json").write_text('{"title": {"name": "Saltmarsh"}}')
    Path("link").symlink_to("target.json")
    asked = ("draft", "--input", "brief.json", "--channel", "x_post", "--out")
    assert marquee(*asked, "link").code in (0, 1)
    assert (Path("link").is_symlink(), json.loads(Path("target.json").read_text())[0]["channel"]) == (True, "x_post")
    assert marquee(*asked, "/dev/null").code in (0, 1)
    assert Path("/dev/null").is_char_device()
    full = marquee(*asked, "/dev/full")
    assert (full.code, "/dev/full cannot be written: No space left" in full.err) == (2, True)
    assert Path("/dev/full").is_char_device()


def test_an_ingest_that_fails_leaves_no_new_workspace_and_takes_no_old_one(marquee: Marquee) -> None:
    Path("bad.csv").write_text("title,value\n,1\n")
    Path("good.csv").write_text("title\na\n")
    assert marquee("ingest", "titles", "bad.csv", "--workspace", "new").code == 2
    assert not Path("new").exists()
    Path("other").mkdir()
    assert marquee("ingest", "titles", "bad.csv", "--workspace", "other").code == 2
    assert Path("other").is_dir()
    assert marquee("ingest", "titles", "good.csv", "--workspace", "new").code == 0
    assert marquee("ingest", "titles", "bad.csv", "--workspace", "new").code == 2
    assert Path("new/manifest.json").is_file()


def test_a_line_that_is_no_object_is_told_in_grammar(marquee: Marquee) -> None:
    Path("lines.jsonl").write_text("[1]\n")
    assert "The text of line 1 is a list" in marquee("check", "--batch", "lines.jsonl").err
