"""The trends of one forecast run, and the work that they make: which must be fitted, in what pieces, in what order."""

import contextlib
import datetime as dt
import functools
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import MissingError
from marketing.trends import events, fits
from marketing.trends.engagement.periods import Gathered
from marketing.trends.events import Learned
from marketing.trends.events.digests import digests
from marketing.trends.panels import Panel, panels
from marketing.trends.states import FORECAST, states
from pipelines import checkpoints, engine
from pipelines.versions import code_version

FIRST = 8  # trends of the first piece, so that something can be shown at once
PIECE = 128  # trends of the others: arithmetic on many at once pays, and a killed worker costs no more than these

NO_DIMENSIONS = ("trend", "title", "metric", "frequency", "first", "last", "points", "state", "reason")
OTHER_CODE = "A worker of the cluster has another Marquee, or other libraries. Install the same there."
UNANSWERED = "No forecaster could continue it. Look at its values."
NO_EVENTS = pd.DataFrame({"event": [], "date": pd.Series([], dtype="datetime64[us]")})


@dataclass(frozen=True)
class How:
    """What is asked of a run: periods ahead by frequency, the forecaster, the version of the code, what is today."""

    horizon: Mapping[str, int]
    forecaster: str
    version: str
    today: dt.date
    territory: str = ""


@dataclass(frozen=True)
class Work:
    """Some trends of one frequency with all that their fits depend on.

    `marks` has the digest of all that the fits of each trend depend on. `version` is there for workers elsewhere: that
    of their code must be the same.
    """

    panel: Panel
    marks: tuple[str, ...]
    learned: Learned
    horizon: int
    forecaster: str
    version: str = ""


def fit(work: Work) -> dict[str, pd.DataFrame]:
    """The fits of some trends, each row with its trend's digest; runs in a worker process.

    Raises:
        MissingError: this process has other code than the one that asked.
    """
    if work.version and work.version != code_version(work.forecaster):
        raise MissingError(OTHER_CODE)
    origins = fits.origins(work.panel, work.horizon)
    moves = events.moves(work.panel, work.learned, work.horizon, origins)
    made = fits.table([fits.fit(work.panel, moves, work.horizon, work.forecaster)])
    digest = made["trend"].map(dict(zip(work.panel.trends, work.marks, strict=True))).astype("str").rename("digest")
    return {"fits": pd.concat([made.iloc[:, :3], digest, made.iloc[:, 3:]], axis=1)}


IN_WORKER = fit  # what workers do with a piece


