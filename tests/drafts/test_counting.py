"""Each way of counting against an independent counter, and against cases whose answer is published or plain."""

import io
import math
import time
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.drafts.channels import counting

WORDS = st.sampled_from(
    [
        "a",
        "Ω",
        "é",
        "e\u0301",
        "の",
        "Ａ",
        "ｱ",
        "€",
        "{",
        "~",
        "’",
        " ",
        "\n",
        "#",
        "@",
        "1",
        ".",
        "😀",
        "👍🏽",
        "🇬🇧",
        "❤️",
        "1️⃣",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=40).map("".join))


@given(TEXTS)
def test_characters_are_code_points_after_composition(text: str) -> None:
    assert counting.length(text, "chars") == sum(1 for _ in unicodedata.normalize("NFC", text))


@given(TEXTS)
def test_wide_characters_count_twice(text: str) -> None:
    expected = 0
    for character in unicodedata.normalize("NFC", text):
        expected += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    assert counting.length(text, "width2") == expected


@given(TEXTS)
def test_bytes_and_units_are_those_of_the_encodings(text: str) -> None:
    stream = io.BytesIO()
    writer = io.TextIOWrapper(stream, "utf-8", errors="surrogatepass", newline="", write_through=True)
    writer.write(text)
    assert counting.length(text, "utf8_bytes") == len(stream.getvalue())
    assert counting.length(text, "utf16") == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXTS)
def test_graphemes_are_what_is_split_at_boundaries(text: str) -> None:
    whole = regex.compile(r"\X")
    position = expected = 0
    while position < len(text):
        match = whole.match(text, position)
        assert match is not None
        position, expected = match.end(), expected + 1
    assert counting.length(text, "graphemes") == expected


@given(TEXTS)
def test_linkedin_counts_what_must_be_escaped_once_more(text: str) -> None:
    escaped = text
    for sign in "\\|{}@[]()<>#*_~":
        escaped = escaped.replace(sign, sign + "\0") if sign != "\\" else escaped.replace("\\", "\\\0")
    assert counting.length(text, "linkedin") == len(escaped)


GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


@given(st.one_of(TEXTS, st.text(alphabet=GSM + "^{}\\[~]|€", max_size=400)))
@settings(max_examples=200)
def test_an_sms_weighs_what_its_encoding_makes_of_it(text: str) -> None:
    extension = "\f^{}\\[~]|€"
    septets = 0
    is_gsm = True
    for character in text:
        is_gsm &= character in GSM or character in extension
        septets += 2 if character in extension else 1
    weighed = counting.weigh_sms(text)
    assert weighed.encoding == ("GSM-7" if is_gsm else "UCS-2")
    assert weighed.units == (septets if is_gsm else len(text.encode("utf-16-le", "surrogatepass")) // 2)
    alone, each = (160, 153) if is_gsm else (70, 67)
    assert weighed.parts == 1 if weighed.units <= alone else weighed.parts >= math.ceil(weighed.units / each)


def test_an_sms_part_never_splits_an_escaped_pair() -> None:
    assert counting.weigh_sms("a" * 160).parts == 1
    assert counting.weigh_sms("a" * 161).parts == 2
    assert counting.weigh_sms("a" * 152 + "€" + "a" * 152).parts == 3  # the euro sign does not fit the first part
    assert counting.weigh_sms("é" * 160).parts == 1
    assert counting.weigh_sms("’" + "a" * 70).parts == 2


@given(st.text(alphabet="ab \n-–—!", max_size=80))
def test_words_are_runs_that_can_be_spoken(text: str) -> None:
    assert counting.length(text, "words") == len(regex.findall(r"\S*[ab]\S*", text))


@pytest.mark.parametrize(
    ("text", "seconds"), [("6", 6), ("5.2 s", 6), ("0:15", 15), ("1:30", 90), ("one two three", 2), ("", 0)]
)
def test_seconds_are_a_duration_or_the_time_to_read(text: str, seconds: int) -> None:
    assert counting.length(text, "seconds") == seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("This is a test.", 15),
        ("http://test.com", 23),
        ("https://test.com", 23),
        ("test.com", 23),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("t.co", 23),
        ("foo.co.jp", 23),
        ("(see example.com)", 29),
        ("example.com/path/to?x=1&y. End", 28),
        ("日本語example.com", 29),
        ("user@example.com", 16),
        ("no.suchending", 13),
        ("のの", 4),
        ("“quoted” – dash", 15),
        ("H🐱☺", 5),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇬🇧🇫🇷", 4),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 2),
        ("1️⃣", 2),
        ("©", 1),
        ("©️", 2),
        ("12", 2),
        ("e\u0301", 1),
    ],
)
def test_x_counts_addresses_emoji_and_scripts_by_its_configuration(text: str, length: int) -> None:
    assert counting.length(text, "x_weighted") == length


@given(st.text(alphabet="abc xyzéñ—“”’の가", max_size=80))
def test_x_counts_text_without_addresses_by_ranges(text: str) -> None:
    light = [*range(0x10FF + 1), *range(0x2000, 0x200E), *range(0x2010, 0x2020), *range(0x2032, 0x2038)]
    assert counting.length(text, "x_weighted") == sum(
        1 if ord(c) in light else 2 for c in unicodedata.normalize("NFC", text)
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("hello", 5),
        ("https://a.example/a/very/long/path/that/goes/on", 23),
        ("see https://a.example.", 28),
        ("@ana@social.example hi", 7),
        ("@ana hi", 7),
        ("example.com", 11),
    ],
)
def test_mastodon_shortens_addresses_and_remote_names(text: str, length: int) -> None:
    assert counting.length(text, "mastodon") == length


@pytest.mark.parametrize("way", sorted(counting.WAYS))
@pytest.mark.parametrize("unit", ["a.", "http://a.com/(", "😀\u200d", "@a@b.", "a.com ", "(", "é.", "www.com-"])
def test_no_way_of_counting_takes_more_than_linear_time(way: str, unit: str) -> None:
    def seconds(size: int) -> float:
        text, spent = unit * (size // len(unit)), []
        for _ in range(3):
            started = time.process_time()
            counting.length(text, way)
            spent.append(time.process_time() - started)
        return min(spent)

    assert seconds(100_000) < 50 * max(seconds(10_000), 0.005)  # ten times the text; a square would be a hundred
