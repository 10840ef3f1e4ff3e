"""What hangs together within groups: found from what a fit leaves unexplained, kept where it pays (BIC).

A rich structure is fitted first and simplified after. The other way round fails: where dependence is not allowed for,
groups are spent on it, and then little of it is left to be seen.
"""

from dataclasses import replace

import numpy as np

from marketing.segments.segmenters.latent_class.design import Design, Random, Structure
from marketing.segments.segmenters.latent_class.mixture import Chances, Mixture
from marketing.segments.segmenters.latent_class.reading import Floats
from marketing.segments.segmenters.latent_class.starts import begun, race
from marketing.segments.segmenters.latent_class.steps import climb, unexplained

MOST_CAUSES = 3
OWN_CAUSES = 2  # at most, where they pull in each group in its own way
TAILS = 5.0  # degrees of freedom that heavy tails are tried with
STARTS, STEPS, WARM_STEPS, TOL = 4, 20, 12, 1e-4
ROUNDS = 3  # of looking at what is left
WORTHWHILE = 0.01  # twice the log-likelihood a person that a bond has to gain
MOST_CELLS = 150  # of a pair of parts
MOST_COMPARED = 60  # parts that are compared in pairs
SHIFTED = 0.02  # of a score's variance that a part must move to shift it; in a large audience all move all a little
MOST_SHIFTS = 3  # parts that shift one score, the strongest first
LOOKED_AT = 2_500  # people that causes are found on; bonds are on twice as many


def find(design: Design, k: int, random: Random) -> tuple[Structure, Mixture]:
    """The structure of what `k` groups leave, and groups found with it on some of the people."""
    some = design.some(LOOKED_AT, random)
    structure = _causes(some, k, random)
    return _bonds(design.some(2 * LOOKED_AT, random), k, structure, random)


def bic(mixture: Mixture, design: Design) -> float:
    """Schwarz's criterion of one fit; lower is better."""
    return float(mixture.free * np.log(design.people) - 2 * mixture.loglik[0])


def _causes(design: Design, k: int, random: Random) -> Structure:
    """How many hidden causes scores have, whether of each group's own, and whether tails are heavy."""
    scores = design.known.shape[1]
    if not scores:
        return Structure()
    # More causes could not be told from as few scores (Ledermann 1937).
    most = min(MOST_CAUSES, int(scores + 0.5 - np.sqrt(2 * scores + 0.25)))
    rich = [Structure(most), Structure(min(most, OWN_CAUSES), own=True)] if most else [Structure()]
    fits = [_raced(design, structure, k, random) for structure in rich]
    _, fit, _ = min(fits, key=lambda one: one[0])
    tried = [Structure(causes, own) for causes in range(most + 1) for own in (False, True)[: 1 + bool(causes)]]
    best = min(
        [_warm(design, other, fit) for other in tried if not other.own or other.factors <= OWN_CAUSES],
        key=lambda one: one[0],
    )
    heavy = _warm(design, replace(best[2], tails=TAILS), best[1])
    return min(best, heavy, key=lambda one: one[0])[2]


def _bonds(design: Design, k: int, structure: Structure, random: Random) -> tuple[Structure, Mixture]:
    """Which parts depend on which, and which shift which scores."""
    score, fit, _ = _raced(design, structure, k, random)
    for _ in range(ROUNDS):
        wider = _wider(design.structured(structure), structure, fit)
        if wider == structure:
            break
        again = min(_raced(design, wider, k, random), _warm(design, wider, fit), key=lambda one: one[0])
        if again[0] >= score:
            break
        score, fit, structure = again
    return structure, fit[0]


Fit = tuple[Mixture, Chances]
Judged = tuple[float, Fit, Structure]


def _raced(design: Design, structure: Structure, k: int, random: Random) -> Judged:
    design = design.structured(structure)
    mixture, found, _ = race(design, k, STARTS, random, STEPS, TOL, left=1)
    return bic(mixture, design), (mixture, found), structure


def _warm(design: Design, structure: Structure, fit: Fit) -> Judged:
    """From the groups of another fit."""
    design = design.structured(structure)
    mixture, found, _ = climb(begun(design, fit[1].groups), design, WARM_STEPS, TOL)
    return bic(mixture, design), (mixture, found), structure


