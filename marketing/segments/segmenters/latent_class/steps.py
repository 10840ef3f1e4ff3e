"""The M-step of EM: the groups as they best explain the people that are likely in them.

Every estimate is drawn a little towards what all groups share, as if some people more had been seen there: an empty
cell is no proof that nobody belongs in it, and small groups keep sensible widths.
"""

from dataclasses import replace

import numpy as np

from marketing.segments.segmenters.latent_class.design import Design
from marketing.segments.segmenters.latent_class.mixture import Chances, Mixture, chances
from marketing.segments.segmenters.latent_class.reading import Doubles, Floats, Shifts

# People as if seen besides: for shares and levels, pairs of parts, widths of scores, pulls of causes, shifts.
BY_LEVEL, BY_PAIR, BY_SPREAD, BY_LOAD, BY_SHIFT = 1.0, 20.0, 20.0, 50.0, 5.0
NARROWEST = 0.05  # variance of a score within a group


def climb(mixture: Mixture, design: Design, steps: int, tol: float) -> tuple[Mixture, Chances, int]:
    """EM from `mixture` until a step gains less than `tol` a person in every fit, or `steps` are done."""
    before = np.full(mixture.starts, -np.inf)
    found = chances(mixture, design)
    for step in range(steps):
        if np.all(found.loglik - before < tol * design.people):
            return replace(mixture, loglik=found.loglik), found, step
        before = found.loglik
        if design.structure.shifts:
            mixture = _shift(mixture, design, found)
        mixture = maximise(mixture, design, found)
        found = chances(mixture, design)
    return replace(mixture, loglik=found.loglik), found, steps


def maximise(mixture: Mixture | None, design: Design, found: Chances, starts: int = 1) -> Mixture:
    """The groups that explain people best, given their chances; `mixture` is what they were before, if anything."""
    starts = mixture.starts if mixture else starts
    sums = found.groups.sum(axis=0, dtype=np.float64)
    k = len(sums) // starts
    people = sums.reshape(starts, k)
    shares = np.log((people + BY_LEVEL / k) / (people.sum(axis=1, keepdims=True) + BY_LEVEL)).ravel()
    cells, by_cell = _cells(design, found, starts)
    shifts = (
        mixture.shifts
        if mixture
        else {pair: np.zeros(design.sizes[pair[1]], np.float32) for pair in design.structure.shifts}
    )
    means, spread, loads, by_score = _scores(design, found, starts, sums, shifts)
    free = k - 1 + by_cell + by_score + sum(design.sizes[part] - 1 for _, part in design.structure.shifts)
    return Mixture(starts, shares, cells, means, spread, loads, shifts, free, found.loglik)


def _pooled(values: Doubles, starts: int) -> Doubles:
    """Sums over the groups of each fit, at every group."""
    by_start = values.reshape(starts, -1, *values.shape[1:])
    return np.repeat(by_start.sum(axis=1), by_start.shape[1], axis=0)


def _cells(design: Design, found: Chances, starts: int) -> tuple[Doubles, float]:
    """Logarithms of shares of levels (G, cells), given the parent's where there is one; and how many are free."""
    counts = (design.cells.T @ found.groups).T.astype(np.float64)
    first, k = design.starts, len(counts) // starts
    if not len(design.sizes):
        return counts, 0.0
    own = counts[:, : first[-1]].copy()
    joint = {}
    for child, at in design.pairs.items():
        size, above = design.sizes[child], design.sizes[design.structure.parents[child]]
        joint[child] = counts[:, at : at + size * above].reshape(-1, above, size)
        own[:, first[child] : first[child] + size] += joint[child].sum(axis=1)
    everyone = _pooled(own, starts) + 0.5
    own += BY_LEVEL * everyone / _by_part(everyone, design)
    own /= _by_part(own, design)
    shares, free = [own], float(k * (first[-1] - len(design.sizes)))
    for child, table in joint.items():
        given, more = _given(own[:, first[child] : first[child] + design.sizes[child]], table, starts)
        shares.append(given.reshape(len(given), -1))
        free += more
    return np.log(np.concatenate(shares, axis=1)), free


def _by_part(values: Doubles, design: Design) -> Doubles:
    return np.repeat(np.add.reduceat(values, design.starts[:-1], axis=1), design.sizes, axis=1)


def _given(own: Doubles, table: Doubles, starts: int) -> tuple[Doubles, float]:
    """Shares of a part given its parent (G, parent, part), drawn towards a bond that is alike in all groups."""
    above, below = table.sum(axis=2, keepdims=True), table.sum(axis=1, keepdims=True)
    apart = above * below / np.maximum(table.sum(axis=(1, 2), keepdims=True), 1e-9)
    bond = (_pooled(table, starts) + 1) / (_pooled(apart, starts) + 1)
    drawn = own[:, None, :] * bond
    drawn /= drawn.sum(axis=2, keepdims=True)
    levels = table.shape[2] - 1
    free = (table.shape[1] - 1) * levels + float((above / (above + BY_PAIR)).sum()) / starts * levels
    return (table + BY_PAIR * drawn) / (above + BY_PAIR), free


