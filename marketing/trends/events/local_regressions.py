"""The regression around one event, in closed form for many events at once and for every shape that it may have.

A window's log values are what stands beside the event (a level that may wander, the week, events near by, each held
back by a normal prior), perhaps a step of the level, and the event's course times its effect. Whether the level wanders
or steps, and which shape the course has, is weighed by evidence (marginal likelihood with the noise at its best value).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CALM, WANDERING = (
    0.05,
    0.6,
)  # standard deviation of a bend of the level, in a period's noise times the root of its length
STEP_SD = 2.0  # of a step of the level, on the log scale
EFFECT_SD = 1.0  # of an effect, to weigh shapes by; the effect told is not pulled by it
LIKE_ITSELF = 0.6  # of the periods count as evidence, since errors resemble the day before's
LEAST = 6  # values in a window, below which it tells nothing
LEAST_NOISE = 0.01  # on the log scale; counts that never vary are rounded
FAR = 3.0  # spreads from the fit at which a period counts half
LIMIT = 4.0  # no event multiplies an audience by more than e to this


@dataclass(frozen=True)
class Shapes:
    """The shapes that an event may have, each with its prior log weight; arrays of one length, days.

    `step` is the log odds that the level after the event is another than before.
    """

    lead: Array
    peak: Array
    fading: Array
    weight: Array
    step: float


@dataclass(frozen=True)
class Sides:
    """What stands beside the events of some windows.

    `columns` (windows, periods, columns); `spread`, how far each may go on the log scale (infinite: anywhere; NaN: a
    bend of the level, which goes by the noise); `step`, the course of a step of the level (periods). After `season`
    periods one resembles another; a bend takes `bend` of them.
    """

    columns: Array
    spread: Array
    step: Array
    season: int
    bend: int


@dataclass(frozen=True)
class _Fits:
    """All regressions of some windows. Settings are calm, calm with a step, wandering, wandering with a step."""

    effect: Array  # (settings, windows, shapes), as the next three
    variance: Array
    evidence: Array
    height: Array  # of the step
    beside: Array  # coefficients without event and step, (levels, windows, columns)
    shift: Array  # what a unit of each shape and of the step takes from them, (levels, windows, columns, shapes + 1)


def fitted(y: Array, seen: NDArray[np.bool_], sides: Sides, course: Array, shapes: Shapes) -> dict[str, Array]:
    """Effect, error and shape of the event in each window.

    Args:
        y: Log values (windows, periods).
        seen: Which of them are known.
        sides: What stands beside the event.
        course: Each shape's course, (periods, shapes).
        shapes: The shapes.

    Returns:
        effect (log scale, on the strongest day), error (standard error, infinite where nothing is told), at (days of
        lead), peak (its day) and decay (fading in days), each (windows).
    """
    noise = _noise(y, seen, sides.season)
    weight = seen.astype(float)
    y = y - (y * weight).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1)
    core = course.max(axis=1) > 0.5  # the event's first days always count in full: they are not a surprise next door
    for _ in range(2):
        fits = _regressions(y, weight, sides, course, noise)
        chance = fits.evidence + shapes.weight + np.array([0.0, shapes.step] * 2)[:, None, None]
        chance = np.exp(chance - chance.max(axis=(0, 2), keepdims=True))
        chance /= chance.sum(axis=(0, 2), keepdims=True)
        best = chance.sum(axis=0).argmax(axis=1)
        rest = _residuals(y, sides, course, fits, (chance.max(axis=2).argmax(axis=0), best))
        scale = np.maximum(FAR * 1.4826 * middle(np.abs(rest), seen)[:, None], LEAST_NOISE)
        weight = seen / np.where(core, 1.0, 1 + (rest / scale) ** 2)
    effect, variance = _effect(fits, chance, best, _memory(rest * seen))
    told = seen.sum(axis=1) >= LEAST
    error = np.where(told, np.sqrt(variance), np.inf)
    effect = np.where(told, np.clip(effect, -LIMIT, LIMIT), 0.0)
    shape = {"at": shapes.lead[best], "peak": shapes.peak[best], "decay": shapes.fading[best]}
    return {"effect": effect, "error": error, **shape}


def _regressions(y: Array, weight: Array, sides: Sides, course: Array, noise: Array) -> _Fits:
    """Every setting and shape: one inversion a level for what stands beside, the step and the event by elimination."""
    x = sides.columns
    events = np.column_stack([course, sides.step])
    turned = (x * weight[:, :, None]).transpose(0, 2, 1)
    gram, own, told = turned @ x, turned @ events, (turned @ y[:, :, None])[:, :, 0]
    squares, products = _each(weight, events**2), _each(y * weight, events)
    crosses, total = _each(weight, events * sides.step[:, None]), (weight * y * y).sum(axis=1)
    settings, levels = [], []
    for bend in (CALM, WANDERING):
        ridge = (
            np.where(np.isnan(sides.spread), 1 / (bend**2 * sides.bend), (noise[:, None] / sides.spread) ** 2) + 1e-9
        )
        whole = gram + ridge[:, None, :] * np.eye(x.shape[2])
        inverse = np.linalg.inv(whole)
        shift, beside = inverse @ own, (inverse @ told[:, :, None])[:, :, 0]
        level = _Level(
            left=np.maximum(squares - (own * shift).sum(axis=1), 0.0),
            said=products - (own * beside[:, :, None]).sum(axis=1),
            cross=(crosses - (own[:, :, -1:] * shift).sum(axis=1))[:, :-1],
            rest=total - (told * beside).sum(axis=1),
            free=weight.sum(axis=1) - x.shape[2] + (ridge * np.diagonal(inverse, axis1=1, axis2=2)).sum(axis=1),
            size=np.log(ridge).sum(axis=1) - np.linalg.slogdet(whole)[1],
            count=LIKE_ITSELF * weight.sum(axis=1),
        )
        settings += [_weighed(level, None), _weighed(level, (noise / STEP_SD) ** 2)]
        levels.append((beside, shift))
    parts = [np.stack(part) for part in zip(*settings, strict=True)]
    return _Fits(*parts, *(np.stack(part) for part in zip(*levels, strict=True)))


def _each(rows: Array, columns: Array) -> Array:
    """Rows times columns, one row at a time: a window's last digits do not hang on which others come with it."""
    return np.asarray((rows[:, None, :] @ columns)[:, 0])


