"""Where EM starts: a few seeded divisions race on some of the people, and the best is carried on."""

import numpy as np

from marketing.segments.segmenters.latent_class.design import Design, Random
from marketing.segments.segmenters.latent_class.mixture import Chances, Mixture
from marketing.segments.segmenters.latent_class.reading import Doubles, Floats
from marketing.segments.segmenters.latent_class.steps import climb, maximise

RACED = 2_000  # people that starts race on
LAPS = 16  # EM steps that tell a good start from a poor one
LAST_RACED, LAST_LAPS = 5_000, 25  # people and EM steps for those left, before only one goes on
LEFT = 2
SURE = 0.9  # chance of the group that a start puts someone in
TRIES = 3  # draws of each next centre, the best of which is kept
MOVES = 3  # rounds of k-means
ROUNDS = 10  # of estimating how much scores have in common
MANY = 120  # scores from which no square matrix of them is taken apart
FLATTEST = 0.1  # eigenvalue under which a direction of scores is not widened


def race(
    design: Design,
    k: int,
    starts: int,
    random: Random,
    steps: int,
    tol: float,
    warm: Mixture | None = None,
    left: int = LEFT,
) -> tuple[Mixture, Chances, int]:
    """The best of `starts` fits of `k` groups, and of `warm` where it is given; `left` go into a second round."""
    some, more = design.some(RACED, random), design.some(LAST_RACED, random)
    starts = 1 if k == 1 else starts
    fits, _, _ = climb(begun(some, divisions(some, k, starts, random), starts), some, LAPS, tol)
    best = [fits.one(at) for at in np.argsort(-fits.loglik, kind="stable")[:left]]
    best += [] if warm is None else [warm]
    if len(best) > 1:
        best = [climb(one, more, LAST_LAPS, tol)[0] for one in best]
    return climb(max(best, key=lambda one: float(one.loglik[0])), design, steps, tol)


def begun(design: Design, groups: Floats, starts: int = 1) -> Mixture:
    """Fits that explain chances of groups (people, G), with hidden causes as what groups leave suggests."""
    mixture = maximise(
        None, design, Chances(groups, np.zeros(starts), None, np.zeros((1, 1, 0, 0), np.float32), None), starts
    )
    causes = design.structure.factors
    return _caused(mixture, design, groups, causes) if causes else mixture


def _caused(mixture: Mixture, design: Design, groups: Floats, causes: int) -> Mixture:
    """Pulls of hidden causes: principal factors of what groups leave of the scores, alike in all groups of a fit."""
    loads, spread = np.zeros((*mixture.means.shape, causes)), mixture.spread.copy()
    for start in range(mixture.starts):
        ours = slice(start * mixture.k, (start + 1) * mixture.k)
        left = (design.standing - groups[:, ours] @ mixture.means[ours].astype(np.float32)) * design.known
        if left.shape[1] > MANY:
            loads[ours] = _leading(left, causes)
            continue
        covariance = (left.T @ left).astype(np.float64) / np.maximum(design.known.T @ design.known, 1)
        width = np.sqrt(np.maximum(np.diag(covariance), 1e-6))
        loads[ours] = _factors(covariance / width / width[:, None], causes) * width[:, None]
    spread = np.maximum(spread - (loads**2).sum(axis=2), np.maximum(0.1 * spread, 0.05))
    return Mixture(mixture.starts, mixture.shares, mixture.cells, mixture.means, spread, loads, mixture.shifts)


def _factors(correlation: Floats, causes: int) -> Floats:
    common = np.full(len(correlation), 0.5)
    for _ in range(ROUNDS):
        reduced = correlation.copy()
        np.fill_diagonal(reduced, common)
        values, vectors = np.linalg.eigh(reduced)
        loads = vectors[:, ::-1][:, :causes] * np.sqrt(np.maximum(values[::-1][:causes], 0.01))
        common = np.clip((loads**2).sum(axis=1), 0.01, 0.9)
    return np.asarray(loads)


def _leading(left: Floats, causes: int) -> Doubles:
    """Pulls along the leading directions of many scores, by orthogonal iteration; no square matrix is made."""
    way = np.linalg.qr(left.T.astype(np.float64) @ left[:, :causes])[0]
    for _ in range(ROUNDS):
        way, sizes = np.linalg.qr(left.T @ (left @ way.astype(np.float32)).astype(np.float64))
    lengths = np.maximum(np.abs(np.diag(sizes)) / len(left) - 1, 0.01)
    return np.asarray(way * np.sqrt(lengths))


def divisions(design: Design, k: int, starts: int, random: Random) -> Floats:
    """Chances (people, starts * k): k-means on scores by turns as they are and with their correlation taken out."""
    plain = _encoded(design, design.standing * (design.known > 0))
    views = [plain, _encoded(design, _whitened(design))] if 1 < design.known.shape[1] <= MANY else [plain]
    made = [_nearest(views[(start + 1) % len(views)], k, random) for start in range(starts)]
    return np.hstack(made)


def _encoded(design: Design, standing: Floats) -> Floats:
    """Every part's levels together at unit variance, beside the scores; what is missing stands in the middle."""
    blocks = [standing * np.sqrt(design.known.max(axis=0, initial=0))]
    for codes, size, weight in zip(design.codes, design.sizes, design.weights, strict=True):
        shown = np.zeros((design.people, size + 1), np.float32)
        shown[np.arange(design.people), codes] = 1
        shown, gone = shown[:, :size], shown[:, size] > 0
        middle = shown.sum(axis=0) / max(design.people - int(gone.sum()), 1)
        shown -= middle
        shown[gone] = 0
        blocks.append(shown * np.float32(np.sqrt(weight / max(float((middle * (1 - middle)).sum()), 1e-6))))
    return np.hstack(blocks)


def _whitened(design: Design) -> Floats:
    there = (design.known > 0).astype(np.float32)
    scores = design.standing * there
    values, vectors = np.linalg.eigh((scores.T @ scores).astype(np.float64) / np.maximum(there.T @ there, 1))
    root = vectors / np.sqrt(np.maximum(values, FLATTEST)) @ vectors.T
    return np.asarray(scores @ root.astype(np.float32))


def _nearest(rows: Floats, k: int, random: Random) -> Floats:
    """Chances by the nearest of k centres, drawn far apart (Arthur and Vassilvitskii 2007)."""
    length = (rows * rows).sum(axis=1)
    centres = [int(random.randint(len(rows)))]
    away = np.maximum(length - 2 * rows @ rows[centres[0]] + length[centres[0]], 0)
    for _ in range(k - 1):
        total = away.sum(dtype=np.float64)
        at = random.choice(len(rows), TRIES, p=away / total if total > 0 else None) if total > 0 else [0] * TRIES
        nearer = np.minimum(away[:, None], np.maximum(length[:, None] - 2 * rows @ rows[at].T + length[at], 0))
        best = int(nearer.sum(axis=0).argmin())
        centres.append(int(at[best]))
        away = nearer[:, best]
    middle = rows[centres]
    shown = np.zeros((len(rows), k), np.float32)
    for _ in range(MOVES):
        nearest = ((middle * middle).sum(axis=1) - 2 * rows @ middle.T).argmin(axis=1)
        shown[:] = 0
        shown[np.arange(len(rows)), nearest] = 1
        middle = (shown.T @ rows) / np.maximum(shown.sum(axis=0)[:, None], 1)
    return np.asarray(SURE * shown + np.float32((1 - SURE) / k), np.float32)
