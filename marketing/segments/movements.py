"""Who moved from which segment to which since the last run, in numbers that no person can be told from."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from marketing import queries
from marketing.segments.fairness.sizes import SHOWN

COLUMNS = ("before", "after", "people", "share")
NONE = ""  # where somebody was or is who was in no segment, was not there yet or is gone
ELSEWHERE = "elsewhere"  # the segments together to which fewer went than are shown
POINT = 0.05  # percentage points: less is written as no change
MOST = 5  # moves that are told in words


def between(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved from where to where.

    Args:
        before: person, segment: where people were in the last run; each person once, the segment empty for none.
        after: The same of now.

    Returns:
        before, after (ids of then and of now; NONE, ELSEWHERE), people, share (of those who were in `before`), by
        `before`, the most people first. The cells of a group that have fewer than SHOWN people are one row, ELSEWHERE;
        where that is too small as well, they are counted with the group's largest row, so that no difference from a
        known size tells of them. Whoever was in none and is in none is not counted, nor a group of fewer than SHOWN.
    """
    both = before[["person", "segment"]].merge(after[["person", "segment"]], on="person", how="outer")
    sides = {
        "before": both["segment_x"].astype("str").fillna(NONE),
        "after": both["segment_y"].astype("str").fillna(NONE),
    }
    return _shown(pd.DataFrame(sides).value_counts(sort=False).rename("people").reset_index())


def between_stored(before: Path, after: Path, spill: Path) -> pd.DataFrame:
    """The same of two Parquet files, in bounded memory; `spill` is a folder for what does not fit.

    Raises:
        queries.UnreadableError: a file is damaged or gone.
    """
    folder = Path(os.path.commonpath([before.absolute().parent, after.absolute().parent]))
    connection = queries.of_files({"before": before, "after": after}, folder, spill=spill)
    try:
        return _shown(queries.frame(_counted(connection.table("before"), connection.table("after"))))
    finally:
        connection.disconnect()


def nobody() -> pd.DataFrame:
    """The table without anybody in it, as of a first run."""
    return _shown(pd.DataFrame({"before": [], "after": [], "people": []}))


def told(moved: pd.DataFrame, then: Mapping[str, str], now: Mapping[str, str], most: int = MOST) -> list[str]:
    """The largest moves from one segment to another in words, the most people first.

    Args:
        moved: What `between` found.
        then: What segments were called in the last run, by id.
        now: What they are called now.
    """
    totals = moved.groupby("before")["people"].sum().to_dict()
    named = moved[moved["before"].isin({*then, NONE}) & moved["after"].isin({*now, NONE, ELSEWHERE})]
    moves = named[named["before"] != named["after"]].sort_values(
        ["people", "before", "after"], ascending=[False, True, True]
    )
    return [
        f"{people:,} of the {totals[before]:,} {_were(before, then)} {_are(after, now)}."
        for before, after, people in moves[["before", "after", "people"]][:most].to_numpy().tolist()
    ]


def shifts(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Each segment's change of share.

    Args:
        then: The table `segments` of the last run.
        now: The one of now.

    Returns:
        segment, name (of now, or of then where it is gone), before, after (shares of the audience), points (what it
        gained, in percentage points), text; those of now first, in their order. A share is missing where the segment
        was not there.
    """
    old, new = (frame.set_index("segment") for frame in (then, now))
    ids = [*new.index, *(segment for segment in old.index if segment not in new.index)]
    found = pd.DataFrame({"segment": ids}).astype("str")
    found["name"] = new["name"].combine_first(old["name"]).reindex(ids).to_numpy()
    found["before"] = old["share"].reindex(ids).to_numpy(float)
    found["after"] = new["share"].reindex(ids).to_numpy(float)
    found["points"] = (100 * (found["after"].fillna(0) - found["before"].fillna(0))).round(2)
    found["text"] = [_shift(row) for row in found.to_dict("records")]
    return found


def _counted(before: Any, after: Any) -> Any:
    """People by where they were and are, as an expression."""
    old = before.select("person", before=before.segment)
    new = after.select("person", after=after.segment)
    both = old.outer_join(new, "person")
    sides = both.select(before=both.before.fill_null(NONE), after=both.after.fill_null(NONE))
    return sides.group_by("before", "after").aggregate(people=sides.count())


def _shown(counts: pd.DataFrame) -> pd.DataFrame:
    """The table, of counts by before and after, without cells that tell of few people."""
    counted = counts[(counts["before"] != NONE) | (counts["after"] != NONE)]
    rows = [
        (str(before), after, people, round(people / cells["people"].sum(), 4))
        for before, cells in counted.groupby("before")
        for after, people in _cells(cells).items()
    ]
    types = {"before": "str", "after": "str", "people": "int64", "share": "float64"}
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)
    return frame.sort_values(["before", "people", "after"], ascending=[True, False, True], ignore_index=True)


def _cells(counts: pd.DataFrame) -> dict[str, int]:
    """Where the people of one group went; in all they are as many as before."""
    cells = {str(after): int(people) for after, people in zip(counts["after"], counts["people"], strict=True)}
    large = {after: people for after, people in cells.items() if people >= SHOWN}
    rest = sum(cells.values()) - sum(large.values())
    if rest >= SHOWN:
        return {**large, ELSEWHERE: rest}
    if large:
        large[max(sorted(large), key=lambda after: large[after])] += rest
    return large


def _were(before: str, then: Mapping[str, str]) -> str:
    return "people who were in no segment last time" if before == NONE else f"{then[before]} of last time"


def _are(after: str, now: Mapping[str, str]) -> str:
    if after == NONE:
        return "are now in no segment"
    if after == ELSEWHERE:
        return f"are now elsewhere, fewer than {SHOWN} in any one segment"
    return f"are now {now[after]}"


def _shift(row: Mapping[Any, Any]) -> str:
    """A segment's change of share in words."""
    if pd.isna(row["before"]):
        return f"{row['name']}: new, {row['after']:.1%} of the audience."
    if pd.isna(row["after"]):
        return f"{row['name']}: no longer there; {row['before']:.1%} of the audience last time."
    points = abs(row["points"])
    change = "as before" if points < POINT else f"{points:.1f} points {'more' if row['points'] > 0 else 'less'}"
    return f"{row['name']}: {row['after']:.1%} of the audience, {change}."
