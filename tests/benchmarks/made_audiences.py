"""Invented audiences whose groups are known, of many kinds, each with what the Bayes oracle says of every person.

An audience is made of blocks of columns. Given the group, blocks are independent of one another; within a block
columns may hang together in a way of its own. Every block knows the exact likelihood of what it shows (missing
cells left out), so the oracle, who knows how the audience was made, is exact too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln
from scipy.stats import norm

Array = np.ndarray
Random = np.random.Generator


@dataclass(frozen=True)
class Block:
    """Columns made together: `values` (people, columns), NaN where missing; `loglik` (people, groups) of them."""

    values: Array
    loglik: Array
    categorical: bool | tuple[bool, ...] = False


@dataclass(frozen=True)
class Made:
    """An audience: rows, which columns hold codes, the true groups, and the oracle's."""

    kind: str
    rows: Array
    categorical: tuple[int, ...]
    truth: Array
    oracle: Array
    groups: int


@dataclass(frozen=True)
class People:
    """Who is to be made: everyone's group, and how far apart the groups are."""

    truth: Array
    groups: int
    apart: float
    missing: float

    def seen(self, random: Random, columns: int) -> Array:
        return random.random((len(self.truth), columns)) >= self.missing


def normals(random: Random, people: People, spread: Array, *, tails: float = np.inf, scales: bool = False) -> Block:
    """Numbers with `spread` (columns, columns) or (groups, columns, columns) within groups, some of them bent.

    `tails`: degrees of freedom of Student's t; `scales`: whether groups differ in width as well.
    """
    k, p = people.groups, spread.shape[-1]
    spread = np.broadcast_to(spread, (k, p, p)).copy()
    if scales:
        width = np.exp(random.normal(0, 0.35, (k, p)))
        spread *= width[:, :, None] * width[:, None, :]
    means = random.normal(0, people.apart, (k, p))
    noise = np.einsum(
        "npq,nq->np", np.linalg.cholesky(spread)[people.truth], random.normal(size=(len(people.truth), p))
    )
    if np.isfinite(tails):
        noise /= np.sqrt(random.chisquare(tails, len(noise)) / tails)[:, None]
    values = means[people.truth] + noise
    seen = people.seen(random, p)
    loglik = np.column_stack([_elliptic(values - means[g], spread[g], seen, tails) for g in range(k)])
    bend: list[Callable[[Array], Array]] = [lambda x: x, np.exp, lambda x: np.sign(x) * x**2, lambda x: x, np.sinh]
    shown = np.column_stack([bend[j % 5](values[:, j]) for j in range(p)])
    return Block(np.where(seen, shown, np.nan), loglik)


def _elliptic(away: Array, spread: Array, seen: Array, tails: float) -> Array:
    """Log density of the cells seen, of a normal or Student's t, less what all groups share."""
    result = np.zeros(len(away))
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    for at, pattern in enumerate(patterns):
        if pattern.any():
            rows, part, p = which.ravel() == at, spread[np.ix_(pattern, pattern)], int(pattern.sum())
            x = away[rows][:, pattern]
            square = (x * np.linalg.solve(part, x.T).T).sum(1)
            core = 0.5 * square if np.isinf(tails) else 0.5 * (tails + p) * np.log1p(square / tails)
            result[rows] = -core - 0.5 * np.linalg.slogdet(part)[1]
    return result


def categories(random: Random, people: People, sizes: Sequence[int]) -> Block:
    """Categories that are independent within groups."""
    values, loglik = [], np.zeros((len(people.truth), people.groups))
    for size in sizes:
        chances = random.dirichlet(np.full(size, 0.9 / people.apart), people.groups)
        codes, part = _drawn(random, people, chances)
        values.append(codes)
        loglik += part
    return Block(np.column_stack(values), loglik, True)


def pairs(random: Random, people: People, size: int, pull: float, *, own: bool = False) -> Block:
    """Two categories that hang together within groups, alike in all, or in each in its own way."""
    one, two = (random.dirichlet(np.full(size, 0.9 / people.apart), people.groups) for _ in range(2))
    bond = np.exp(pull * random.normal(size=(people.groups if own else 1, size, size)))
    joint = one[:, :, None] * two[:, None, :] * bond
    joint = (joint / joint.sum((1, 2), keepdims=True)).reshape(people.groups, -1)
    codes = (joint[people.truth].cumsum(1) > random.random((len(people.truth), 1))).argmax(1)
    seen = people.seen(random, 2)
    first, second = codes // size, codes % size
    table = joint.reshape(people.groups, size, size)
    both, only_one, only_two = table[:, first, second].T, table.sum(2)[:, first].T, table.sum(1)[:, second].T
    chance = np.where(seen[:, [0]], np.where(seen[:, [1]], both, only_one), np.where(seen[:, [1]], only_two, 1.0))
    return Block(np.where(seen, np.column_stack([first, second]), np.nan), np.log(chance + 1e-300), True)


