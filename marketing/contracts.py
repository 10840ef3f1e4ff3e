"""What each table of a workspace holds: names, keys and columns.

Tables that jobs write are `made`; all others are ingested, and checked at the door (:mod:`marketing.tables`).
"""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from marketing import keys

Kind = Literal["id", "text", "date", "number", "count"]


@dataclass(frozen=True)
class Column:
    """One column of a table: `id` is a short name, `count` a finite number of 0 or more."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table's contract.

    `key` columns tell rows apart, as far as a table has them. Where `dimensions` is true, so do those that say
    which part of the whole a row is of (see `dimension_columns`). `spans` are pairs of dates of which the second
    is not before the first; of the columns in `one_of`, each row fills at least one. `made` tables are written by
    jobs and are not ingested.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    dimensions: bool = False
    made: bool = False
    about: str = field(default="", compare=False)
    spans: tuple[tuple[str, str], ...] = ()
    one_of: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None for an extra one."""
        return next((c for c in self.columns if c.name == name), None)

    def required(self) -> list[str]:
        """Names of the columns that must be there."""
        return [c.name for c in self.columns if c.required]

    def full_key(self, *frames: pd.DataFrame) -> list[str]:
        """The key's columns that tell the rows of each of these frames apart, dimensions included."""
        found = [name for frame in frames for name in self.dimension_columns(frame)]
        return list(dict.fromkeys([*self.key, *found]))

    def dimension_columns(self, frame: pd.DataFrame) -> list[str]:
        """Columns of `frame` that split a trend.

        Those named in DIMENSIONS are; another text column without a place in the contract is one only where rows
        of this frame are doubled without it. Else it is kept beside the value, as a note is that says what was
        corrected: were it part of the key, the corrected row would stand beside the wrong one and be added to it.
        """
        if not self.dimensions:
            return []
        extra = [str(c) for c in frame.columns if self.column(str(c)) is None]
        texts = [c for c in extra if c not in DIMENSIONS and not pd.api.types.is_numeric_dtype(frame[c])]
        named = [c for c in extra if c in DIMENSIONS]
        if self.made or not texts:  # of a made table, a job has chosen the columns
            return [c for c in extra if c in named or c in texts]
        key = [c for c in [*self.key, *named] if c in frame.columns]
        needed = keys.lacking(frame, key, texts)
        return [c for c in extra if c in named or c in needed]


BAND = "low80:number high80:number low95:number high95:number"

