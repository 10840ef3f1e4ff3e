"""Engagement -> one regular line per trend, gaps explicit.

A trend is one measure of one title: its total, or the part of one region, platform or other dimension. The
cross of two dimensions is no trend of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.tables import table
from marketing.trends import frequencies

TITLE = ["title", "metric"]
# Rows with fewer dimensions filled than others of their title are its totals if they hold about as much as
# those together, and else what those do not cover.
ROLL_UP = 0.9
# A column with this many values that hardly come twice (a note, an address) is told by row and divides no trend.
MANY, REPEATED = 1_000, 3


@dataclass(frozen=True)
class Line:
    """One trend, ready to continue: `values` has one number a period, NaN where none is known."""

    trend: str
    title: str
    region: str
    frequency: frequencies.Frequency
    dates: pd.DatetimeIndex
    values: NDArray[np.float64]


def trend_id(title: str, metric: str, dimensions: Mapping[str, str]) -> str:
    """ "title/metric", or "title/metric/region=ES"; what would be read as a divider is percent-quoted in each part."""
    parts = [f"{_quoted(name)}={_quoted(value)}" for name, value in dimensions.items()]
    return "/".join([_quoted(title), _quoted(metric), *parts])


def part(trend: str) -> tuple[str, str]:
    """The dimension that the id of a trend tells and its value, ("region", "ES"); two empty texts for a total."""
    name, _, value = trend.rpartition("/")[2].partition("=") if "=" in trend else ("", "", "")
    return unquote(name), unquote(value)


def _quoted(text: str) -> str:
    return text.replace("%", "%25").replace("/", "%2F").replace("=", "%3D")


def gather(engagement: pd.DataFrame) -> pd.DataFrame:
    """Every trend in an engagement table, sorted by trend and date.

    Returns trend, title, metric, the dimensions (empty in totals), frequency ("D", "W" or "M"), date and value,
    one row a period from a trend's first to its last, value NaN in gaps. Nothing is counted twice where an
    export has totals beside their parts, and a title without a split has its total alone.
    """
    dimensions = [str(c) for c in table("engagement").dimension_columns(engagement)]
    rows = engagement[["date", *TITLE, *dimensions, "value"]].copy()
    for name in dimensions:
        rows[name] = _text(rows[name])
    rows["date"] = pd.to_datetime(rows["date"]).dt.normalize().astype("datetime64[us]")
    parts = [_added(rows, TITLE, dimensions)]
    parts += [_added(split, [*TITLE, name], dimensions) for name, split in _splits(rows, dimensions)]
    lines = pd.concat(parts, ignore_index=True).reindex(columns=["date", *TITLE, *dimensions, "value"])
    lines.insert(0, "trend", _ids(lines, dimensions))
    return _regular(lines, dimensions)


def _text(values: pd.Series) -> pd.Series:
    """A dimension's values as text, empty ones as missing; season 2.0 is "2"."""
    if pd.api.types.is_numeric_dtype(values):
        return values.map("{:g}".format, na_action="ignore").astype("str")
    text = values.astype("str").str.strip()
    return text.where(values.notna() & (text != ""))