def shifted(random: Random, people: People, size: int, shift: float) -> Block:
    """A category, and a number that lies higher or lower by the category's level within every group."""
    chances = random.dirichlet(np.full(size, 0.9 / people.apart), people.groups)
    moved, means = random.normal(0, shift, size), random.normal(0, people.apart, people.groups)
    codes = (chances[people.truth].cumsum(1) > random.random((len(people.truth), 1))).argmax(1)
    number = means[people.truth] + moved[codes] + random.normal(size=len(codes))
    seen = people.seen(random, 2)
    lies = norm.pdf(number[:, None, None] - means[:, None] - moved)  # (people, groups, levels)
    either = (lies * chances).sum(2)
    known = lies[np.arange(len(codes)), :, codes] * chances[:, codes].T
    chance = np.where(seen[:, [1]], np.where(seen[:, [0]], known, either), 1.0)
    chance = np.where(seen[:, [0]] & ~seen[:, [1]], chances[:, codes].T, chance)
    return Block(np.where(seen, np.column_stack([codes, number]), np.nan), np.log(chance + 1e-300), (True, False))


def ordered(random: Random, people: People, columns: int, levels: int) -> Block:
    """Answers on a scale, coded 0, 1, 2 ..., as someone's standing passes thresholds."""
    cuts = norm.ppf(np.arange(1, levels) / levels) * np.sqrt(1 + people.apart**2)
    values, loglik = [], np.zeros((len(people.truth), people.groups))
    for _ in range(columns):
        means = random.normal(0, people.apart, people.groups)
        below = norm.cdf(cuts[None] - means[:, None])
        chances = np.diff(np.column_stack([np.zeros(people.groups), below, np.ones(people.groups)]), axis=1)
        codes, part = _drawn(random, people, chances)
        values.append(codes)
        loglik += part
    return Block(np.column_stack(values), loglik, True)


def counts(random: Random, people: People, columns: int, size: float = 1.5) -> Block:
    """Skewed counts: negative binomial, with a mean of its own in each group."""
    values, loglik = [], np.zeros((len(people.truth), people.groups))
    for _ in range(columns):
        means = np.exp(1.5 + 0.8 * people.apart * random.normal(size=people.groups))
        number = random.poisson(random.gamma(size, means[people.truth] / size)).astype(float)
        seen = people.seen(random, 1)[:, 0]
        odds = means / (means + size)
        log = gammaln(number + size)[:, None] + number[:, None] * np.log(odds) + size * np.log1p(-odds)
        loglik += np.where(seen[:, None], log, 0)
        values.append(np.where(seen, number, np.nan))
    return Block(np.column_stack(values), loglik)


def hurdles(random: Random, people: People, columns: int) -> Block:
    """Amounts that are nought for many, and skewed for the others."""
    values, loglik = [], np.zeros((len(people.truth), people.groups))
    for _ in range(columns):
        none = 1 / (1 + np.exp(-people.apart * random.normal(0, 1.2, people.groups)))
        means = random.normal(0, people.apart, people.groups)
        logs = means[people.truth] + random.normal(size=len(people.truth))
        zero, seen = random.random(len(logs)) < none[people.truth], people.seen(random, 1)[:, 0]
        log = np.where(zero[:, None], np.log(none), np.log1p(-none) + norm.logpdf(logs[:, None] - means))
        loglik += np.where(seen[:, None], log, 0)
        values.append(np.where(seen, np.where(zero, 0.0, np.exp(logs)), np.nan))
    return Block(np.column_stack(values), loglik)


def humps(random: Random, people: People, columns: int) -> Block:
    """Numbers of odd shapes: two humps, or flat between two ends, in places of each group's own."""
    values, loglik = [], np.zeros((len(people.truth), people.groups))
    for column in range(columns):
        means, n = random.normal(0, 1.5 * people.apart, people.groups), len(people.truth)
        seen = people.seen(random, 1)[:, 0]
        if column % 2:
            number = means[people.truth] + random.uniform(-2, 2, n)
            chance = (np.abs(number[:, None] - means) <= 2) / 4
        else:
            number = means[people.truth] + np.where(random.random(n) < 0.5, -1.2, 1.2) + 0.5 * random.normal(size=n)
            away = number[:, None] - means
            chance = norm.pdf(away, -1.2, 0.5) + norm.pdf(away, 1.2, 0.5)
        loglik += np.where(seen[:, None], np.log(chance + 1e-12), 0)
        values.append(np.where(seen, number, np.nan))
    return Block(np.column_stack(values), loglik)


