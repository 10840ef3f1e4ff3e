"""`marquee forecast` and `marquee segment` read a file as they are told to, with the options that they advise."""

import random
from pathlib import Path

from command import Marquee


def test_a_file_is_forecast_with_the_columns_dates_and_values_that_are_told(marquee: Marquee) -> None:
    days = [f"{day:02d}/{month:02d}/2026,{100 + day}" for month in range(1, 5) for day in range(1, 29)]
    Path("views.csv").write_text("When,Seen\n" + "\n".join(days) + "\n")
    told = ("--map", "date=When", "--map", "value=Seen", "--set", "title=a", "--set", "metric=views", "--dates", "dmy")
    ended = marquee("forecast", "--input", "views.csv", "--horizon", "3", *told)
    assert ended.code == 0
    assert ended.out.splitlines()[1].startswith("a/views,a,views,2026-04-29")


def test_people_are_segmented_by_the_column_that_is_told(marquee: Marquee) -> None:
    chance = random.Random(0)
    rows = [f"p{n},{chance.choice('abc')},{chance.choice('xyz')}" for n in range(300)]
    Path("people.csv").write_text("Klub,plan,device\n" + "\n".join(rows) + "\n")
    ended = marquee("segment", "--input", "people.csv", "--map", "person=Klub", "--k", "2", "--out", "found")
    assert (ended.code, Path("found/assignments.csv").read_text().splitlines()[1][:2]) == (0, "p0")


def test_a_workspace_is_not_read_anew(marquee: Marquee) -> None:
    for command in ("forecast", "segment"):
        ended = marquee(command, "--map", "date=When")
        assert (ended.code, "go with --input" in ended.err) == (2, True)
