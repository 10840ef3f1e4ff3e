"""What the law keeps out of segments, and what our default does until the settings let it in with a reason.

`recognition` knows columns by name and content, `minors` finds who may be under 18, `proxies` tells how much the
segments still say of what was kept out, `record` is what a lawyer reads of all that.
"""

from marketing.segments.fairness.reading import lists, name_words, pattern, words
from marketing.segments.fairness.recognition import Category, is_special_value, kept_out

__all__ = ["Category", "is_special_value", "is_unspoken", "kept_out", "name_words", "pattern", "words"]


def is_unspoken(name: str) -> bool:
    """Whether no group may be named after this column (age, family, money troubles ...)."""
    return pattern(lists("names.toml")["unspoken"]).search(name_words(name)) is not None