def leaning(random: Random, people: People, columns: int) -> Block:
    """Yes-or-no answers that lean on each person's own standing, besides the group (a Rasch scale in each group)."""
    n = len(people.truth)
    hard = random.normal(0, people.apart, (people.groups, columns))
    standing = random.normal(0, 1.2, n)
    yes = random.random((n, columns)) < 1 / (1 + np.exp(-(standing[:, None] + 1.5 * hard[people.truth])))
    seen = people.seen(random, columns)
    points, weights = np.polynomial.hermite_e.hermegauss(21)
    chance = 1 / (1 + np.exp(-(1.2 * points[:, None, None] + 1.5 * hard)))  # (points, groups, columns)
    log = (seen * yes) @ np.log(chance).transpose(0, 2, 1) + (seen * ~yes) @ np.log1p(-chance).transpose(0, 2, 1)
    loglik = np.log(np.einsum("qng,q->ng", np.exp(log), weights / weights.sum()) + 1e-300)
    return Block(np.where(seen, yes, np.nan), loglik, True)


def copied(random: Random, block: Block, columns: Sequence[int]) -> list[Block]:
    """The block, and some of its columns nearly the same again; the copy tells nothing new, and is missing with it."""
    values = block.values[:, list(columns)]
    width = np.nanstd(values, axis=0)
    return [block, Block(values + 0.1 * width * random.normal(size=values.shape), np.zeros_like(block.loglik))]


def noise(random: Random, people: People, columns: int) -> Block:
    """Columns that tell nothing: categories by turns with spiky and normal numbers."""
    n = len(people.truth)
    made = [
        (random.integers(0, 3, n).astype(float), random.normal(size=n), np.round(random.exponential(1.0, n)))[j % 3]
        for j in range(columns)
    ]
    kinds = tuple(j % 3 == 0 for j in range(columns))
    return Block(np.column_stack(made), np.zeros((n, people.groups)), kinds)


def tied_noise(random: Random, people: People, columns: int) -> Block:
    """Numbers that hang together closely and tell nothing of the groups."""
    n = len(people.truth)
    shared = random.normal(size=(n, 1))
    made = 0.85 * shared + 0.5 * random.normal(size=(n, columns))
    return Block(np.where(people.seen(random, columns), made, np.nan), np.zeros((n, people.groups)))


def _drawn(random: Random, people: People, chances: Array) -> tuple[Array, Array]:
    """Codes drawn by `chances` (groups, levels), some missing, and their log-likelihood."""
    codes = (chances[people.truth].cumsum(1) > random.random((len(people.truth), 1))).argmax(1)
    seen = people.seen(random, 1)[:, 0]
    return np.where(seen, codes, np.nan), np.where(seen[:, None], np.log(chances[:, codes].T + 1e-12), 0)


def alike(columns: int, correlation: float) -> Array:
    """Correlations that are all the same."""
    return np.full((columns, columns), correlation) + (1 - correlation) * np.eye(columns)


def factors(random: Random, columns: int, number: int) -> Array:
    """Correlations that come of a few hidden causes."""
    loads = random.normal(0, 0.9, (columns, number))
    return _scaled(loads @ loads.T + np.diag(random.uniform(0.3, 1.0, columns)))


def own(random: Random, groups: int, columns: int) -> Array:
    """Each group with correlations of its own."""
    return np.stack([factors(random, columns, 2) for _ in range(groups)])


