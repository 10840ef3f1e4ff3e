"""A number for each person that depends on the id and a seed alone, so that a sample is the same in any order of rows.

Each byte at each place of an id has a random number of 64 bits, and an id's hash is their sum (tabulation hashing,
Zobrist 1970; Patrascu and Thorup 2012: as good as a random function where values are ranked). Done by columns of
bytes in Arrow's own layout, it costs a tenth of a second for a million ids, and gives the same on any machine.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

PLACES = 256  # bytes of an id that have numbers of their own; the longest ids are 200 characters

Hashes = NDArray[np.uint64]


def hashes(persons: pd.Series | pa.Array, seed: int) -> Hashes:
    """A number for each person, even over all of uint64."""
    cells = persons if isinstance(persons, pa.Array) else pa.array(persons.array, from_pandas=True)
    texts = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    return _of_texts(texts.cast(pa.large_string()), seed)


def _of_texts(texts: pa.Array, seed: int) -> Hashes:
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if not len(texts) or data is None:
        return _mixed(np.zeros(len(texts), np.uint64) + np.uint64(seed & 0xFFFFFFFF))
    told = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    starts, lengths = ends[:-1] - ends[0], np.diff(ends)
    sums, table = np.zeros(len(texts), np.uint64), _table()
    least, most = int(lengths.min()), int(lengths.max())
    square = told.reshape(len(texts), most) if least == most else None
    for place in range(most):
        numbers = table[place % PLACES]
        if square is not None:
            sums += numbers[square[:, place]]
        elif place < least:
            sums += numbers[told[starts + place]]
        else:
            longer = np.flatnonzero(lengths > place)
            sums[longer] += numbers[told[starts[longer] + place]]
    return _mixed(sums ^ _mixed(np.full(1, seed & 0xFFFFFFFF, np.uint64)))


def _table() -> Hashes:
    """A random number for each byte at each place."""
    return _mixed(np.arange(PLACES * 256, dtype=np.uint64)).reshape(PLACES, 256)


def _mixed(numbers: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele et al. 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
