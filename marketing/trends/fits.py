"""What each forecaster says now and said at past cutoffs, for many trends at once: the dear half of a forecast.

Pure functions of a panel, so that any part of a workspace can be fitted anywhere, in any order, and kept. Results lie
by slot: slot 0 is the forecast proper, the others are past cutoffs, latest first. How far back these lie depends on how
much history a trend has; trends that have the same ones are fitted in one pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing import catalog
from marketing.trends.forecasters import Array
from marketing.trends.frequencies import Frequency
from marketing.trends.panels import Panel
from marketing.trends.smoothing.histories import TIMES_HIGHEST, histories

if TYPE_CHECKING:
    from marketing.trends.events.moves import Moves

FORECASTERS = "marketing.trends.forecasters"
YARDSTICK = "seasonal_naive"
FALLBACKS = ("mean", YARDSTICK)  # in this order, where a forecaster has too little to go on: measured best first
CUTOFFS = 4
DOUBT = "events"  # the rows of the table that have, in place of a forecast, how far events ahead may move it
NONE = -1  # the origin of a slot that a trend's history has no room for
CHUNK = 256  # trends fitted in one pass, for what memory and a processor's cache bear
DIGITS = 9  # significant ones: what a processor does with sums of other lengths stays below them


@dataclass(frozen=True)
class Fits:
    """The forecasts of some trends of one frequency at each slot.

    `origins` (slots, n) says how many of the last periods were not known, NONE where there is no such slot. `expected`
    has for each forecaster (slots, n, horizon) values in the trends' own units, events put under, NaN where the
    forecaster had too little to go on. `doubt` (slots, n, horizon) is the standard deviation, log scale, of what events
    ahead may do.
    """

    trends: tuple[str, ...]
    origins: NDArray[np.int64]
    expected: dict[str, Array]
    doubt: Array

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return int(self.doubt.shape[2])

    def with_all(self, wanted: Iterable[str]) -> "Fits":
        """The same with nothing known of those wanted that it does not have."""
        nothing = np.full(self.doubt.shape, np.nan)
        return replace(self, expected={**dict.fromkeys(wanted, nothing), **self.expected})


def names(forecaster: str, frequency: Frequency | None = None) -> list[str]:
    """All that is fitted for a forecaster: what it is built of, itself, the yardstick and what it falls back to.

    At one frequency a forecaster may be built of fewer than at another.
    """
    option = catalog.load(FORECASTERS, forecaster)
    built = option.members(frequency) if frequency and hasattr(option, "members") else getattr(option, "MEMBERS", ())
    inner = [name for member in built for name in names(member, frequency)]
    return list(dict.fromkeys([*(name for name in inner if name not in FALLBACKS), forecaster, *FALLBACKS]))


def spans(panel: Panel) -> NDArray[np.int64]:
    """How many periods each trend has from its first value above zero to its last."""
    above = panel.values > 0
    return np.where(above.any(axis=1), panel.values.shape[1] - above.argmax(axis=1), 0)


def slots(panel: Panel, horizon: int) -> NDArray[np.int64]:
    """The origin of each slot of each trend, (1 + CUTOFFS, n), NONE where history allows no such cutoff.

    As with the forecast itself, what is before a cutoff is at least as long as what comes after it, and at least two
    seasons. Cutoffs lie a horizon apart where there is room for all of them, else a half, a quarter and so on.
    """
    points = spans(panel)
    season = panel.frequency.season
    least = np.maximum(max(panel.frequency.minimum, horizon), np.where(points >= 4 * season, 2 * season, 0))
    room = points - horizon - least
    step = np.full(len(panel), 1)
    for apart in _steps(horizon):
        step = np.where((step == 1) & (room >= (CUTOFFS - 1) * apart), apart, step)
    number = np.arange(CUTOFFS)[:, None]
    origins = np.where(room >= number * step, horizon + number * step, NONE)
    return np.concatenate([np.zeros((1, len(panel)), np.int64), origins])


def _steps(horizon: int) -> Iterator[int]:
    """The distances that cutoffs may have: few, so that many trends share them."""
    while horizon > 1:
        yield horizon
        horizon //= 2


def origins(panel: Panel, horizon: int) -> list[int]:
    """Every origin that some trend of the panel has."""
    return sorted({int(origin) for origin in np.unique(slots(panel, horizon)) if origin != NONE})


def known(panel: Panel, origins: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The last day known at each slot, (slots, n); NaT where there is no such slot."""
    return _dates(panel, -origins[:, :, None], origins)[:, :, 0]


def ahead(panel: Panel, origins: NDArray[np.int64], horizon: int) -> NDArray[np.datetime64]:
    """The dates that each slot's forecast is for, (slots, n, horizon), NaT where there is no such slot."""
    return _dates(panel, np.arange(1, horizon + 1) - origins[:, :, None], origins)


