"""What people did, as columns of the audience: how recently, how often and how long they watch, and mostly what.

Taken from viewing, so groups are found by behaviour too, which predicts taste better than who people are.
"""

import pandas as pd

MOSTLY = 0.5  # the share of someone's minutes from which they watch mostly one kind of title
MIXED = "mixed"
COLUMNS = ("days since last viewing", "viewings", "minutes a viewing", "mostly views")


def join(audience: pd.DataFrame, viewing: pd.DataFrame, titles: pd.DataFrame | None) -> pd.DataFrame:
    """`audience` with columns of behaviour; empty for who has none. A column of that name already there is left."""
    behaviour = summarise(viewing, titles)
    new = [column for column in behaviour.columns if column == "person" or column not in audience.columns]
    return audience.merge(behaviour[new], on="person", how="left")


def summarise(viewing: pd.DataFrame, titles: pd.DataFrame | None) -> pd.DataFrame:
    """A row for each person in `viewing`. Days are counted back from the last day that anyone was seen."""
    people = viewing.groupby("person", sort=True)
    minutes = people["minutes"].sum(min_count=1) if "minutes" in viewing else float("nan")
    days, times = (viewing["date"].max() - people["date"].max()).dt.days, people.size()
    frame = pd.DataFrame({"days since last viewing": days, "viewings": times, "minutes a viewing": minutes / times})
    if titles is not None and "kind" in titles:
        frame["mostly views"] = _mostly(viewing, titles)
    return frame.reset_index()


def _mostly(viewing: pd.DataFrame, titles: pd.DataFrame) -> pd.Series:
    """The kind of title that has most of someone's minutes (of their viewings, where no minutes are told)."""
    told = viewing.merge(titles[["title", "kind"]].dropna(), on="title")
    told["weight"] = told["minutes"].fillna(0) + 1e-9 if "minutes" in told else 1.0
    by_kind = told.pivot_table(index="person", columns="kind", values="weight", aggfunc="sum", fill_value=0.0)
    if by_kind.empty:
        return pd.Series(dtype="str")
    shares = by_kind.div(by_kind.sum(axis=1), axis=0)
    return shares.idxmax(axis=1).where(shares.max(axis=1) >= MOSTLY, MIXED)
