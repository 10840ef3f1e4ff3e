"""How wide Prophet's predictive bands are: quantiles of their exact distribution, not of draws.

Prophet lets the slope go on changing after the last date as often, and on average as much, as before it: in each of
N steps of length d it changes with probability p = S d by a Laplace amount of scale b, the mean of |delta|. After N
steps the trend has moved by d b Z with Z = sum over i < N of (i + 1/2) B_i L_i, B Bernoulli(p), L Laplace(0, 1).
The distribution of Z with normal noise on it depends on p, N and the share of the noise alone; its quantiles come
from its characteristic function, on nodes that are computed when first asked for, and by interpolation between them.
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int_]

A_DOUBLING = 3  # nodes of p in a doubling
STEPS = np.unique(np.round(2 ** np.arange(0, 24.5, 0.5))).astype(int)  # nodes of N
NOISE: Floats = np.array(
    [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95, 1.0]
)  # sd of all; nodes
RAREST = 45  # nodes of p from 1 downwards; below 2**-15 no level in use feels a change
FACTORS = 64  # of the characteristic function at most; beyond, one stands for several neighbours
GAP = 0.1  # between frequencies of the inversion: exact but for tails beyond 60 standard deviations
FALLEN = 5.0  # frequencies go on until the noise's part has fallen to exp(-12.5)
NEWTON = 40


def half_widths(
    t: Floats,
    changepoints: Whole,
    counts: Whole,
    size: Floats,
    sigma: Floats,
    factor: Floats,
    levels: Sequence[int],
) -> dict[int, Floats]:
    """Half-widths (n, h) of bands of each level in percent, in units of scaled values.

    t (n, h) in Prophet's time, in order; changepoints, counts, size = mean |delta|, sigma (n,); factor (n, h): what
    the trend is multiplied by. Steps are counted from each trend's last date.
    """
    step = _step(t, counts)
    p = np.minimum(changepoints * step, 1.0)
    steps = np.maximum(np.round((t - 1) / step[:, None]), 1)
    moved = np.sqrt(2 * p[:, None] * (steps**3 / 3 - steps / 12)) * (size * step)[:, None] * np.abs(factor)
    moved[t <= 1] = 0
    total = np.hypot(moved, sigma[:, None])
    noise = sigma[:, None] / total
    shapes = _interpolated(np.broadcast_to(p[:, None], t.shape), steps, noise, tuple(levels))
    return {level: total * shapes[..., i] for i, level in enumerate(levels)}


def _step(t: Floats, counts: Whole) -> Floats:
    """The mean distance of the future dates of each trend; of its history where fewer than two are asked for."""
    later = (t > 1).sum(1)
    first = np.take_along_axis(t, np.minimum(t.shape[1] - later, t.shape[1] - 1)[:, None], 1)[:, 0]
    return np.asarray(np.where(later > 1, (t[:, -1] - first) / np.maximum(later - 1, 1), 1 / np.maximum(counts - 1, 1)))


def _interpolated(p: Floats, steps: Floats, noise: Floats, levels: tuple[int, ...]) -> Floats:
    """Quantiles in standard deviations of the whole (..., levels), linear between nodes in log p, log N and noise."""
    normal = noise >= 1 - 1e-6
    answer = np.broadcast_to(_normal(levels), (*p.shape, len(levels))).copy()
    if normal.all():
        return answer
    where = np.nonzero(~normal)
    rare, far = -np.log2(p[where]) * A_DOUBLING, np.log2(steps[where])
    rare = np.clip(rare, 0, RAREST - 1.001)
    i = rare.astype(int)
    nodes = np.log2(STEPS)
    j = np.clip(np.searchsorted(nodes, far, side="right") - 1, 0, len(nodes) - 2)
    share = np.clip(noise[where], NOISE[0], 1)
    k = np.clip(np.searchsorted(NOISE, share, side="right") - 1, 0, len(NOISE) - 2)
    a, b = rare - i, np.clip((far - nodes[j]) / (nodes[j + 1] - nodes[j]), 0, 1)
    c = (share - NOISE[k]) / (NOISE[k + 1] - NOISE[k])
    used = np.unique(np.concatenate([i, i + 1]))
    reach = int(j.max()) + 2
    table = np.stack([_nodes(int(node), reach, levels) for node in used])
    i = np.searchsorted(used, i)
    total = np.zeros((len(i), len(levels)))
    for di, dj, dk in np.ndindex(2, 2, 2):
        weight = np.where(di, a, 1 - a) * np.where(dj, b, 1 - b) * np.where(dk, c, 1 - c)
        total += weight[:, None] * table[i + di, j + dj, k + dk]
    answer[where] = total
    return answer


def _normal(levels: tuple[int, ...]) -> Floats:
    return np.array([NormalDist().inv_cdf(0.5 + level / 200) for level in levels])


@lru_cache(maxsize=256)
def _nodes(rarity: int, reach: int, levels: tuple[int, ...]) -> Floats:
    """Quantiles (reach, noises, levels) in standard deviations, for p = 2^(−rarity / A_DOUBLING)."""
    p = 2.0 ** (-rarity / A_DOUBLING)
    normal = _normal(levels)
    table = np.empty((reach, len(NOISE), len(levels)))
    table[:, -1] = normal
    widest = float(NOISE[0] / np.sqrt(1 - NOISE[0] ** 2))
    frequencies = np.arange(0.5, FALLEN / widest / GAP) * GAP
    trend = np.stack([_characteristic(p, int(n), frequencies) for n in STEPS[:reach]])
    for k in range(len(NOISE) - 2, -1, -1):  # each from its neighbour
        share = float(NOISE[k])
        noise = share / np.sqrt(1 - share**2)  # its standard deviation, where the trend's is 1
        kept = slice(0, max(int(FALLEN / noise / GAP), 64))
        omega = frequencies[kept]
        weights = trend[:, kept] * np.exp(-((noise * omega) ** 2) / 2) * (2 * GAP / np.pi)
        whole = float(np.hypot(noise, 1.0))
        table[:, k] = _quantiles(omega, weights, table[:, k + 1] * whole, np.array(levels) / 100) / whole
    return table


def _characteristic(p: float, steps: int, frequencies: Floats) -> Floats:
    """The characteristic function of Z over its standard deviation."""
    factors = min(steps, FACTORS)
    place = (np.arange(factors) + 0.5) * (steps / factors)
    deviation = np.sqrt(2 * p * (steps**3 / 3 - steps / 12))
    each = 1 - p + p / (1 + (place[:, None] / deviation * frequencies) ** 2)
    return np.asarray(np.exp(np.log(each).sum(0) * (steps / factors)))


def _quantiles(omega: Floats, weights: Floats, start: Floats, shares: Floats) -> Floats:
    """Where the distributions (m, frequencies) hold `shares` (levels,) between −q and q: (m, levels), by Newton.

    The share held is a concave function of q, so that Newton's steps close in from below.
    """
    q = start
    for _ in range(NEWTON):
        turned = q[:, None, :] * omega[:, None]
        held = ((weights / omega)[:, :, None] * np.sin(turned)).sum(1)
        density = (weights[:, :, None] * np.cos(turned)).sum(1)
        better = np.maximum(q + (shares - held) / np.maximum(density, 1e-12), q / 4)
        better = np.minimum(better, 4 * q)
        done = np.abs(better - q).max() < 1e-5
        q = better
        if done:
            break
    return np.asarray(q)
