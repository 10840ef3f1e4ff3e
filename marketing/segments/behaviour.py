"""What people did, as columns of the audience: how recently, how often and how long they watch, what, when and on what.

Taken from viewing, so groups are found by behaviour too, which predicts taste better than who people are. Reckoned by
Ibis expressions in one pass over the viewing (DuckDB by default), so that neither it nor the audience need fit in
memory. A share is of someone's minutes, or of their viewings where no minutes are told.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from marketing import queries
from marketing.segments.audience import People
from marketing.workspace import Workspace

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOSTLY = 0.5  # the share of someone's minutes from which they watch mostly one kind of title
MIXED = "mixed"
GENRES = 5  # whose shares are told, the most watched first
LEVELS = 12  # kinds of title, and devices, that can be mostly used; rarer ones only count in the whole
SATURDAY = 5  # days of a week are counted from Monday, 0
PARTS_OF_DAY = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}  # from, up to (hour)
VIEWED_ON = ("device", "platform")  # columns of viewing that tell on what, the first that is there
ABOUT = ("kind", "genre")  # what titles tell of a viewing
LOT = 500_000  # people whose behaviour is summed up at a time
SECOND = 1_000  # what a second weighs; the viewing itself weighs 1, so that one without minutes counts


def join(audience: pd.DataFrame, viewing: pd.DataFrame, titles: pd.DataFrame | None) -> pd.DataFrame:
    """`audience` with columns of behaviour; empty for who has none. A column of that name already there is left."""
    behaviour = summarise(viewing, titles)
    new = [column for column in behaviour.columns if column == "person" or column not in audience.columns]
    return audience.merge(behaviour[new], on="person", how="left")


def summarise(viewing: pd.DataFrame, titles: pd.DataFrame | None) -> pd.DataFrame:
    """A row for each person in `viewing`, by person. Days are counted back from the last day that anyone was seen."""
    frames = {"viewing": viewing} if titles is None else {"viewing": viewing, "titles": titles}
    connection = queries.of_frames(frames)
    found = summary(connection.table("viewing"), connection.table("titles") if titles is not None else None)
    return queries.frame(found.order_by("person"))


@contextlib.contextmanager
def people(workspace: Workspace, beside: Path | None = None) -> Iterator[People]:
    """The people of a workspace's audience, with columns of behaviour where it has viewing, while the block runs.

    They are joined once, into a file on disk, in bounded memory. The file stands in the folder `beside`, where others
    are to see it too.

    Raises:
        MissingError: the workspace has no audience.
    """
    if not (workspace.has("audience") and workspace.has("viewing")):
        yield People.stored(workspace)
        return
    if beside:
        beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        path = Path(folder) / "audience.parquet"
        _join_stored(workspace, Path(folder), path)
        yield People.stored(path)


def summary(viewing: "ir.Table", titles: "ir.Table | None") -> "ir.Table":
    """A row for each person in `viewing`, as an expression.

    What is asked of the tables beforehand is small: the last day, the levels that are told apart.
    """
    told = _told(viewing, titles)
    return _by_person(told, _known(told))


def _join_stored(workspace: Workspace, folder: Path, path: Path) -> None:
    """Write the audience with its behaviour to `path`; behaviour is summed up for some of the people at a time."""
    connection = workspace.connect(spill=folder)
    try:
        audience, viewing = connection.table("audience"), connection.table("viewing")
        told = _told(viewing, connection.table("titles") if workspace.has("titles") else None)
        known = _known(told)
        lots = -(-workspace.tables()["audience"].rows // LOT)
        files = [folder / f"lot-{lot}.parquet" for lot in range(lots)]
        for lot, file in enumerate(files):
            some = told if lots == 1 else told.filter(told.person.hash().abs() % lots == lot)
            _by_person(some, known).to_parquet(file)
        behaviour = connection.read_parquet(files, table_name="behaviour")
        new = [name for name in behaviour.columns if name == "person" or name not in audience.columns]
        audience.left_join(behaviour.select(*new), "person").drop("person_right").to_parquet(path)
    finally:
        connection.disconnect()


@dataclass(frozen=True)
class _Known:
    """What is asked of all viewing beforehand: the last day, and the levels told apart."""

    latest: int
    levels: Mapping[str, Sequence[str]]


def _known(told: "ir.Table") -> _Known:
    most = {"kind": LEVELS, "genre": GENRES} | dict.fromkeys(VIEWED_ON, LEVELS)
    levels = {name: _levels(told, name, count) for name, count in most.items() if name in told.columns}
    return _Known(queries.value(told.day.max()) or 0, levels)


def _by_person(told: "ir.Table", known: _Known) -> "ir.Table":
    parts = [*_habits(told, known.latest), *_mostly(told, known), *_shares(told, known)]
    sums = {name: value for part in parts for name, value in part.sums.items()}
    by_person = told.group_by("person").aggregate(**sums)
    return by_person.select("person", **{part.name: part.of(by_person) for part in parts})


@dataclass(frozen=True)
class _Part:
    """A column of behaviour: the sums over someone's viewings that it is made of, and how."""

    name: str
    sums: Mapping[str, Any]
    of: Callable[["ir.Table"], Any]


