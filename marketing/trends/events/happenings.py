"""The events table as the trends' rooms use it, and which event concerns which trend."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events.courses import DAYS_IN, placed
from marketing.trends.events.kinds import Kind, kind, kind_of
from marketing.trends.panels import Panel

COLUMNS = ("event", "kind", "title", "region", "country", "start", "stop", "announced")
OFTEN, MANY = 0.4, 20  # events of one kind in so large a share of a trend's periods, and so many, are part of it
LAUNCH = np.timedelta64(28, "D")  # after its first release a title is launched in other countries and shops
LEAST_SHARE = 0.1  # of a period's days that must be bad before the period is: one of a week, three of a month


def happenings(events: pd.DataFrame) -> pd.DataFrame:
    """The events in order of date, all columns there: event, kind, title, region, country, start, stop, announced.

    Empty texts stand for everyone and everywhere; `country` is that of a public holiday, empty for the table's own.
    """
    if events.empty:
        empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in COLUMNS})
        return empty.astype(dict.fromkeys(("start", "stop", "announced"), "datetime64[us]"))
    told = events.reset_index(drop=True)
    made = pd.DataFrame({"start": pd.to_datetime(told["date"]).dt.normalize().astype("datetime64[us]")})
    ends = pd.to_datetime(told["end_date"]) if "end_date" in told else made["start"]
    made["stop"] = ends.dt.normalize().astype("datetime64[us]").where(ends > made["start"], made["start"])
    announced = told["announced"] if "announced" in told else pd.Series(pd.NaT, index=told.index)
    made["announced"] = announced if pd.api.types.is_datetime64_any_dtype(announced) else pd.NaT
    made["announced"] = made["announced"].astype("datetime64[us]")
    kinds = told["kind"] if "kind" in told else pd.Series("", index=told.index)
    made["kind"] = kinds.map({text: kind_of(text) for text in kinds.unique()}).astype("str")
    for name in ("event", "title", "region"):
        made[name] = (told[name] if name in told else pd.Series("", index=told.index)).fillna("").astype("str")
    made["country"] = pd.Series("", index=told.index, dtype="str")
    return made.sort_values(["start", "event", "title", "region"], kind="stable", ignore_index=True)[list(COLUMNS)]


def pairs(panel: Panel, told: pd.DataFrame, countries: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Each trend with each event that concerns it: its title's or everyone's, its region's or everywhere.

    Columns: row (in the panel), happening (position in `told`), step (the period of its first day, 0 being the
    trend's last and those ahead positive), offset (days into that period) and length (days after its first).
    Public holidays concern daily trends alone: of a day, a week shows too little.
    """
    heads = pd.DataFrame({"row": np.arange(len(panel)), "title": panel.heads["title"].to_numpy()})
    heads["region"] = panel.heads["region"].fillna("").to_numpy() if "region" in panel.heads else ""
    known = countries or {}
    heads["country"] = pd.Series([known.get(region, known.get("", "")) for region in heads["region"]], dtype="str")
    events = told[["title", "region", "country"]].rename(columns={"region": "where"})
    events.insert(0, "happening", np.arange(len(told)))
    own, public = events["country"] == "", (events["country"] != "") & (panel.frequency.code == "D")
    mine = heads.merge(events[own & (events["title"] != "")].drop(columns="country"), on="title")
    every = heads.merge(events[own & (events["title"] == "")][["happening", "where"]], how="cross")
    days = heads.merge(events[public][["happening", "where", "country"]], on="country")
    both = pd.concat([part[["row", "happening", "region", "where"]] for part in (mine, every, days)], ignore_index=True)
    here = (both["where"] == "") | (both["region"] == "") | (both["where"] == both["region"])
    both = both.loc[here, ["row", "happening"]].sort_values(["row", "happening"], ignore_index=True)
    start = _days(told["start"])[both["happening"]]
    steps, offset = placed(start, panel.last[both["row"]], panel.frequency.code)
    length = (_days(told["stop"])[both["happening"]] - start).astype(np.int64)
    return both.assign(step=steps, offset=offset, length=length)