def _wider(design: Design, structure: Structure, fit: Fit) -> Structure:
    """The structure with bonds for what the fit leaves that is more than chance, by their gain in BIC."""
    least = WORTHWHILE * design.people
    gains = _pair_gains(design, fit[1].groups)
    parents = _forest({pair: gain for pair, gain in gains.items() if gain > least}, structure)
    shifts = _shifted(design, structure, fit) if design.known.shape[1] else structure.shifts
    return replace(structure, parents=parents, shifts=shifts)


def _shifted(design: Design, structure: Structure, fit: Fit) -> tuple[tuple[int, int], ...]:
    """The shifts there are, and those whose gain in BIC pays, the strongest of each score."""
    mixture, found = fit
    residual, weight = unexplained(mixture, design, replace(found, causes=None))
    gains: list[tuple[float, int, int]] = []
    for part, (codes, size) in enumerate(zip(design.codes, design.sizes, strict=True)):
        shown = np.zeros((design.people, size + 1), np.float32)
        shown[np.arange(design.people), codes] = 1
        left, counted = (shown[:, :size].T @ x for x in (residual, weight))
        moved = (left**2 / np.maximum(counted, 1e-6)).sum(axis=0)
        pays = (moved > (size - 1) * np.log(design.people)) & (moved > SHIFTED * design.people)
        gains += [(-float(moved[score]), int(score), part) for score in np.flatnonzero(pays)]
    shifts = list(structure.shifts)
    for _, score, part in sorted(gains):
        if (score, part) not in shifts and sum(one == score for one, _ in shifts) < MOST_SHIFTS:
            shifts.append((score, part))
    return tuple(sorted(shifts))


def _pair_gains(design: Design, groups: Floats) -> dict[tuple[int, int], float]:
    """Twice the log-likelihood that a bond of two parts, alike in all groups, would gain, less its charge."""
    parts = list(range(len(design.sizes)))[:MOST_COMPARED]
    sizes = [design.sizes[part] for part in parts]
    if len(parts) < 2:
        return {}
    shown = np.zeros((design.people, sum(sizes)), np.float32)
    at = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    for place, part in enumerate(parts):
        known = np.flatnonzero(design.codes[part] < design.sizes[part])
        shown[known, at[place] + design.codes[part][known]] = 1
    seen = shown.T @ shown
    told = np.add.reduceat(shown, at[:-1], axis=1)
    which = np.repeat(np.arange(len(parts)), sizes)
    expected = np.zeros_like(seen)
    for group in groups.T:
        by_level = (shown * group[:, None]).T @ told
        both = (told * group[:, None]).T @ told
        expected += by_level[:, which] * by_level[:, which].T / np.maximum(both[np.ix_(which, which)], 1e-6)
    surprise = 2 * seen * np.log(np.maximum(seen, 1e-9) / np.maximum(expected, 1e-9))
    by_pair = np.add.reduceat(np.add.reduceat(surprise, at[:-1], axis=0), at[:-1], axis=1)
    charge = np.log(design.people)
    return {
        (parts[one], parts[other]): float(by_pair[one, other]) - (sizes[one] - 1) * (sizes[other] - 1) * charge
        for one in range(len(parts))
        for other in range(one + 1, len(parts))
        if sizes[one] * sizes[other] <= MOST_CELLS
    }


def _forest(gains: dict[tuple[int, int], float], structure: Structure) -> dict[int, int]:
    """The pairs that gain most and close no circle (Chow and Liu 1968), each part below at most one other."""
    pairs = [*structure.parents.items(), *sorted(gains, key=lambda pair: (-gains[pair], pair))]
    tree: dict[int, int] = {}
    beside: dict[int, list[int]] = {}
    for one, other in pairs:
        if _root(tree, one) != _root(tree, other):
            tree[_root(tree, one)] = _root(tree, other)
            beside.setdefault(one, []).append(other)
            beside.setdefault(other, []).append(one)
    parents: dict[int, int] = {}
    reached: set[int] = set()
    for top in sorted(beside, key=lambda part: (-len(beside[part]), part)):
        below = [] if top in reached else [top]
        reached.add(top)
        while below:
            above = below.pop()
            for part in beside[above]:
                if part not in reached:
                    parents[part] = above
                    reached.add(part)
                    below.append(part)
    return parents


def _root(tree: dict[int, int], part: int) -> int:
    while part in tree:
        part = tree[part]
    return part
