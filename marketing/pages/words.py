"""Numbers, days and names as a reader has them, and text of others made harmless for Markdown."""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from marketing.trends.wording import times

SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SIGNIFICANT = 3  # figures: what a forecast is good for
LEVEL = 0.005  # a change below half a per cent is none
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")  # all of ASCII's, which CommonMark lets one escape
JOINER = "\u2060"  # no width, no break: keeps Streamlit from reading codes and addresses in plain words
CODES = re.compile(r":(?=[\w+-]+[:/])|(?<=www)(?=\.)|(?<=:)(?=//)|(?<=\w)(?=@)|(?<=[<~>-])(?=[-=>])")


def plain(text: object) -> str:
    """`text` as Markdown that shows exactly its characters: no link, image, emoji, colour or formula."""
    return escaped(" ".join(str(text).split()))


def escaped(text: str) -> str:
    """As `plain`, each space kept, line breaks as spaces."""
    guarded = CODES.sub(lambda found: found.group() + JOINER, re.sub(r"\s", " ", text))
    return PUNCTUATION.sub(r"\\\1", guarded)


def spelled(number: int) -> str:
    """A count as prose has it: words to twelve."""
    return SPELLED[number] if 0 <= number < len(SPELLED) else f"{number:,}"


def count(number: int, one: str, many: str = "") -> str:
    """ "three drafts", "one draft", "no drafts"; `many` where the plural is not one more s."""
    return f"{spelled(number)} {one if number == 1 else many or one + 's'}"


def counted(number: int, one: str, many: str = "") -> str:
    """As `count`, in figures: "3 drafts", "1 draft", "0 drafts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def begun(sentence: str) -> str:
    """`sentence` with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def figure(value: float) -> str:
    """A quantity for prose and tables, to three significant figures: 265,000, 61,400, 0.87."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    digits = SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    text = f"{rounded:,.{max(0, digits)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def share(value: float) -> str:
    """A ratio as per cent."""
    return f"{value:.0%}".replace("-", "−")


def change(ratio: float) -> str:
    """ "up 4%", "down 8%", "no change" for a ratio of new to old less one."""
    if not math.isfinite(ratio):
        return "unknown"
    if abs(ratio) < LEVEL:
        return "no change"
    if ratio >= 1:
        return f"{times(ratio + 1)} times as much"
    return f"{'up' if ratio > 0 else 'down'} {abs(ratio):.0%}"


def day(date: dt.date, today: dt.date) -> str:
    """ "Saturday 28 November", with the year where it is not this one."""
    return f"{date:%A} {date_only(date, today)}"


def date_only(date: dt.date, today: dt.date) -> str:
    """ "28 November", with the year where it is not this one."""
    return f"{date.day} {date:%B}" + ("" if date.year == today.year else f" {date.year}")


def short_date(date: dt.date, today: dt.date | None = None) -> str:
    """ "28 Nov", with the year where it is not that of `today`."""
    year = f" {date.year}" if today and date.year != today.year else ""
    return f"{date.day} {date:%b}{year}"


def moment(at: dt.datetime, now: dt.datetime) -> str:
    """ "today at 09:40", "yesterday at 17:05", "on 14 November at 08:00", in the server's time zone."""
    local, here = at.astimezone(), now.astimezone()
    days = (here.date() - local.date()).days
    when = {0: "today", 1: "yesterday"}.get(days, f"on {date_only(local.date(), here.date())}")
    return f"{when} at {local:%H:%M}"


def since(at: dt.datetime, now: dt.datetime) -> str:
    """How long ago: "just now", "2 hours", "4 days"."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size:
            return counted(minutes // size, unit)
    return "just now"


def duration(seconds: float) -> str:
    """ "about 40 seconds", "about three minutes"."""
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    return f"about {count(round(seconds / 60), 'minute')}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def apart(named: Mapping[str, str]) -> dict[str, str]:
    """Names by id, the id behind those that several have: widgets tell options apart by what is shown."""
    times = Counter(named.values())
    return {i: f"{name} ({i})" if times[name] > 1 else name for i, name in named.items()}


def measure(metric: str) -> str:
    """A metric's id as a noun: "page_views" -> "page views"."""
    return metric.replace("_", " ").strip()


def label(name: str) -> str:
    """A column's or kind's id as a label: "podcast_episode" -> "Podcast episode"."""
    return begun(name.replace("_", " ").strip())


def inside(name: str) -> str:
    """A segment's name within a sentence: "Late-night finishers" -> "late-night finishers".

    The first letter stays where the first word is written in capitals beyond its first, as abbreviations are.
    """
    first = name.split(" ", 1)[0]
    return name if first[1:] != first[1:].lower() else name[:1].lower() + name[1:]