# What exports split numbers by. Words for places, ways of watching and parts of a title; not for remarks on a row.
DIMENSIONS = (
    *("region", "platform", "country", "device", "channel", "language", "source", "season"),
    *("territory", "market", "city", "store", "cinema", "venue", "network", "service", "provider"),
    *("episode", "track", "video", "format", "edition", "version", "tier", "plan"),
    *("browser", "os", "app", "agent", "audience", "age_group", "gender", "traffic_source", "campaign", "placement"),
)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from "name:kind" words; a trailing "!" marks a required one."""
    parts = (word.split(":") for word in text.split())
    return tuple(Column(name, kind.rstrip("!"), kind.endswith("!")) for name, kind in parts)  # type: ignore[arg-type]


def _table(
    name: str,
    key: str,
    columns: str,
    about: str,
    *,
    dimensions: bool = False,
    made: bool = False,
    spans: tuple[tuple[str, str], ...] = (),
    one_of: tuple[str, ...] = (),
) -> Table:
    return Table(name, tuple(key.split()), _columns(columns), dimensions, made, about, spans, one_of)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "titles",
            "title",
            "title:id! name:text kind:text genre:text synopsis:text rating:text release_date:date url:text",
            "films, shows, games, albums, podcasts and live events, a row each",
        ),
        _table(
            "facts",
            "fact",
            "fact:id! title:id! text:text! kind:text source:text valid_from:date valid_to:date territory:text",
            "what copy may claim, with source and validity",
            spans=(("valid_from", "valid_to"),),
        ),
        _table(
            "engagement",
            "date title metric",
            "date:date! title:id! metric:id! value:count!",
            "what people did with a title on a day",
            dimensions=True,
        ),
        _table(
            "events",
            "event date title region",
            "event:text! kind:text date:date! end_date:date title:id region:text",
            "releases, trailers, holidays, outages: dated things that move an audience",
            spans=(("date", "end_date"),),
        ),
        _table("audience", "person", "person:id!", "people we can reach, a row each, with any attributes"),
        _table(
            "viewing",
            "person title date",
            "person:id! title:id! date:date! minutes:count",
            "who watched, played or heard what, and for how long",
        ),
        _table(
            "results",
            "date draft ad",
            "date:date! draft:id ad:id segment:text copy_text:text exposure:text"
            " impressions:count clicks:count spend:count conversions:count",
            "what happened after copy went out",
            one_of=("draft", "ad"),
        ),
        _table(
            "trends",
            "trend",
            "trend:text! title:id! metric:id! frequency:text first:date last:date points:count"
            " state:text! reason:text forecaster:text grade:text off:number sentence:text cells:text",
            "every measure of every title: forecast, or the reason why not",
            made=True,
        ),
        _table(
            "forecasts",
            "trend date",
            f"trend:text! title:id! metric:id! date:date! expected:number! {BAND} forecaster:text",
            "what each trend should do next",
            dimensions=True,
            made=True,
        ),
        _table(
            "scores",
            "trend forecaster",
            "trend:text! forecaster:text! horizon:count mase:number smape:number msis80:number"
            " coverage80:number coverage95:number skill:number cutoffs:count",
            "how each forecaster did on the past",
            made=True,
        ),
        _table(
            "outlooks",
            "trend",
            "trend:text! title:id! metric:id! direction:text first:date last:date peak_date:date expected:number"
            " low80:number high80:number window_first:date window_last:date total:number total_low80:number"
            " total_high80:number before:number change:number even:count recent:text",
            "what each forecast amounts to, and the last 60 values for a small line",
            made=True,
        ),
        _table(
            "fits",
            "trend forecaster origin",
            "trend:text! forecaster:text! origin:count! digest:text!",
            "what each forecaster said at each cutoff, kept so that only changed trends are fitted again",
            made=True,
        ),
        _table(
            "past_forecasts",
            "trend cutoff date",
            f"trend:text! cutoff:date! date:date! value:number expected:number! {BAND}",
            "forecasts of stretches of the past, made without having seen them",
            made=True,
        ),
        _table(
            "forecast_sums",
            "trend period date",
            f"trend:text! period:text! date:date! days:count! expected:number! {BAND}",
            "weeks and months of daily forecasts, weekly ones by month, with bands of their own",
            made=True,
        ),
        _table(
            "event_effects",
            "trend event date",
            "trend:text! event:text! kind:text date:date! end_date:date effect:number low80:number high80:number"
            " added:number window_added:number peak_date:date lead:number fading:number basis:text ahead:count",
            "what each event did to a trend, or should do",
            made=True,
        ),
        _table(
            "anomalies",
            "trend date",
            "trend:text! title:id! metric:id! date:date! value:number expected:number change:number z:number"
            " kind:text event:text sentence:text cells:text",
            "days that were not as expected",
            dimensions=True,
            made=True,
        ),
        _table(
            "movers",
            "trend",
            "trend:text! title:id! metric:id! date:date! value:number expected:number change:number z:number"
            " rank:count event:text sentence:text cells:text",
            "each trend's latest day against what was expected of it",
            dimensions=True,
            made=True,
        ),
        _table(
            "segments",
            "segment",
            "segment:id! name:text! size:count! share:number! description:text traits:text stability:number",
            "groups in the audience",
            made=True,
        ),
        _table("assignments", "person", "person:id! segment:text", "who is in which segment", made=True),
        _table(
            "affinity",
            "segment title",
            "segment:id! title:id! rate:number low90:number high90:number lift:number people:count because:text",
            "which titles each segment likes",
            made=True,
        ),
        _table(
            "taste",
            "title other",
            "title:id! other:id! weight:number!",
            "how much having seen one title speaks for another",
            made=True,
        ),
        _table("popularity", "title", "title:id! share:number!", "which part of people saw each title", made=True),
        _table(
            "affinity_checks",
            "check",
            "check:text! measure:text! value:number yardstick:number people:count sentence:text!",
            "how well titles are told for persons and for segments, against what is popular (the yardstick)",
            made=True,
        ),
        _table(
            "set_aside",
            "subject name",
            "subject:text! name:text! reason:text! people:count",
            "columns and people kept out of segments, with reasons",
            made=True,
        ),
        _table(
            "choices",
            "k",
            "k:count! bic:number icl:number agreement:number by_chance:number chosen:count criterion:number"
            " found:count asked:count basis:text",
            "numbers of segments that were tried, and how each fared (bic, icl, criterion: lower is better; agreement:"
            " ARI); chosen is what was taken, found what the data prove, asked what somebody asked for",
            made=True,
        ),
        _table(
            "division",
            "part",
            "part:id! text:text!",
            "how people are put into segments, as JSON: for new people, and to tell how far an audience has moved",
            made=True,
        ),
        _table(
            "lifecycle",
            "segment state",
            "segment:id! state:text! people:count share:number",
            "where people stand: new, regular, cooling, gone, back; by segment",
            made=True,
        ),
        _table(
            "movements",
            "before after",
            "before:text after:text people:count! share:number! was_called:text",
            "who moved from which segment to which since the last run; empty for none, 'elsewhere' for small cells",
            made=True,
        ),
        _table(
            "fairness",
            "subject name",
            "subject:text! name:text! category:text recognised:text source:text reason:text! people:count"
            " weight:number",
            "the record of a segment run for a lawyer: the run, what was used, kept out and let in, groups and rules",
            made=True,
        ),
        _table(
            "proxies",
            "kept_out segment",
            "kept_out:text! segment:text! category:text! v:number low95:number high95:number people:count"
            " warns:count carriers:text v_without:number sentence:text",
            "how much segments tell of what was kept out (Cramér's V); segment is empty for all of them together",
            made=True,
        ),
    )
}
