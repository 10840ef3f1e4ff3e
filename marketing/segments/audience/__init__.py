"""Who and what may be used to find groups: people as a matrix of numbers and codes, the rest set aside in words.

`learn` finds out from a sample how a table is read, and the `Scheme` reads all of it, by the chunk.
"""

from marketing.segments.audience.learning import learn
from marketing.segments.audience.people import People
from marketing.segments.audience.scheme import OTHER, Column, Scheme, SetAside

__all__ = ["OTHER", "Column", "People", "Scheme", "SetAside", "learn"]
