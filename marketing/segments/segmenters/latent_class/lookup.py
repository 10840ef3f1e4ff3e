"""The chances of many people, quickly: tables looked up by what people are, instead of EM's rows of 0 and 1.

Parts are joined into tables of up to JOINED rows, so that several columns cost one look-up. People go through a
block at a time, which stays in the processor's cache.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marketing.segments.segmenters.latent_class.design import Structure, layout, patterns_of
from marketing.segments.segmenters.latent_class.mixture import Mixture, Scored, near, scored
from marketing.segments.segmenters.latent_class.reading import Codes, Doubles, Floats, Reading

JOINED = 1_024  # rows of a table at most, unless one bond alone needs more
BLOCK = 16_384  # people at a time
BITS = 8  # scores up to which every pattern of what is known is prepared


@dataclass(frozen=True)
class Table:
    """Log-likelihoods (rows, groups) of some parts together; a row is the parts' codes, the last counting fastest."""

    parts: tuple[int, ...]
    sizes: tuple[int, ...]
    logs: Floats


@dataclass(frozen=True)
class Lookup:
    """Everything to say how likely rows are in each group."""

    reading: Reading
    structure: Structure
    mixture: Mixture
    tables: tuple[Table, ...]
    weights: Floats
    bits: Floats
    ready: Scored | None

    def joint(self, rows: Floats) -> Floats:
        """Log-likelihood with the groups' shares (people, groups), but for what is alike in all groups."""
        logs = np.empty((len(rows), self.mixture.k), np.float32)
        for first in range(0, len(rows), BLOCK):
            logs[first : first + BLOCK] = self._block(rows[first : first + BLOCK])
        return logs

    def plain(self, rows: Floats) -> Floats:
        """What `joint` lacks of the log-likelihood relative to standard normal scores (people,)."""
        standing = np.nan_to_num(self.reading.standing(rows))
        return np.asarray(0.5 * (standing**2 @ self.weights), np.float32)

    def _block(self, rows: Floats) -> Floats:
        codes = self.reading.codes(rows)
        logs = np.repeat(self.mixture.shares.astype(np.float32)[None], len(rows), axis=0)
        for table in self.tables:
            at = codes[table.parts[0]]
            for part, size in zip(table.parts[1:], table.sizes[1:], strict=True):
                at = at * size + codes[part]
            logs += table.logs.take(at, axis=0)
        if self.reading.scores:
            logs += self._scores(rows, codes)
        return logs

    def _scores(self, rows: Floats, codes: list[Codes]) -> Floats:
        standing = self.reading.standing(rows)
        there = ~np.isnan(standing)
        known = there * self.weights
        standing = np.where(there, standing, np.float32(0))
        for score, part in self.structure.shifts:
            moved = np.append(self.mixture.shifts[score, part], np.float32(0))[codes[part]]
            standing[:, score] -= moved * there[:, score]
        if self.ready is not None:
            pattern = (there @ self.bits).astype(np.intp)
            ready = self.ready
        else:
            patterns, pattern = patterns_of(known)
            ready = scored(self.mixture, patterns, self.structure.tails)
        logs, _, _ = near(ready, standing, known, pattern, self.structure.tails)
        return logs


def prepare(reading: Reading, structure: Structure, mixture: Mixture) -> Lookup:
    """Make the tables."""
    weights = np.array([score.weight for score in reading.scores], np.float32)
    bits = (1 << np.arange(min(len(weights), BITS))).astype(np.float32)
    ready = None
    if 0 < len(weights) <= BITS:
        every = np.arange(1 << len(weights))[:, None] >> np.arange(len(weights)) & 1
        ready = scored(mixture, every.astype(np.float32) * weights, structure.tails)
    return Lookup(reading, structure, mixture, tuple(_tables(reading, structure, mixture)), weights, bits, ready)


def _tables(reading: Reading, structure: Structure, mixture: Mixture) -> Iterable[Table]:
    """Every part's likelihood, given its parent's, packed into as few tables as JOINED allows."""
    joined: list[tuple[list[int], list[int]]] = []  # parts of a table; those whose likelihood is in it
    for part in range(len(reading.parts)):
        wanted = {part, structure.parents.get(part, part)}
        for parts, told in joined:
            if np.prod([reading.sizes[one] + 1 for one in wanted.union(parts)]) <= JOINED:
                parts.extend(sorted(wanted.difference(parts)))
                told.append(part)
                break
        else:
            joined.append((sorted(wanted), [part]))
    own, pairs = layout(reading.sizes, structure)
    for parts, told in joined:
        sizes = [reading.sizes[one] + 1 for one in parts]
        logs = np.zeros((*sizes, mixture.k))
        for part in told:
            logs += _part(reading, structure, mixture, part, own, pairs, parts)
        yield Table(tuple(parts), tuple(sizes), logs.reshape(-1, mixture.k).astype(np.float32))


def _part(
    reading: Reading,
    structure: Structure,
    mixture: Mixture,
    part: int,
    own: Codes,
    pairs: Mapping[int, int],
    axes: Sequence[int],
) -> Doubles:
    """A part's weighted log-likelihood, laid along the axes of a table; 0 where it is missing."""
    size, k = reading.sizes[part], mixture.k
    alone = mixture.cells[:, own[part] : own[part] + size].T
    shape = [1] * len(axes)
    shape[axes.index(part)] = size + 1
    logs = np.zeros((size + 1, k))
    logs[:size] = alone
    if part in structure.parents:
        above = structure.parents[part]
        many = reading.sizes[above]
        shape[axes.index(above)] = many + 1
        logs = np.zeros((many + 1, size + 1, k))
        logs[:many, :size] = mixture.cells[:, pairs[part] : pairs[part] + many * size].T.reshape(many, size, k)
        logs[many, :size] = alone
        if axes.index(above) > axes.index(part):
            logs = logs.swapaxes(0, 1)
    return logs.reshape(*shape, k) * reading.parts[part].weight
