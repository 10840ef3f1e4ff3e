"""The words of a line, and the lexicon that says which of them assert something."""

import functools
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Any, NamedTuple

import regex

MASK = "¤"  # stands where words are free to say what they say; it is no letter, no digit, no end of a clause
LANGUAGES = ("en",)
_TOKEN = regex.compile(
    r"(?P<number>[0-9]++(?:[.,’'\u202f\u00a0][0-9]++)*+)"
    r"|(?P<word>[^\W\d_]++(?:['’][^\W\d_]++)*+)"
    r"|(?P<star>[★⭐]++)"
    r"|(?P<sign>[$£€¥₹%#+/:×–-])"
    r"|(?P<end>[.!?;,()|•…\n\r\"“”«»—\u2028\u2029])"
)


class Token(NamedTuple):
    """A word, a number or a sign, and where it stands."""

    kind: str
    text: str
    start: int
    end: int
    low: str


@functools.cache
def lexicon(language: str = "en") -> dict[str, Any]:
    """The lexicon of a language, English where there is none of its own yet."""
    short = language.partition("-")[0].lower()
    file = f"{short if short in LANGUAGES else 'en'}.toml"
    return tomllib.loads(resources.files(__package__).joinpath(file).read_text("utf-8"))


@functools.lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a line, in order."""
    return tuple(
        Token(match.lastgroup or "", match[0], match.start(), match.end(), match[0].lower().replace("’", "'"))
        for match in _TOKEN.finditer(text)
    )


@functools.lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its plural and its possessive: "episodes" and "episode's" are "episode"."""
    word = word.lower().replace("’", "'").removesuffix("'s").removesuffix("'")
    if len(word) > 4 and word.endswith("ies") and word != "series":
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word != "series":
        return word[:-1]
    return word


@functools.cache
def units() -> dict[str, str]:
    """What numbers count: each word (its stem) and the word that stands for all that mean the same."""
    return {stem(word): stem(group[0]) for group in reversed(lexicon()["units"]["same"]) for word in group}


@functools.cache
def lookup(*path: str) -> frozenset[str]:
    """The words of a list of the lexicon."""
    found: Any = lexicon()
    for key in path:
        found = found[key]
    return frozenset(found)


@functools.cache
def phrases(*path: str) -> "Phrases":
    """The phrases of a list of the lexicon, ready to be found."""
    return Phrases(lookup(*path))


class Phrases:
    """Phrases to be found among tokens, each in one step from its first word; a space may be a hyphen."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(set(listed)):
            told = tuple(token.low for token in joined(tokens(phrase)))
            if told:
                self._by_first.setdefault(told[0], []).append(told)
        for told_phrases in self._by_first.values():
            told_phrases.sort(key=lambda told: (-len(told), told))

    def at(self, line: Sequence[Token], place: int) -> int:
        """Where the longest phrase that begins at `place` ends, as a place in `line`; 0 for none."""
        for told in self._by_first.get(line[place].low, ()):
            end = place + len(told)
            if end <= len(line) and all(line[place + i].low == word for i, word in enumerate(told)):
                return end
        return 0

    def find(self, line: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Places (start, end) of each phrase in `line`, the longest where several begin, none within another."""
        place = 0
        while place < len(line):
            end = self.at(line, place)
            if end:
                yield place, end
            place = max(place + 1, end)


def joined(line: Iterable[Token]) -> list[Token]:
    """Tokens without the hyphens and dashes that join words."""
    return [token for token in line if token.text not in ("-", "–")]


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with these spans made mute, every place kept."""
    parts, reached = [], 0
    for start, end in sorted(spans):
        if end > reached:
            begin = max(start, reached)
            parts += [text[reached:begin], MASK * (end - begin)]
            reached = end
    return "".join([*parts, text[reached:]])