@dataclass(frozen=True)
class _Level:
    """What is left of shapes and step once all that stands beside the event is let go, by window."""

    left: Array  # squares of each shape and of the step, (windows, shapes + 1)
    said: Array  # their products with the values
    cross: Array  # those of each shape with the step, (windows, shapes)
    rest: Array  # squares of the values, (windows)
    free: Array  # degrees of freedom
    size: Array  # twice the log evidence of what was let go, but for `rest`
    count: Array  # periods


def _weighed(level: _Level, hold: Array | None) -> tuple[Array, Array, Array, Array]:
    """Effect, variance, log evidence and height of the step by shape; the step held back by `hold` or left out."""
    share = np.zeros(len(level.rest)) if hold is None else 1 / (level.left[:, -1] + hold)
    height = level.said[:, -1] * share
    left = np.maximum(level.left[:, :-1] - level.cross**2 * share[:, None], 0.0)
    said = level.said[:, :-1] - level.cross * height[:, None]
    rest = level.rest - level.said[:, -1] * height
    free = np.maximum(level.free - 1 - (hold is not None), 1.0)
    safe = np.maximum(left, 1e-9)
    least = (LEAST_NOISE**2 * level.count + 1e-9)[:, None]
    noise = np.maximum(rest[:, None] - said**2 / safe, least) / free[:, None]
    pull = noise / EFFECT_SD**2
    squares = np.maximum(rest[:, None] - said**2 / (left + pull), least)
    size = level.size if hold is None else level.size + np.log(hold * share)
    evidence = 0.5 * (size[:, None] - np.log1p(left / pull) - level.count[:, None] * np.log(squares))
    effect = said / safe
    return effect, squares / free[:, None] / safe, evidence, height[:, None] - level.cross * share[:, None] * effect


def _residuals(
    y: Array, sides: Sides, course: Array, fits: _Fits, likeliest: tuple[NDArray[np.intp], NDArray[np.intp]]
) -> Array:
    """What the likeliest setting and shape of each window leave unexplained."""
    setting, best = likeliest
    every = np.arange(len(y))
    effect, height = fits.effect[setting, every, best], fits.height[setting, every, best]
    shift = fits.shift[setting // 2, every, :, best] * effect[:, None]
    shift += fits.shift[setting // 2, every, :, -1] * height[:, None]
    level = (sides.columns @ (fits.beside[setting // 2, every] - shift)[:, :, None])[:, :, 0]
    return np.asarray(y - level - course.T[best] * effect[:, None] - sides.step * height[:, None])


def _effect(fits: _Fits, chance: Array, best: NDArray[np.intp], memory: Array) -> tuple[Array, Array]:
    """The effect under the likeliest shape, and its variance, which also has how far the other shapes disagree."""
    every = np.arange(len(best))
    here = chance[:, every, best]
    effect = (here * fits.effect[:, every, best]).sum(axis=0) / here.sum(axis=0)
    apart = (fits.effect - effect[:, None]) ** 2
    return effect, (chance * (fits.variance * memory[:, None] + apart)).sum(axis=(0, 2))


def _memory(rest: Array) -> Array:
    """By how much errors that resemble the day before's widen the variance of a mean."""
    alike = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / np.maximum((rest**2).sum(axis=1), 1e-9)
    alike = np.clip(alike, 0.0, 0.7)
    return np.asarray((1 + alike) / (1 - alike))


def _noise(y: Array, seen: NDArray[np.bool_], season: int) -> Array:
    """A period's own noise on the log scale, from the middle size of the changes from one week to the next."""
    both = seen[:, season:] & seen[:, :-season]
    change = np.abs(y[:, season:] - y[:, :-season])
    return np.asarray(np.clip(1.4826 * middle(change, both) / np.sqrt(2), 0.02, 1.0))


def middle(values: Array, where: NDArray[np.bool_]) -> Array:
    """The median of each row over the cells that count; 0 for none."""
    ordered = np.sort(np.where(where, values, np.inf), axis=1)
    count = where.sum(axis=1)
    found = ordered[np.arange(len(values)), np.maximum(count - 1, 0) // 2]
    return np.where((count > 0) & np.isfinite(found), found, 0.0)
