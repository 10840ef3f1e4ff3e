"""Engagement -> one regular line per trend, gaps explicit.

A trend is one measure of one title: its total, or the part of one region, platform or other dimension. The
cross of two dimensions is no trend of its own.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.tables import table
from marketing.trends import frequencies
from marketing.trends.engagement.periods import Gathered, Integers, Lines, codes, regular
from marketing.trends.engagement.totals import added

TITLE = ["title", "metric"]
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


def title_of(trend: str) -> str:
    """The title that the id of a trend names."""
    return unquote(trend.partition("/")[0])


def _quoted(text: str) -> str:
    return text.replace("%", "%25").replace("/", "%2F").replace("=", "%3D")


def gather(engagement: pd.DataFrame) -> pd.DataFrame:
    """Every trend in an engagement table, sorted by trend and date.

    Returns trend, title, metric, the dimensions (empty in totals), frequency ("D", "W" or "M"), date and value,
    one row a period from a trend's first to its last, value NaN in gaps. Nothing is counted twice where an
    export has totals beside their parts, and a title without a split has its total alone.
    """
    return gathered(engagement).table()


def gathered(engagement: pd.DataFrame) -> Gathered:
    """The same with the heads of trends beside their values, which takes a tenth of the memory."""
    dimensions = [str(c) for c in table("engagement").dimension_columns(engagement)]
    rows, titles, texts = _coded(engagement, dimensions)
    heads, together, parts = [], [], []
    for name in ["", *dimensions]:
        mine = rows.divided(name) if name else rows
        if not len(mine.days):
            continue
        keys, lines = added(*mine.keyed(name, len(texts[name]) if name else 1), mine.values)
        title, text = np.divmod(keys, len(texts[name])) if name else (keys, keys)
        head = titles.iloc[title].reset_index(drop=True)
        heads.append(head.assign(**{name: texts[name][text]}) if name else head)
        together.append(title)
        parts.append(lines)
    whole = _joined(parts)
    told = pd.concat(heads, ignore_index=True).reindex(columns=[*TITLE, *dimensions])
    told.insert(0, "trend", [_id(row, dimensions) for row in told.to_dict("records")])
    told["frequency"] = codes(whole, np.concatenate(together))
    return regular(whole, told.astype("str"))


@dataclass(frozen=True)
class _Rows:
    """Rows of engagement in numbers: which title and metric, which value of each dimension (-1: empty), which day."""

    title: Integers
    parts: dict[str, Integers]
    days: Integers
    values: NDArray[np.float64]

    def keyed(self, name: str, count: int) -> tuple[Integers, Integers, Integers]:
        """What each row counts to where `name` divides ("" for totals), its day, and which other dimensions it has."""
        keys = self.title * count + self.parts[name] if name else self.title
        marks = np.zeros(len(self.days), np.int64)
        for bit, other in enumerate(other for other in self.parts if other != name):
            marks |= (self.parts[other] >= 0).astype(np.int64) << bit
        return keys, self.days, marks

    def divided(self, name: str) -> "_Rows":
        """The rows that fill a dimension, of those titles that it divides; none where it rather tells rows apart."""
        count = int(self.parts[name].max(initial=0)) + 2
        pairs, sizes = np.unique(self.title * count + self.parts[name] + 1, return_counts=True)
        title, part = np.divmod(pairs, count)
        filled = part > 0
        if filled.sum() > MANY and sizes[filled].mean() < REPEATED:
            return self.take(np.zeros(len(self.days), bool))
        divides = np.bincount(title) > 1
        return self.take(divides[self.title] & (self.parts[name] >= 0))

    def take(self, mask: NDArray[np.bool_]) -> "_Rows":
        """Some of the rows."""
        parts = {name: part[mask] for name, part in self.parts.items()}
        return _Rows(self.title[mask], parts, self.days[mask], self.values[mask])


def _coded(engagement: pd.DataFrame, dimensions: list[str]) -> tuple[_Rows, pd.DataFrame, dict[str, pd.Index]]:
    """The rows in numbers, and what these stand for: title and metric, and the texts of each dimension."""
    parts, texts = {}, {}
    for name in dimensions:
        parts[name], texts[name] = _texts(engagement[name])
    (title, names), (metric, metrics) = (pd.factorize(engagement[name]) for name in TITLE)
    both = title.astype(np.int64) * max(len(metrics), 1) + metric
    pairs = np.sort(pd.unique(both))
    dates = pd.to_datetime(engagement["date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    rows = _Rows(np.searchsorted(pairs, both), parts, dates, engagement["value"].to_numpy(float))
    which = np.divmod(pairs, max(len(metrics), 1))
    return rows, pd.DataFrame({"title": names[which[0]], "metric": metrics[which[1]]}), texts


def _texts(values: pd.Series) -> tuple[Integers, pd.Index]:
    """A dimension's values as numbers, -1 for empty ones, and the texts they stand for; season 2.0 is "2"."""
    raw, kinds = pd.factorize(values)
    if pd.api.types.is_numeric_dtype(values):
        told = pd.Series(kinds).map("{:g}".format)
    else:
        told = pd.Series(kinds).astype("str").str.strip()
    code, texts = pd.factorize(told.where(told != ""), sort=True)
    return np.append(code, -1).astype(np.int64)[raw], pd.Index(texts)


def _joined(parts: list[Lines]) -> Lines:
    """Several groups of lines as one."""
    lengths = np.concatenate([part.counts for part in parts])
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return Lines(bounds, np.concatenate([p.days for p in parts]), np.concatenate([p.values for p in parts]))


def _id(head: Mapping[Hashable, Any], dimensions: list[str]) -> str:
    return trend_id(head["title"], head["metric"], {d: head[d] for d in dimensions if not pd.isna(head[d])})


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