def _scores(
    design: Design, found: Chances, starts: int, sums: Doubles, shifts: Shifts
) -> tuple[Doubles, Doubles, Doubles, float]:
    """Means and widths (G, scores), pulls (G, scores, q), and how many are free: regressions on the hidden causes."""
    groups, scores = len(sums), design.known.shape[1]
    causes = 0 if found.causes is None else found.causes.shape[2]
    if not scores:
        return np.zeros((groups, 0)), np.ones((groups, 0)), np.zeros((groups, 0, causes)), 0.0
    standing, known = design.moved(shifts), design.known
    weight = found.groups if found.trust is None else found.groups * found.trust
    weighted = standing * known
    there = np.maximum((known.T @ found.groups).T.astype(np.float64), 1e-6)
    count = there if found.trust is None else np.maximum((known.T @ weight).T.astype(np.float64), 1e-6)
    line = (weighted.T @ weight).T.astype(np.float64)
    square = ((weighted * standing).T @ weight).T.astype(np.float64)
    left = square - line**2 / count
    loads = np.zeros((groups, scores, causes))
    middle = line
    if found.causes is not None and causes:
        by, both, with_score = _cause_sums(design, found, found.causes, weight, weighted)
        spread = both - by[..., :, None] * by[..., None, :] / count[..., None, None]
        cross = with_score - by * (line / count)[..., None]
        all_spread, all_cross, all_there = (_pooled(x, starts) for x in (spread, cross, there))
        if design.structure.own:
            few = BY_LOAD / all_there
            loads = _solved(spread + few[..., None, None] * all_spread, cross + few[..., None] * all_cross)
        else:
            loads = _solved(all_spread, all_cross)
        middle = line - (by * loads).sum(axis=2)
        left = left - 2 * (loads * cross).sum(axis=2) + np.einsum("gsi,gsij,gsj->gs", loads, spread, loads)
    means = middle / (count + BY_LEVEL)
    width = (left + BY_SPREAD * _pooled(left, starts) / _pooled(there, starts)) / (there + BY_SPREAD)
    free = _free_scores(design, sums / starts, len(sums) // starts, scores, causes)
    return means, np.maximum(width, NARROWEST), loads, free


def _cause_sums(
    design: Design, found: Chances, causes: Floats, weight: Floats, weighted: Floats
) -> tuple[Doubles, Doubles, Doubles]:
    """Sums over people, by group and score: of causes, of their products, and of causes times the score."""
    groups, scores, many = weight.shape[1], design.known.shape[1], causes.shape[2]
    by = (weight[:, :, None] * causes).reshape(design.people, -1)
    sums = (design.known.T @ by).reshape(scores, groups, many).transpose(1, 0, 2)
    with_score = (weighted.T @ by).reshape(scores, groups, many).transpose(1, 0, 2)
    both = np.empty((groups, scores, many, many))
    for one in range(many):
        for other in range(one + 1):
            product = by.reshape(design.people, groups, many)[:, :, one] * causes[:, :, other]
            product += found.groups * found.inner[:, :, one, other][design.pattern]
            both[:, :, one, other] = both[:, :, other, one] = (design.known.T @ product).T
    return sums.astype(np.float64), both, with_score.astype(np.float64)


def _solved(spread: Doubles, cross: Doubles) -> Doubles:
    """Regression slopes, steadied a little."""
    steady = spread + (1e-6 + 1e-4 * np.trace(spread, axis1=-2, axis2=-1))[..., None, None] * np.eye(spread.shape[-1])
    return np.asarray(np.linalg.solve(steady, cross[..., None])[..., 0])


def _free_scores(design: Design, people: Doubles, k: int, scores: int, causes: int) -> float:
    """Parameters of scores; those drawn towards what groups share count by how far they are their own."""
    widths = 1 + (k - 1) * float(np.mean(people / (people + BY_SPREAD)))
    pulls = 1 + (k - 1) * float(np.mean(people / (people + BY_LOAD))) if design.structure.own else 1.0
    return scores * (k + widths) + pulls * (scores * causes - causes * (causes - 1) / 2)


def _shift(mixture: Mixture, design: Design, found: Chances) -> Mixture:
    """How far parts shift scores, a step further: what is left of each score, averaged over the part's levels."""
    residual, weight = unexplained(mixture, design, found)
    shifts = dict(mixture.shifts)
    for score, part in design.structure.shifts:
        size, codes = design.sizes[part], design.codes[part]
        left = np.bincount(codes, residual[:, score], size + 1)[:size]
        counted = np.bincount(codes, weight[:, score], size + 1)[:size]
        moved = shifts[score, part] + left / (counted + BY_SHIFT)
        people = np.bincount(codes, minlength=size + 1)[:size]
        shifts[score, part] = (moved - (moved * people).sum() / max(people.sum(), 1)).astype(np.float32)
    return replace(mixture, shifts=shifts)


def unexplained(mixture: Mixture, design: Design, found: Chances) -> tuple[Floats, Floats]:
    """What groups and causes leave of each score, times its precision, and that precision (people, scores)."""
    precision = (1 / mixture.spread).astype(np.float32)
    weight = found.groups if found.trust is None else found.groups * found.trust
    counted = (weight @ precision) * design.known
    left = design.moved(mixture.shifts) * counted
    left -= design.known * (weight @ (mixture.means.astype(np.float32) * precision))
    if found.causes is not None:
        pulled = (mixture.loads * precision[..., None]).transpose(0, 2, 1).reshape(-1, design.known.shape[1])
        by = (weight[:, :, None] * found.causes).reshape(design.people, -1)
        left -= design.known * (by @ pulled.astype(np.float32))
    return np.asarray(left, np.float32), np.asarray(counted, np.float32)