@dataclass
class Batch:
    """The trends of one run.

    `heads` has a row a trend with its state, `found` the panels of all, `ready` those of the trends that can be
    forecast. `fitted` gathers tables of fits as they are made, `failures` what could not be.
    """

    heads: pd.DataFrame
    found: list[Panel]
    ready: list[Panel]
    told: pd.DataFrame
    learned: Learned
    how: How
    fitted: list[pd.DataFrame] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    failures: list[engine.Failure] = field(default_factory=list)
    carried: int = 0

    @classmethod
    def of(cls, gathered: Gathered, told: pd.DataFrame, sorts: Mapping[str, str], how: How) -> "Batch":
        """The batch of all gathered trends, given the events table and the kind of each title."""
        found = [events.set_aside(panel, told) for panel in panels(gathered)]
        heads = states(gathered, how.horizon, found).set_index("trend", drop=False)
        able = heads["state"].isin(FORECAST)
        ready = [panel.take(able[panel.trends].to_numpy()) for panel in found]
        ready = [panel for panel in ready if len(panel)]
        furthest = max(how.horizon.values())
        learned = events.learn(ready, told, kinds_of_titles=sorts, territory=how.territory, horizon=furthest)
        return cls(heads, found, ready, told, learned, how)

    @property
    def total(self) -> int:
        """How many trends are to be forecast."""
        return sum(len(panel) for panel in self.ready)

    @property
    def ended(self) -> int:
        """How many of them have come to an end, good or bad."""
        return len(self.done) + len(self.failures)

    def waiting(self) -> set[str]:
        """The trends that are still to be done."""
        wanted = {trend for panel in self.ready for trend in panel.trends}
        return wanted - self.done - {failure.key for failure in self.failures}

    def carry(self, stored: pd.DataFrame) -> None:
        """Take over the fits of trends for which all that these depend on is what it was when they were made."""
        first = stored.drop_duplicates("trend")
        before = dict(zip(first["trend"], first["digest"], strict=True))
        self.done |= {trend for trend, mark in self.marks.items() if before.get(trend) == mark}
        self.carried = len(self.done)
        if self.carried:
            self.fitted.append(stored[stored["trend"].isin(self.done)])

    @functools.cached_property
    def marks(self) -> dict[str, str]:
        """The digest of all that each ready trend's fits depend on: content, events, and how it is forecast."""
        return {
            trend: mark for panel in self.ready for trend, mark in zip(panel.trends, self._marks(panel), strict=True)
        }

    def _marks(self, panel: Panel) -> list[str]:
        horizon = self.how.horizon[panel.frequency.code]
        shared = checkpoints.digest(panel.frequency.code, horizon, self.how.forecaster, self.how.version)
        begun = (~np.isnan(panel.values)).argmax(axis=1)
        told = digests(panel, self.learned, horizon, fits.slots(panel, horizon))
        return [
            checkpoints.digest(shared, last, values[start:])[:16] + moved
            for last, values, start, moved in zip(panel.last, panel.values, begun, told, strict=True)
        ]

    def items(self, names: Mapping[str, str], *, elsewhere: bool = False) -> list[engine.Item]:
        """What is not carried over, in pieces: of one frequency, trends of the same dates together, most wanted first.

        `names` are what titles are called; `elsewhere` says that workers may have other code than this process.
        """
        left = {panel.frequency.code: ~panel.heads["trend"].isin(self.done).to_numpy() for panel in self.ready}
        pieces = [(panel, rows[left[panel.frequency.code][rows]]) for panel, rows in self._cut()]
        return [self._item(panel.take(rows), names, elsewhere=elsewhere) for panel, rows in pieces if len(rows)]

    def _item(self, panel: Panel, names: Mapping[str, str], *, elsewhere: bool) -> engine.Item:
        trends = panel.trends
        marks = tuple(self.marks[trend] for trend in trends)
        learned, horizon = self.learned.of(trends), self.how.horizon[panel.frequency.code]
        version = self.how.version if elsewhere else ""
        work = Work(panel, marks, learned, horizon, self.how.forecaster, version)
        return engine.Item(trends[0], work, digest=_digest(work), what=in_words(panel, names))

    def _cut(self) -> Iterator[tuple[Panel, NDArray[np.intp]]]:
        """All ready trends in pieces: the most wanted few, then each frequency's, pieces with wanted trends first.

        Where a piece begins and ends does not depend on what is done already, so that a run that was killed asks for
        the same pieces again.
        """
        rank = self._wanted() if self.ready else pd.Series(dtype=float)
        pieces = []
        for panel in self.ready:
            mine = rank[panel.trends].to_numpy()
            rows = np.argsort(mine)
            if mine.min() == 0:
                pieces.append((-1, panel, rows[:FIRST]))
                rows = rows[FIRST:]
            alike = pd.DataFrame({"last": panel.last[rows], "span": fits.spans(panel)[rows], "rank": mine[rows]})
            first = alike.groupby(["last", "span"])["rank"].transform("min").to_numpy()
            rows = rows[np.lexsort([mine[rows], first])]
            pieces += [(int(mine[part].min()), panel, part) for part in _pieces(rows, PIECE)]
        for _, panel, rows in sorted(pieces, key=lambda piece: piece[0]):
            yield panel, np.sort(rows)

    def _wanted(self) -> pd.Series:
        """The place of each ready trend: totals before parts, what most titles have first, large before small."""
        heads = pd.concat([panel.heads for panel in self.ready], ignore_index=True)
        size = np.concatenate([np.nansum(panel.values, axis=1) for panel in self.ready])
        part = heads[dimensions(heads)].notna().any(axis=1)
        common = -heads.groupby("metric")["title"].transform("nunique")
        order = pd.DataFrame({"part": part, "common": common, "size": -size, "trend": heads["trend"]})
        order = order.sort_values(["part", "common", "size", "trend"])
        return pd.Series(np.arange(len(order)), index=order["trend"])

    def fit(
        self,
        items: Sequence[engine.Item],
        *,
        workers: int = 0,
        folder: Path | None = None,
        address: str = "",
    ) -> Generator[str]:
        """Fit the items, with what is done and failed kept here; what each was, in words, as it ends.

        An item that fails is halved until what is wrong stands alone.

        Raises:
            InputError: there is no cluster at `address`, or it lost all its workers.
            MissingError: its workers have other code.
        """
        while items:
            again: list[engine.Item] = []
            pieces = {item.key: item for item in items}
            ends = engine.stream(IN_WORKER, items, workers=workers, checkpoints=folder, address=address)
            with contextlib.closing(ends):
                for end in ends:
                    again += self._ended(end, pieces[end.key])
                    yield pieces[end.key].what
            items = again

    def _ended(self, end: engine.Done | engine.Failure, item: engine.Item) -> list[engine.Item]:
        """Keep what came of an item; what is to be tried in its place."""
        trends = item.payload.panel.trends
        if isinstance(end, engine.Done):
            self._take(end.tables["fits"], trends)
        elif end.reason == OTHER_CODE:
            raise MissingError(end.reason)
        elif len(trends) > 1:
            return halves(item)
        else:
            self.failures.append(end)
        return []

    def _take(self, made: pd.DataFrame, trends: Sequence[str]) -> None:
        """Keep the fits of a piece; a trend that no forecaster has a number for is a failure."""
        self.fitted.append(made)
        there = {*made["trend"]}
        self.done |= there
        self.failures += [engine.Failure(trend, UNANSWERED) for trend in trends if trend not in there]

    def fail(self, failures: Sequence[engine.Failure]) -> None:
        """Count trends that were fitted as failed after all: they could not be finished."""
        self.failures += failures
        self.done -= {failure.key for failure in failures}


def in_words(panel: Panel, names: Mapping[str, str]) -> str:
    """ "The Tide, views, ES": the first trend of a panel, for people."""
    head = panel.heads.iloc[0]
    parts = [str(head[name]) for name in dimensions(panel.heads) if not pd.isna(head[name])]
    return ", ".join([names.get(head["title"], head["title"]), head["metric"], *parts])


def dimensions(heads: pd.DataFrame) -> list[str]:
    """The columns of heads that say which part of a title a trend is."""
    return [str(name) for name in heads.columns if name not in NO_DIMENSIONS]


def _digest(work: Work) -> str:
    return checkpoints.digest("fits", work.marks, work.panel.trends)


def halves(item: engine.Item) -> list[engine.Item]:
    """An item as two, each with half of its trends."""
    work: Work = item.payload
    made = []
    for rows in np.array_split(np.arange(len(work.panel)), 2):
        panel = work.panel.take(rows)
        marks = tuple(work.marks[row] for row in rows)
        half = replace(work, panel=panel, marks=marks, learned=work.learned.of(panel.trends))
        made.append(engine.Item(panel.trends[0], half, digest=_digest(half), what=item.what))
    return made


def _pieces(rows: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
