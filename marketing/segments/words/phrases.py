"""Parts of sentences put together."""

from collections.abc import Sequence


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Parts as a list in a sentence: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def inside(text: str) -> str:
    """What stood alone, within a sentence: its first letter small, unless it begins with an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