def couples(columns: int, correlation: float) -> Array:
    """Columns two by two."""
    return np.kron(np.eye(-(-columns // 2)), alike(2, correlation))[:columns, :columns]


def _scaled(spread: Array) -> Array:
    width = np.sqrt(np.diag(spread))
    return spread / width / width[:, None]


SIZES = (3, 4, 5, 6, 7)
Kind = Callable[[Random, People], list[Block]]
KINDS: dict[str, Kind] = {
    "independent": lambda r, p: [normals(r, p, np.eye(5)), categories(r, p, SIZES), noise(r, p, 2)],
    "correlated": lambda r, p: [normals(r, p, alike(5, 0.6)), categories(r, p, SIZES), noise(r, p, 2)],
    "two factors": lambda r, p: [normals(r, p, factors(r, 7, 2)), categories(r, p, (3, 4, 5)), noise(r, p, 2)],
    "own correlations": lambda r, p: [normals(r, p, own(r, p.groups, 5)), categories(r, p, (3, 4, 5, 6))],
    "couples": lambda r, p: [normals(r, p, couples(6, 0.8)), categories(r, p, (3, 4, 5, 6))],
    "own widths": lambda r, p: [normals(r, p, np.eye(6), scales=True), categories(r, p, (3, 4, 5))],
    "heavy tails": lambda r, p: [normals(r, p, alike(5, 0.4), tails=3), categories(r, p, SIZES), noise(r, p, 2)],
    "counts": lambda r, p: [counts(r, p, 5), categories(r, p, (3, 4, 5, 6)), noise(r, p, 3)],
    "hurdles": lambda r, p: [hurdles(r, p, 4), counts(r, p, 2), categories(r, p, (3, 4, 5)), noise(r, p, 3)],
    "paired categories": lambda r, p: [
        normals(r, p, np.eye(4)),
        *(pairs(r, p, size, 1.0) for size in (3, 4, 5)),
        noise(r, p, 2),
    ],
    "own pairs": lambda r, p: [
        normals(r, p, np.eye(4)),
        pairs(r, p, 4, 0.8, own=True),
        pairs(r, p, 3, 0.8, own=True),
        categories(r, p, (3, 4)),
    ],
    "shifted numbers": lambda r, p: [*(shifted(r, p, size, 1.5) for size in (3, 4, 5)), categories(r, p, (3, 4))],
    "scales": lambda r, p: [ordered(r, p, 6, 5), ordered(r, p, 3, 7), categories(r, p, (3, 4))],
    "tied noise": lambda r, p: [normals(r, p, np.eye(4)), categories(r, p, SIZES), tied_noise(r, p, 4)],
    "wide": lambda r, p: [normals(r, p, alike(12, 0.3)), categories(r, p, SIZES * 2), noise(r, p, 38)],
    "narrow": lambda r, p: [normals(r, p, np.eye(2)), categories(r, p, (4, 5))],
    "everything": lambda r, p: [
        normals(r, p, factors(r, 4, 1)),
        hurdles(r, p, 2),
        counts(r, p, 2),
        pairs(r, p, 4, 0.8),
        ordered(r, p, 2, 5),
        shifted(r, p, 3, 1.0),
        noise(r, p, 4),
    ],
}
# Kinds that nothing was tuned on.
OTHERS: dict[str, Kind] = {
    "odd shapes": lambda r, p: [humps(r, p, 5), categories(r, p, (3, 4, 5)), noise(r, p, 2)],
    "leaning answers": lambda r, p: [leaning(r, p, 10), normals(r, p, np.eye(3)), categories(r, p, (4, 5))],
    "near copies": lambda r, p: [
        *copied(r, normals(r, p, alike(5, 0.3)), (0, 1, 3)),
        categories(r, p, (3, 4, 5)),
        noise(r, p, 2),
    ],
    "tails and bonds": lambda r, p: [
        normals(r, p, factors(r, 6, 2), tails=4, scales=True),
        pairs(r, p, 5, 1.0),
        shifted(r, p, 4, 1.0),
        counts(r, p, 1),
        noise(r, p, 3),
    ],
    "answers and amounts": lambda r, p: [
        ordered(r, p, 4, 7),
        hurdles(r, p, 3),
        pairs(r, p, 3, 1.2, own=True),
        tied_noise(r, p, 3),
    ],
}


def made(
    kind: str,
    seed: int,
    *,
    people: int = 5_000,
    groups: int = 6,
    apart: float = 1.0,
    missing: float = 0.1,
    equal: float = 6.0,
) -> Made:
    """An audience of one of KINDS or OTHERS; groups are the more alike in size, the larger `equal` (Dirichlet)."""
    random = np.random.default_rng([seed, *kind.encode()])
    share = random.dirichlet(np.full(groups, equal))
    truth = random.choice(groups, people, p=share)
    blocks = {**KINDS, **OTHERS}[kind](random, People(truth, groups, apart, missing))
    loglik = np.log(share + 1e-300) + sum(block.loglik for block in blocks)
    flags = np.concatenate([np.broadcast_to(block.categorical, block.values.shape[1]) for block in blocks])
    rows = np.hstack([block.values for block in blocks]).astype(np.float32)
    return Made(kind, rows, tuple(np.flatnonzero(flags).tolist()), truth, loglik.argmax(1), groups)


def shuffled(rows: Array, seed: int) -> Array:
    """The same columns, each in an order of its own: no groups are left."""
    random = np.random.default_rng(seed)
    return np.column_stack([random.permutation(column) for column in rows.T])
