"""Files that users have, in whatever form -> our tables, checked at the door.

Promises the floors above one typed table whose every cell keeps its contract, or every fault of the file at
once, in words. Needs from below the tables' contracts and the limits in the settings. The folder
:mod:`marketing.sources.platforms` holds one file for each platform whose exports are known by their header.
"""

from marketing.sources.columns import ColumnGuess
from marketing.sources.guesses import Guess, guess
from marketing.sources.reading import Reading, ingestible, read

__all__ = ["ColumnGuess", "Guess", "Reading", "guess", "ingestible", "read"]
