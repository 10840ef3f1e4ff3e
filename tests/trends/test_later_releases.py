"""A title comes out once: what is released of it later is not forecast as if it were the first."""

import numpy as np
import pandas as pd
import pytest
from made_trends import event
from numpy.typing import NDArray

from marketing.trends.engagement import gather
from marketing.trends.events import learn, moves
from marketing.trends.events.happenings import concerned, happenings
from marketing.trends.events.kinds import kind, names
from marketing.trends.panels import Panel, panels

DAYS = 400
DATES = pd.date_range("2025-06-02", periods=DAYS)
AHEAD = DATES[-1] + pd.Timedelta(days=10)


def panel_of(**effects: dict[int, float]) -> Panel:
    """Titles with events of some strength on some days, which fade within weeks."""
    rows = []
    for number, (title, events) in enumerate(effects.items()):
        log = np.random.default_rng(number).normal(7, 0.05, DAYS)
        for day, effect in events.items():
            log += effect * np.exp(-np.maximum(np.arange(DAYS) - day, 0) / 10) * (np.arange(DAYS) >= day)
        rows.append(pd.DataFrame({"date": DATES, "title": title, "value": np.round(np.exp(log))}))
    return panels(gather(pd.concat(rows).assign(metric="views")))[0]


def release(title: str, day: int | pd.Timestamp, kind: str = "release", region: str | None = None) -> pd.DataFrame:
    date = DATES[day] if isinstance(day, int) else day
    return event(kind, str(date.date()), title=title, region=region)


def lift(panel: Panel, told: pd.DataFrame, title: str) -> float:
    """The strongest movement ahead of a title, on the log scale."""
    moved = moves(panel, learn([panel], told), 28)
    return float(moved.ahead[0, list(moved.rows).index(panel.trends.index(f"{title}/views"))].max())


def kinds(panel: Panel, told: pd.DataFrame) -> list[str]:
    return concerned(panel, happenings(told), {})["pool"].tolist()


def test_first_releases_of_other_titles_tell_little_of_a_later_one() -> None:
    panel = panel_of(a={200: 2.0}, b={250: 2.2}, out={150: 2.1}, new={})
    told = pd.concat([release("a", 200), release("b", 250), release("out", 150)])
    told = pd.concat([told, release("out", AHEAD), release("new", AHEAD)])
    assert lift(panel, told, "new") > 1.5
    assert lift(panel, told, "out") == pytest.approx(kind("later release").effect)


def test_later_releases_tell_of_later_ones() -> None:
    seasons = {100: 2.0, 250: 1.2}
    panel = panel_of(a=seasons, b=seasons, c=seasons, out={150: 2.1})
    told = pd.concat([release(title, day) for title in "abc" for day in seasons])
    told = pd.concat([told, release("out", 150), release("out", AHEAD)])
    assert 0.8 < lift(panel, told, "out") < 1.4


def test_the_words_for_a_release_do_not_matter() -> None:
    told = pd.concat([release("a", 100, "launch"), release("a", 200, "season"), release("a", 300, "premiere")])
    assert kinds(panel_of(a={}), told) == ["release", "later release", "later release"]


def test_a_launch_in_another_country_soon_after_is_still_the_first() -> None:
    told = pd.concat([release("a", 100), release("a", 121), release("a", 129)])
    assert kinds(panel_of(a={}), told) == ["release", "release", "later release"]


def test_it_is_out_also_where_that_was_before_the_data() -> None:
    told = pd.concat([release("a", pd.Timestamp("2019-05-01")), release("a", 100)])
    assert kinds(panel_of(a={}), told) == ["release", "later release"]


def test_releases_of_other_titles_and_of_everything_make_none_a_later_one() -> None:
    told = pd.concat([release("b", 20), event("release", str(DATES[40].date())), release("a", 100)])
    assert kinds(panel_of(a={}), told) == ["release", "release"]


def test_a_part_is_out_where_it_was_released() -> None:
    rows: NDArray[np.float64] = np.full(DAYS, 100.0)
    parts = [pd.DataFrame({"date": DATES, "title": "a", "region": region, "value": rows}) for region in ("ES", "GB")]
    panel = panels(gather(pd.concat(parts).assign(metric="views")))[0]
    told = pd.concat([release("a", 100, region="ES"), release("a", 200, region="GB"), release("a", 300, region="ES")])
    found = concerned(panel, happenings(told), {}).groupby("trend")["pool"].agg(list).to_dict()
    assert found["a/views/region=GB"] == ["release"]
    assert found["a/views/region=ES"] == ["release", "later release"]


def test_nobody_is_asked_to_tell_a_later_release_from_a_first() -> None:
    assert "release" in names()
    assert "later release" not in names()