def _dates(panel: Panel, steps: NDArray[np.int64], origins: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The dates so many periods after the last, (slots, n, ...)."""
    back, on = max(-int(steps.min()), 0), max(int(steps.max()), 0)
    near = replace(panel, values=np.empty((len(panel), back + 1)))
    days = np.concatenate([near.dates(), near.ahead(on)], axis=1)
    there = (origins != NONE)[:, :, None]
    found = days[np.arange(len(panel))[None, :, None], np.where(there, steps + back, 0)]
    return np.where(there, found, np.datetime64("NaT"))


def came(panel: Panel, origins: NDArray[np.int64], horizon: int) -> Array:
    """What came of it, (slots, n, horizon); NaN where that is not known."""
    width = panel.values.shape[1]
    column = width - origins[:, :, None] + np.arange(horizon)
    inside = (origins != NONE)[:, :, None] & (column < width)
    rows = np.arange(len(panel))[None, :, None]
    return np.where(inside, panel.values[rows, np.where(inside, column, 0)], np.nan)


def fit(panel: Panel, moves: "Moves | None", horizon: int, forecaster: str) -> Fits:
    """Continue every trend of a panel at each of its slots, by a forecaster and by all that `names` it needs.

    Args:
        panel: Trends that can be forecast.
        moves: What events did and will do, for at least `origins(panel, horizon)`; None where there are none.
        horizon: Periods ahead.
        forecaster: One of the forecasters' folder.

    Raises:
        MissingError: there is no such forecaster.
    """
    wanted = names(forecaster, panel.frequency)
    moves = moves if moves is not None and len(moves.rows) else None
    at = slots(panel, horizon)
    made = {name: np.full((*at.shape, horizon), np.nan) for name in wanted}
    calm, moving = (panel, np.zeros(0, np.intp)) if moves is None else _calm(panel, moves)
    for rows, shared in by_origins(at, np.setdiff1d(np.arange(len(panel)), moving)):
        for name, part in at_origins(calm.take(rows), horizon, shared, wanted).items():
            made[name][: len(shared), rows] = part
    if moves is None:
        return Fits(tuple(panel.trends), at, made, np.zeros((*at.shape, horizon)))
    if len(moving):
        for name, part in _fitted_apart(panel, moves, moving, at, wanted).items():
            made[name][:, moving] = part
    under = _by_slot(moves, moves.ahead, at)
    made = {name: rounded(expected * np.exp(under)) for name, expected in made.items()}
    return Fits(tuple(panel.trends), at, made, _by_slot(moves, moves.spread, at))


def by_origins(at: NDArray[np.int64], rows: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], tuple[int, ...]]]:
    """Those of the rows that share their origins, at most CHUNK at a time, and these."""
    kinds, kind = np.unique(at[:, rows], axis=1, return_inverse=True)
    for number in range(kinds.shape[1]):
        shared = tuple(int(origin) for origin in kinds[:, number] if origin != NONE)
        mine = rows[kind.ravel() == number]
        for start in range(0, len(mine), CHUNK):
            yield mine[start : start + CHUNK], shared


def _calm(panel: Panel, moves: "Moves") -> tuple[Panel, NDArray[np.intp]]:
    """The history freed from events as they are known today, and the trends of which more was known then than once.

    For these, the history of each origin is another.
    """
    now = moves.origins.index(0)
    differs = np.zeros(len(moves.rows), bool)
    for origin, past in zip(moves.origins, moves.past, strict=True):
        end = past.shape[1] - origin
        differs |= (past[:, :end] != moves.past[now][:, :end]).any(axis=1)
    return moves.without(panel, now), moves.rows[differs]


def _by_slot(moves: "Moves", values: Array, at: NDArray[np.int64]) -> Array:
    """What moves have by origin and row, (slots, n, horizon); 0 where there is nothing."""
    made = np.zeros((*at.shape, values.shape[2]))
    for number, origin in enumerate(moves.origins):
        slot, row = np.nonzero(at[:, moves.rows] == origin)
        made[slot, moves.rows[row]] = values[number, row]
    return made


def _fitted_apart(
    panel: Panel, moves: "Moves", rows: NDArray[np.intp], at: NDArray[np.int64], wanted: Sequence[str]
) -> dict[str, Array]:
    """As `at_origins` for trends whose history differs from origin to origin, (slots, rows, horizon).

    Each trend at each origin is a line of its own, and all of them are fitted in one pass.
    """
    slot, row = np.nonzero(at[:, rows] != NONE)
    origin = at[slot, rows[row]]
    values = np.full((len(slot), panel.values.shape[1]), np.nan)
    within = np.searchsorted(moves.rows, rows)
    for each in np.unique(origin):
        which = np.flatnonzero(origin == each)
        past = moves.past[moves.origins.index(int(each)), within[row[which]]]
        values[which, each:] = (panel.values[rows[row[which]]] / np.exp(past))[:, : values.shape[1] - each]
    heads = panel.heads.iloc[rows[row]].reset_index(drop=True)
    lines = Panel(heads, panel.frequency, known(panel, at)[slot, rows[row]], values)
    horizon = moves.ahead.shape[2]
    made = {}
    for name, fitted in at_origins(lines, horizon, (0,), wanted).items():
        made[name] = np.full((len(at), len(rows), horizon), np.nan)
        made[name][slot, row] = fitted[0]
    return made


def at_origins(panel: Panel, horizon: int, shared: tuple[int, ...], wanted: Iterable[str]) -> Mapping[str, Array]:
    """Each forecaster's (slots, n, horizon), what others are built of first."""
    highest = np.stack([_highest(panel.before(origin).values) for origin in shared])
    history = histories(panel, horizon, shared)
    made: dict[str, Array] = {}
    for name in wanted:
        option = catalog.load(FORECASTERS, name)
        if hasattr(option, "combine"):
            raw = option.combine(made, history)
        elif hasattr(option, "continued"):
            raw = history.back(option.continued(history))
        else:
            raw = option.forecast(panel, horizon, shared)
        made[name] = rounded(_sane(raw, highest))
    return made


def _highest(values: Array) -> Array:
    return np.asarray(np.where(np.isnan(values), 0.0, values).max(axis=1, initial=0.0))


def _sane(forecast: Array, highest: Array) -> Array:
    """Forecasts that are finite, not below zero and not far beyond all that has been; else NaN."""
    finite = np.isfinite(forecast).all(axis=2, keepdims=True)
    return np.where(finite, np.clip(forecast, 0.0, TIMES_HIGHEST * highest[:, :, None]), np.nan)


def rounded(values: Array) -> Array:
    """Values to DIGITS significant digits, so that how trends were put together in passes leaves no trace."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.abs(values))))
        made = np.round(values * size) / size
    return np.asarray(np.where(np.isfinite(made), made, values))


def table(fits: Iterable[Fits]) -> pd.DataFrame:
    """Fits as a table, a row for each trend, forecaster and origin that has a forecast, its steps side by side."""
    parts = [_rows(each) for each in fits]
    columns = max((part.columns for part in parts), key=len, default=pd.Index(["trend", "forecaster", "origin"]))
    whole = pd.concat(parts, ignore_index=True).reindex(columns=columns) if parts else pd.DataFrame(columns=columns)
    whole = whole.astype({"trend": "str", "forecaster": "str", "origin": "int64"})
    return whole.sort_values(["trend", "forecaster", "origin"], ignore_index=True)


def _rows(fits: Fits) -> pd.DataFrame:
    trends = np.array(fits.trends, dtype=object)
    parts = []
    doubted = np.where(fits.doubt.any(axis=2, keepdims=True), fits.doubt, np.nan)
    for name, expected in {**fits.expected, DOUBT: doubted}.items():
        slot, row = np.nonzero(np.isfinite(expected).all(axis=2))
        part = pd.DataFrame(expected[slot, row], columns=steps(fits.horizon))
        part.insert(0, "origin", fits.origins[slot, row])
        part.insert(0, "forecaster", name)
        part.insert(0, "trend", trends[row])
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def steps(horizon: int) -> list[str]:
    """The table's columns of values."""
    return [f"step_{number}" for number in range(1, horizon + 1)]


def read(rows: pd.DataFrame, panel: Panel, horizon: int) -> Fits:
    """The fits of a panel's trends from a table that has theirs among others: what `fit` made, to the last bit.

    What the table does not have is NaN; a trend without any row there was never fitted.
    """
    at = slots(panel, horizon)
    number = pd.Index(panel.trends).get_indexer(pd.Index(rows["trend"]))
    origin = rows["origin"].to_numpy()
    slot = (at[:, number] == origin).argmax(axis=0)
    here = (number >= 0) & (at[slot, number] == origin)
    values = rows.reindex(columns=steps(horizon)).to_numpy(float)
    made = {}
    for name, part in rows.groupby("forecaster", sort=False).indices.items():
        mine = part[here[part]]
        made[str(name)] = np.full((*at.shape, horizon), np.nan)
        made[str(name)][slot[mine], number[mine]] = values[mine]
    doubt = np.nan_to_num(made.pop(DOUBT, np.zeros((*at.shape, horizon))))
    return Fits(tuple(panel.trends), at, made, doubt)
