"""A workspace's own channels, wherever a command takes a channel."""

import json
from pathlib import Path

import pytest
from command import Marquee

SLIDE = """
name = "Cinema slide"
kind = "ad"
confidence = "official"
checked = 2026-11-23
source = ["https://cinema.example/slides"]
[slots.headline]
items = [1, 1]
max = 5
"""
COPY = {"slots": {"headline": ["Too long for it"]}}


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder that no job has touched yet, with a channel and an X post of its own."""
    folder = tmp_path / "theirs"
    (folder / "channels").mkdir(parents=True)
    for name in ("slide", "x_post"):
        (folder / "channels" / f"{name}.toml").write_text(SLIDE, "utf-8")
    return folder


def test_channels_lists_them_where_the_workspace_is_named(marquee: Marquee, theirs: Path) -> None:
    assert "slide" in [channel["id"] for channel in marquee("channels", "-w", theirs, "--json").json]
    assert "slide" not in [channel["id"] for channel in marquee("channels", "--json").json]


def test_copy_is_checked_against_them_alone_and_in_a_batch(
    marquee: Marquee, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("copy.json").write_text(json.dumps(COPY))
    assert marquee("check", "--channel", "slide", "--input", "copy.json").code == 2
    Path("lines.jsonl").write_text(json.dumps({"id": 1, "channel": "slide", "copy": COPY}))
    Path("drafts.json").write_text(json.dumps([{"draft": "d1", "channel": "slide", "copy": COPY}]))
    monkeypatch.setenv("MARQUEE_WORKSPACE", str(theirs))
    assert "over the limit of 5" in marquee("check", "--channel", "slide", "--input", "copy.json").out
    assert "over the limit of 5" in marquee("check", "--input", "drafts.json").out
    batch = marquee("check", "--batch", "lines.jsonl", "--workspace", theirs)
    assert batch.code == 1
    assert "over the limit of 5" in batch.out


def test_drafts_are_written_for_them(marquee: Marquee, theirs: Path) -> None:
    Path("brief.json").write_text('{"title": {"name": "Tide"}, "language": "en"}')
    drafted = marquee("draft", "--input", "brief.json", "--channel", "x_post", "-w", theirs)
    assert set(drafted.json[0]["copy"]["slots"]) == {"headline"}


def test_a_workspace_that_is_not_there_yet_takes_nothing_away(marquee: Marquee) -> None:
    assert "x_post" in [channel["id"] for channel in marquee("channels", "-w", "not-yet", "--json").json]
