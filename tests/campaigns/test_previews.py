import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.campaigns.previews import preview
from marketing.drafts import channels
from marketing.settings import Brand

LUMEN = Brand(name="Lumen")


def shown(slots, channel, url=""):
    return preview(slots, channels.load(channel), LUMEN, url)


def test_a_search_ad_shows_three_headlines_two_descriptions_and_where_it_leads():
    slots = {
        "headline": ["Finish It", "Six Episodes", "One Finale", "Stream It"],
        "description": ["The finale is on Friday.", "Start tonight.", "All six are here."],
        "path": ["harbour", "finale"],
    }
    view = shown(slots, "google_rsa", "https://www.lumen.example/harbour-lights?x=1")
    assert [(p.role, p.text) for p in view.shown] == [
        ("label", "Sponsored"),
        ("name", "Lumen"),
        ("address", "lumen.example › harbour › finale"),
        ("title", "Finish It – Six Episodes – One Finale"),
        ("text", "The finale is on Friday. Start tonight."),
    ]
    assert [p.text for p in view.unseen] == ["Stream It", "All six are here."]
    assert view.note


def test_a_caption_is_cut_at_a_word_where_the_feed_cuts_it():
    caption = "Five episodes tonight. The finale on Friday at 21:00. " * 4
    piece = shown({"caption": [caption.strip()], "alt_text": ["A lighthouse"]}, "instagram_post").shown[1]
    assert len(piece.text) <= 125
    assert piece.text.split()[-1] in caption.split()
    assert f"{piece.text} {piece.rest}" == caption.strip()


def test_words_that_fit_are_not_cut():
    assert shown({"caption": ["Short."]}, "instagram_post").shown[1].rest == ""


def test_a_word_longer_than_the_limit_is_cut_between_whole_characters():
    piece = shown({"caption": ["👩‍🚀" * 100]}, "instagram_post").shown[1]
    assert piece.text
    assert set(piece.text.replace("👩‍🚀", "!")) == {"!"}
    assert piece.text + piece.rest == "👩‍🚀" * 100


def test_a_long_post_is_cut_as_the_platform_counts():
    text = "字" * 200
    piece = shown({"text_premium": [text]}, "x_post").shown[1]
    assert len(piece.text) == 140  # each counts twice, and 280 are shown


def test_empty_lines_and_an_unknown_brand_take_no_place():
    view = preview({"headline": ["", "  "], "primary_text": ["Hello"]}, channels.load("meta_feed_ad"), Brand())
    assert [(p.role, p.text) for p in view.shown] == [("label", "Sponsored"), ("text", "Hello")]


@pytest.mark.parametrize("channel", channels.names())
def test_no_word_of_a_draft_is_lost_in_any_channel(channel):
    place = channels.load(channel)
    slots = {n: [f"{n} {i} " + "word " * 60 for i in range(min(s.items[1], 6))] for n, s in place.slots.items()}
    view = preview(slots, place, LUMEN, "https://lumen.example")
    seen = " ".join(f"{p.text} {p.rest}" for p in (*view.shown, *view.unseen))
    assert all(f"{n} {i} " in seen or n == "path" for n, lines in slots.items() for i in range(len(lines)))


@given(st.text(max_size=400))
def test_cutting_never_loses_a_character(text):
    pieces = shown({"caption": [text]}, "instagram_post").shown[1:]
    assert "".join("".join(p.text + p.rest for p in pieces).split()) == "".join(text.split())
