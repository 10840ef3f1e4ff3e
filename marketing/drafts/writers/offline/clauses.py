"""Shorten a statement where a clause ends: what is left still stands by itself, and no word is cut."""

import re

SENTENCE_END = re.compile(r"(?<=[.!?])[”\"’']?\s+(?=[A-Z“\"‘0-9])")
HARD_BREAK = re.compile(r"\s*;\s+|\s+[–—]\s+|\s+-\s+")
# A clause after a comma that the words before it can do without.
SOFT_BREAK = re.compile(
    r",\s+(?=(?:but|while|when|until|where|who|whose|which|as|so|before|after|because|"
    r"and\s+(?:nobody|no one|everyone|he|she|they|it|someone|something|nothing|then|now))\b)",
    re.IGNORECASE,
)
LEANS = re.compile(
    r"(?:when|while|as|after|before|if|although|because|since|until|where|and|but|or|so)\b", re.IGNORECASE
)
HEAD_WORDS = 4  # fewer words than this are a fragment of a clause more often than a statement


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order; an abbreviation in the middle keeps what follows with it."""
    parts = [part.strip() for part in SENTENCE_END.split(text.strip())]
    joined: list[str] = []
    for part in parts:
        if joined and re.search(r"(?:^|\s)(?:[A-Z]|[A-Z][a-z]{0,2}|vs|No|feat|ft)\.$", joined[-1]):
            joined[-1] += " " + part
        else:
            joined.append(part)
    return [part for part in joined if part]


def shortened(text: str) -> list[str]:
    """`text` and the shorter statements that begin it, longest first, each whole by itself."""
    found = [text.strip()]
    spoken = sentences(text)
    found += [" ".join(spoken[:count]) for count in range(len(spoken) - 1, 0, -1)]
    for pattern in (HARD_BREAK, SOFT_BREAK):
        found += _heads(spoken[0] if spoken else "", pattern)
    unique = dict.fromkeys(found)
    return sorted(unique, key=len, reverse=True)


def _heads(sentence: str, pattern: re.Pattern[str]) -> list[str]:
    heads = []
    for cut in pattern.finditer(sentence):
        head, tail = sentence[: cut.start()].rstrip(" ,;:"), sentence[cut.end() :]
        if _stands(head) and not (pattern is SOFT_BREAK and "," in tail):
            heads.append(head)
    return heads


def _stands(head: str) -> bool:
    balanced = all(head.count(a) == head.count(b) for a, b in ("()", "“”", "[]")) and head.count('"') % 2 == 0
    return balanced and len(head.split()) >= HEAD_WORDS and not LEANS.match(head) and "," not in head


def sentence(text: str) -> str:
    """`text` as a sentence: begun with a capital, ended with a stop."""
    text = text.strip()
    begun = text[:1].upper() + text[1:] if text[:1].isalpha() and not _is_a_name(text) else text
    return begun if re.search(r"[.!?…][”\"’')\]]*$", begun) else begun + "."


def headline(text: str) -> str:
    """`text` as a headline: begun with a capital, without a full stop."""
    return sentence(text).removesuffix(".") if not text.rstrip().endswith("...") else text


def _is_a_name(text: str) -> bool:
    """Whether the first word has capitals of its own further on, as iPhone or eFootball do."""
    first = text.split()[0]
    return any(c.isupper() for c in first[1:])


def lowered(text: str) -> str:
    """`text` to stand behind other words: the first letter small."""
    return text[:1].lower() + text[1:]
