"""Every channel file keeps the contract; a workspace adds its own; a wrong file is told by file and field."""

from pathlib import Path

import pytest

from marketing.drafts import channels
from marketing.drafts.channels import counting
from marketing.drafts.copy import Copy
from marketing.errors import InputError, MissingError

OWN = """
name = "House magazine"
kind = "post"
confidence = "practice"
checked = 2026-11-23
source = ["the editor, by telephone"]
[slots.headline]
items = [1, 1]
max = 20
count = "words"
rules = { soft_wide_script = 10 }
[slots.teaser]
items = [0, 1]
max = 12
needs = ["headline"]
confidence = "derived"
"""


@pytest.mark.parametrize("name", channels.names())
def test_every_channel_is_data_with_a_source(name: str) -> None:
    channel = channels.load(name)
    assert channel.id == name
    assert channel.name
    assert all(source.strip() for source in channel.source)
    for slot in channel.slots.values():
        assert slot.count in counting.WAYS
        assert slot.length("word") > 0
    assert any(slot.required for slot in channel.slots.values()) or channel.rules.get("one_of")


@pytest.mark.parametrize("name", channels.names())
def test_every_rule_that_names_slots_names_real_ones(name: str) -> None:
    channel = channels.load(name)
    named = channel.rules.get("one_of", [])
    assert isinstance(named, list)
    assert set(named) <= set(channel.slots)


def test_a_channel_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(MissingError, match="google_rsa"):
        channels.load("myspace")
    with pytest.raises(MissingError, match="channels"):
        channels.load("../../secrets")


def test_a_workspace_adds_a_channel_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "house_magazine.toml").write_text(OWN, "utf-8")
    assert "house_magazine" in channels.names(tmp_path)
    assert "house_magazine" not in channels.names()
    channel = channels.load("house_magazine", tmp_path)
    assert channel.slots["headline"].confidence == "practice"
    assert channel.slots["teaser"].confidence == "derived"
    assert channel.slots["headline"].length("eight words are not so many after all") == 8


def test_a_workspace_overrides_a_channel_of_ours(tmp_path: Path) -> None:
    (tmp_path / "x_post.toml").write_text(OWN, "utf-8")
    assert channels.load("x_post", tmp_path).name == "House magazine"
    assert channels.load("x_post").name == "X post"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('count = "words"', 'count = "letters"', "slots.headline.count"),
        ("items = [1, 1]", "items = [2, 1]", "slots.headline"),
        ("max = 20", "max = -1", "slots.headline.max"),
        ("max = 20", "maximum = 20", "slots.headline.maximum"),
        ('kind = "post"', 'kind = "poster"', "kind"),
        ("checked = 2026-11-23", "", "checked"),
        ('needs = ["headline"]', 'needs = ["picture"]', "picture"),
        ('name = "House magazine"', "name = ", "no TOML"),
    ],
)
def test_a_wrong_file_is_told_by_file_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "house.toml").write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=r"house\.toml") as error:
        channels.load("house", tmp_path)
    assert told in str(error.value)


def test_copy_tells_its_words_by_a_digest_that_claims_do_not_change() -> None:
    one = Copy.model_validate({"slots": {"b": ["x"], "a": ["y", "z"]}})
    same = Copy.model_validate(
        {"slots": {"a": ["y", "z"], "b": ["x"]}, "claims": [{"slot": "a", "text": "y", "fact": "f"}]}
    )
    other = Copy.model_validate({"slots": {"a": ["z", "y"], "b": ["x"]}})
    assert one.digest() == same.digest() != other.digest()