def _told(viewing: "ir.Table", titles: "ir.Table | None") -> "ir.Table":
    """Viewings with day and weight, and where they are told with hour, kind and genre."""
    moment = viewing.schema()["date"].is_timestamp() and "hour" not in viewing.columns
    if moment and (queries.value(viewing.date.hour().max()) or 0) > 0:
        viewing = viewing.mutate(hour=viewing.date.hour())
    viewing = viewing.mutate(
        day=viewing.date.cast("date").epoch_days(),
        weight=_weight(viewing.minutes) if "minutes" in viewing.columns else 1,
    )
    about = [name for name in ABOUT if titles is not None and name in titles.columns]
    viewing = viewing.drop(*(name for name in ABOUT if name in viewing.columns))
    if titles is None or not about:
        return viewing
    return viewing.left_join(titles.select("title", *about), "title").drop("title_right")


def _weight(minutes: Any) -> Any:
    """What a viewing counts, as a whole number, so that sums come out the same in any order."""
    return (minutes.coalesce(0) * 60).round().cast("int64") * SECOND + 1


def _habits(told: "ir.Table", latest: int) -> list[_Part]:
    """How recently, how often, how long, how far apart, and how much of it at weekends."""
    sums = {"last": told.day.max(), "first": told.day.min(), "times": told.count()}
    weekends = (told.date.cast("date").day_of_week.index() >= SATURDAY).cast("int64").sum()
    recency = _Part("days since last viewing", sums, lambda by: latest - by["last"])
    frequency = _Part("viewings", {}, lambda by: by["times"])
    rhythm = _Part("days between viewings", {}, lambda by: (by["last"] - by["first"]) / (by["times"] - 1).nullif(0))
    weekly = _Part("weekend viewing", {"weekends": weekends}, lambda by: by["weekends"] / by["times"])
    if "minutes" not in told.columns:
        return [recency, frequency, rhythm, weekly]
    minutes = _Part("minutes viewed", {"minutes": told.minutes.sum().round(6)}, lambda by: by["minutes"])
    length = _Part("minutes a viewing", {}, lambda by: by["minutes"] / by["times"])
    return [recency, frequency, minutes, length, rhythm, weekly]


def _mostly(told: "ir.Table", known: _Known) -> list[_Part]:
    """What most of someone's minutes go to: a kind of title, a part of the day, a device."""
    parts = []
    if "kind" in told.columns:
        parts.append(_most("mostly views", told, told["kind"].notnull(), _places(told, "kind", known)))
    if "hour" in told.columns:
        hour = told["hour"].cast("float64") % 24
        spans = {name: (hour >= first) & (hour < end) for name, (first, end) in PARTS_OF_DAY.items()}
        parts.append(_most("mostly views in the", told, hour.notnull(), spans))
    for on in [name for name in VIEWED_ON if name in told.columns][:1]:
        parts.append(_most("mostly views on", told, told[on].notnull(), _places(told, on, known)))
    return parts


def _most(name: str, told: "ir.Table", known: Any, levels: Mapping[str, Any]) -> _Part:
    """The level with half of what is known or more (of two halves the first by name), else MIXED."""

    def make(sums: "ir.Table") -> Any:
        whole, found = sums[name], MIXED
        for level in sorted(levels, reverse=True):
            found = (sums[f"{name} {level}"] >= MOSTLY * whole).ifelse(level, found)
        return (whole > 0).ifelse(found, None)

    weights = {f"{name} {level}": fits.ifelse(told.weight, 0).sum() for level, fits in levels.items()}
    return _Part(name, {name: known.ifelse(told.weight, 0).sum(), **weights}, make)


def _shares(told: "ir.Table", known: _Known) -> list[_Part]:
    """How much of what is known goes to each of the genres watched most."""
    if "genre" not in told.columns:
        return []
    levels = _places(told, "genre", known)
    whole = {"all genres": told["genre"].notnull().ifelse(told.weight, 0).sum()}
    return [
        _share(level, {f"of {level}": fits.ifelse(told.weight, 0).sum(), **whole}) for level, fits in levels.items()
    ]


def _share(level: str, sums: Mapping[str, Any]) -> _Part:
    return _Part(f"share of {level.lower()}", sums, lambda by: by[f"of {level}"] / by["all genres"].nullif(0))


def _places(told: "ir.Table", column: str, known: _Known) -> dict[str, Any]:
    """Where each level of a column stands."""
    return {level: told[column] == level for level in known.levels[column]}


def _levels(told: "ir.Table", column: str, most: int) -> list[str]:
    """The levels of a column that are watched most, by name."""
    watched = told.filter(told[column].notnull()).group_by(column).aggregate(weight=told.weight.sum())
    weights = queries.frame(watched).sort_values(["weight", column], ascending=[False, True])[:most]
    return sorted(weights[column].astype("str"))