def _splits(rows: pd.DataFrame, dimensions: list[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """For each dimension, the rows of the titles that it divides."""
    for name in dimensions:
        sizes = rows.groupby([*TITLE, name]).size()
        if len(sizes) > MANY and sizes.mean() < REPEATED:
            continue
        values = rows.groupby(TITLE)[name]
        divides = (values.transform("nunique") + values.transform(lambda part: part.isna().any())) > 1
        split = rows[divides & rows[name].notna()]
        if not split.empty:
            yield name, split


def _added(rows: pd.DataFrame, keys: list[str], dimensions: list[str]) -> pd.DataFrame:
    """The sum per `keys` and date; `keys` may hold a dimension, whose parts are then added up."""
    filled = [name for name in dimensions if name not in keys]
    marks = rows[filled].notna().to_numpy() @ (1 << np.arange(len(filled))) if filled else np.zeros(len(rows), int)
    marked = rows.assign(mark=marks)
    sums = marked.groupby([*keys, "date", "mark"], sort=True)["value"].sum().reset_index()
    if sums["mark"].nunique() == 1:
        return sums.drop(columns="mark")
    mixed = sums.groupby(keys)["mark"].transform("nunique") > 1
    parts = [sums[~mixed].drop(columns="mark")]
    for key, group in sums[mixed].groupby(keys):
        by_mark = {mark: group.loc[group["mark"] == mark].set_index("date")["value"] for mark in set(group["mark"])}
        total = _total(by_mark)
        parts.append(pd.DataFrame({**dict(zip(keys, key, strict=True)), "date": total.index, "value": total}))
    return pd.concat(parts, ignore_index=True)


def _total(sums: Mapping[int, pd.Series]) -> pd.Series:
    """One total a date from sums by which dimensions are filled (a bit each in the key)."""
    marks = sorted(sums, key=lambda mark: (-mark.bit_count(), -sums[mark].sum()))
    total = sums[marks[0]]
    for mark in marks[1:]:
        other = sums[mark]
        covers = (other / total[total > 0]).median()
        covers = 1.0 if pd.isna(covers) else covers  # no date in common: they follow one another
        if covers >= ROLL_UP:
            total = other.combine_first(total)
        elif mark & marks[0] == mark:
            total = total.add(other, fill_value=0)
        else:  # another way to divide the same total, with less in it
            total = total.combine_first(other)
    return total


def _ids(lines: pd.DataFrame, dimensions: list[str]) -> list[str]:
    keys = lines[[*TITLE, *dimensions]].drop_duplicates()
    ids = [
        trend_id(row["title"], row["metric"], {d: row[d] for d in dimensions if not pd.isna(row[d])})
        for row in keys.to_dict("records")
    ]
    return lines.merge(keys.assign(trend=ids), how="left", on=list(keys.columns))["trend"].tolist()


def _regular(lines: pd.DataFrame, dimensions: list[str]) -> pd.DataFrame:
    """`lines` with one row a period from each trend's first date to its last."""
    names = ["trend", *TITLE, *dimensions]
    lines = lines.sort_values(["trend", "date"], kind="stable", ignore_index=True)
    starts = np.flatnonzero(~lines["trend"].duplicated().to_numpy())
    heads = lines.loc[starts, names].reset_index(drop=True)
    titles = list(zip(heads["title"], heads["metric"], strict=True))
    dates, values = lines["date"].to_numpy(), lines["value"].to_numpy(float)
    codes, spans, parts = [], [], []
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True)):
        own = pd.DatetimeIndex(dates[start:stop])
        code = frequencies.found(own if len(own) > 2 else _dates_of_title(lines, *titles[number]))
        span, part = _line(own, values[start:stop], code)
        codes.append(code)
        spans.append(span.to_numpy())
        parts.append(part)
    whole = heads.assign(frequency=codes).loc[np.repeat(heads.index, [len(part) for part in parts])]
    whole = whole.astype(dict.fromkeys([*names, "frequency"], "str")).reset_index(drop=True)
    return whole.assign(date=np.concatenate(spans), value=np.concatenate(parts))


def _dates_of_title(lines: pd.DataFrame, title: str, metric: str) -> pd.DatetimeIndex:
    """All dates of a title and metric: what a part of one or two points does not show, the whole may."""
    mine = (lines["title"] == title) & (lines["metric"] == metric)
    return pd.DatetimeIndex(lines.loc[mine, "date"].unique()).sort_values()


def _line(
    dates: pd.DatetimeIndex, values: NDArray[np.float64], code: frequencies.Code
) -> tuple[pd.DatetimeIndex, NDArray[np.float64]]:
    """Every period's date, and its sum of `values`."""
    periods = frequencies.labels(dates, code)
    span = frequencies.span(periods.min(), periods.max(), code)
    if len(span) == len(periods) and span.equals(periods):
        return span, values
    sums = pd.Series(values, index=periods).groupby(level=0).sum()
    return span, np.asarray(sums.reindex(span), dtype=np.float64)


def lines(trends: pd.DataFrame) -> Iterator[Line]:
    """The trends of a gathered table, one by one, in its order."""
    for trend, group in trends.groupby("trend", sort=False):
        region = group["region"].iloc[0] if "region" in group else None
        yield Line(
            str(trend),
            str(group["title"].iloc[0]),
            "" if pd.isna(region) else str(region),
            frequencies.FREQUENCIES[group["frequency"].iloc[0]],
            pd.DatetimeIndex(group["date"]),
            group["value"].to_numpy(float),
        )