def concerned(
    panel: Panel, told: pd.DataFrame, sorts: Mapping[str, str], countries: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """`pairs` with what is known of trend, title and kind, without events whose days are set aside and those that come
    so often that they are part of the trend (:func:`often`).

    More columns: trend, title, sort (the title's kind), kind, pool (those that tell of each other: the kind, or for
    some the kind and name), public (a public holiday of the calendar), announced, and of the kind prior (effect),
    spread, fading (for titles of that sort), lead, lasting and planned.
    """
    both = pairs(panel, told, countries)
    names, which, kinds = _counted(both, told)
    kept = ~np.array([each.set_aside for each in kinds], dtype=bool)[which]
    both, which = both[kept].reset_index(drop=True), which[kept]
    row, happening = both["row"].to_numpy(), both["happening"].to_numpy()
    facts = {"prior": "effect"} | {name: name for name in ("spread", "fading", "lead", "lasting", "planned")}
    for column, name in facts.items():
        both[column] = np.array([getattr(each, name) for each in kinds])[which] if len(kinds) else 0.0
    titles = panel.heads["title"].astype("str")
    sort = titles.map(lambda title: sorts.get(title, "")).to_numpy(str)[row]
    for code, each in enumerate(kinds):
        for title_kind, fading in each.titles.items():
            both.loc[(which == code) & (sort == title_kind), "fading"] = fading
    called = (told["kind"] + ": " + told["event"].str.casefold()).to_numpy(str)
    by_name = np.array([each.by_name for each in kinds], dtype=bool)[which]
    both["trend"], both["title"] = panel.heads["trend"].to_numpy(str)[row], titles.to_numpy(str)[row]
    both["sort"], both["kind"] = sort, names[which]
    both["pool"] = np.where(by_name, called[happening], names[which])
    both["public"] = (told["country"] != "").to_numpy()[happening]
    both["announced"] = told["announced"].to_numpy()[happening]
    common = often(panel, both)
    return both[~common].reset_index(drop=True) if common.any() else both


def _counted(both: pd.DataFrame, told: pd.DataFrame) -> tuple[NDArray[np.str_], NDArray[np.intp], list[Kind]]:
    """The names of the kinds that pairs count as, each pair's number among them, and these kinds.

    That of its event; of an event that comes a while after the first of its kind and title, the kind that it is
    `again`. What comes within the while is of the same launch, in another country or shop.
    """
    names, number = np.unique(told["kind"].to_numpy(str), return_inverse=True)
    happening = both["happening"].to_numpy(np.intp)
    counted = names[number[happening]]
    start = _days(told["start"])[happening]
    own = (told["title"] != "").to_numpy()[happening]
    for name in names:
        again = kind(str(name)).again
        mine = np.flatnonzero(own & (counted == name)) if again else np.array([], dtype=np.intp)
        if len(mine):
            row = both["row"].to_numpy()[mine]
            first = pd.Series(start[mine]).groupby(row).transform("min").to_numpy().astype("datetime64[D]")
            counted = counted.astype(object)
            counted[mine[start[mine] - first > LAUNCH]] = again
    found, which = np.unique(counted.astype(str), return_inverse=True)
    return found, which, [kind(str(name)) for name in found]


def often(panel: Panel, both: pd.DataFrame) -> NDArray[np.bool_]:
    """Which of the pairs (row, pool, step) are of a kind that came in more than OFTEN of a trend's periods so far.

    What comes nearly every day, or in every month of a monthly trend, is told by no single day: the days beside it
    have as much of it. Level, week and the errors that bands come from hold it already. MANY past ones make it so, as
    few are told apart whatever share of a short history they are.
    """
    made = np.zeros(len(both), dtype=bool)
    row, step = both["row"].to_numpy(np.intp), both["step"].to_numpy()
    many = np.flatnonzero(np.bincount(row, minlength=len(panel)) >= MANY)
    if not len(many):
        return made
    width = panel.values.shape[1]
    above = panel.values > 0
    span = np.where(above.any(axis=1), width - above.argmax(axis=1), 0)
    mine = both.loc[np.isin(row, many) & (step <= 0) & (step > -span[row]), ["row", "pool", "step"]]
    came = mine.drop_duplicates().groupby(["row", "pool"]).size()
    rows = came.index.get_level_values("row").to_numpy(np.intp)
    found = came.index[(came >= MANY).to_numpy() & (came.to_numpy() > OFTEN * span[rows])]
    return pd.MultiIndex.from_frame(both[["row", "pool"]]).isin(found) if len(found) else made


def set_aside(panel: Panel, events: pd.DataFrame) -> Panel:
    """The panel with every period NaN that an outage fell in, or a day that someone set aside.

    A week goes with one bad day, a month with three. Kinds say which they are (`set_aside` in kinds.toml).
    """
    told = happenings(events)
    told = told[[kind(name).set_aside for name in told["kind"]]].reset_index(drop=True)
    if told.empty or not len(panel):
        return panel
    bad = pairs(panel, told)
    width, days = panel.values.shape[1], DAYS_IN[panel.frequency.code]
    share = np.zeros(panel.values.shape)
    for row, step, offset, length in bad[["row", "step", "offset", "length"]].to_numpy():
        first = (step + width - 1) * days + offset
        every = np.arange(max(first, 0), min(first + length + 1, width * days))
        np.add.at(share[row], every // days, 1 / days)
    return replace(panel, values=np.where(share >= LEAST_SHARE - 1e-9, np.nan, panel.values))


def _days(dates: pd.Series) -> NDArray[np.datetime64]:
    return dates.to_numpy().astype("datetime64[D]")
