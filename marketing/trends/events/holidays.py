"""Public holidays of the countries that trends are of, as events of kind holiday (package `holidays`)."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from marketing.trends.events.happenings import COLUMNS

LANGUAGE = "en_US"  # a Christmas has one name in every country, so that it is learnt once
YEARS = 4  # of a holiday's past are enough to know it by


def countries(regions: Iterable[str], territory: str) -> dict[str, str]:
    """The country or part of one (GB, ES-MD) whose holidays count for each region; "" is for regions that are none.

    Empty where neither the regions nor the territory are any that the package knows.
    """
    wanted = {region for region in {*regions, territory} if region[:2].isalpha() and region.isupper()}
    wanted = {region for region in wanted if len(region.partition("-")[0]) == 2}
    if not wanted:
        return {}
    from holidays import list_supported_countries

    known = list_supported_countries()
    found = {}
    for region in sorted(wanted):
        country, _, division = region.partition("-")
        if country in known and (not division or division in known[country]):
            found[region] = region
    return {**found, "": found[territory]} if territory in found else found


def public(wanted: Mapping[str, str], first: np.datetime64, last: np.datetime64) -> pd.DataFrame:
    """The public holidays of the wanted countries from `first` to `last`, as happenings; those of the last years."""
    places = sorted(set(wanted.values()))
    if not places:
        return pd.DataFrame({name: [] for name in COLUMNS})
    from holidays import country_holidays

    start, stop = pd.Timestamp(first), pd.Timestamp(last)
    start = max(start, stop - pd.DateOffset(years=YEARS))
    rows = []
    for place in places:
        country, _, division = place.partition("-")
        years = range(start.year, stop.year + 1)
        told = country_holidays(country, subdiv=division or None, years=years, language=LANGUAGE)
        rows += [(name, "holiday", "", "", place, day, day) for day, name in sorted(told.items())]
    made = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    for name in ("start", "stop"):
        made[name] = pd.to_datetime(made[name]).astype("datetime64[us]")
    made["announced"] = pd.Series(pd.NaT, index=made.index, dtype="datetime64[us]")
    return made[(made["start"] >= start) & (made["start"] <= stop)].reset_index(drop=True)
