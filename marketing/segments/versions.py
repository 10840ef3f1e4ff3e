"""What was stored of segments, held to the version that reads it."""

from collections.abc import Mapping
from typing import Any

from marketing.errors import InputError


def require(record: Mapping[str, Any], version: int) -> None:
    """Refuse a record of another version: there is no reading half of how people are placed.

    Raises:
        InputError: it is of another.
    """
    if record.get("version") != version:
        raise InputError("These segments were found by another version of Marquee. Find them anew: marquee run segment")
