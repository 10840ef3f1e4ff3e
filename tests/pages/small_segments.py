"""What a run tells of three segments beside their names and traits, made by hand."""

import json
from typing import Any

import numpy as np
import pandas as pd

SIZES = {"s1": 1340, "s2": 1210, "s3": 1080}
WHY = "Of one to twelve groups, three describe this audience best by the likelihood, charged for every group."
CHECKED = ["check", "measure", "value", "yardstick", "people", "sentence"]
WORTH = "Of the first titles told of a segment its people saw 40%, of the most popular ones 30%."
LEAK = (
    "The segments partly stand in for faith, which was kept out: 0.41 (0.38 to 0.44), where 0 is nothing, 1 is "
    "everything and over 0.3 calls for a decision."
)


def told(segments: pd.DataFrame) -> pd.DataFrame:
    """The table of segments with what runs tell beyond its contract."""
    typical = {"columns": ["device"], "values": ["console"], "text": "Somebody typical, invented: plays on a console."}
    return segments.assign(
        share=(segments["size"] / segments["size"].sum()).round(4),
        overlap=[0.111, 0.05, 0.001],
        nearest=["s2", "s1", "s1"],
        profile=json.dumps(typical),
        rule="Device: console. Finds 80% of the segment; 90% of those found are in it.",
        explained="3 rules put 85% of people into the segment they are in.",
        stable=True,
        why=WHY,
    )


def tables(nasty: str) -> dict[str, pd.DataFrame]:
    """All others but affinity; `nasty` is a name that somebody gave a column."""
    people = [f"p{n:05d}" for n in range(sum(SIZES.values()))]
    return {
        "assignments": pd.DataFrame({"person": people, "segment": np.repeat(list(SIZES), list(SIZES.values()))}),
        "choices": choices(),
        "lifecycle": _lifecycle(),
        "movements": movements(),
        "fairness": _fairness(nasty),
        "proxies": _proxies(nasty),
        "affinity_checks": pd.DataFrame([("segments", "share", 0.4, 0.3, 900, WORTH)], columns=CHECKED),
    }


def choices() -> pd.DataFrame:
    """Three are what the data prove; nobody asked for a number."""
    rows = [
        (1, 9000.0, 9000.0, None, None, 0, 9000.0, 0, 0),
        (2, 8100.0, 8200.0, None, None, 0, 8112.0, 0, 0),
        (3, 8000.0, 8100.0, 0.91, 0.06, 1, 8012.0, 1, 0),
        (4, 8030.0, 8200.0, None, None, 0, 8050.0, 0, 0),
    ]
    names = ["k", "bic", "icl", "agreement", "by_chance", "chosen", "criterion", "found", "asked"]
    numbers = dict.fromkeys(("agreement", "by_chance"), "float64")
    return pd.DataFrame(rows, columns=names).astype(numbers).assign(basis="b")


def movements(*moves: tuple[str, str, int, float, str]) -> pd.DataFrame:
    """Sixty people swapped places, or what is given."""
    rows: Any = moves or [
        ("s1", "s1", 1280, 0.9552, "Late-night finishers"),
        ("s1", "s2", 60, 0.0448, "Late-night finishers"),
        ("s2", "s2", 1150, 0.9504, "Family evenings"),
        ("s2", "s1", 60, 0.0496, "Family evenings"),
        ("s3", "s3", 1080, 1.0, "Commuters"),
    ]
    return pd.DataFrame(rows, columns=["before", "after", "people", "share", "was_called"])


def _lifecycle() -> pd.DataFrame:
    rows = [
        (segment, state, people, None if people is None else people / size)
        for segment, size in SIZES.items()
        for state, people in (("regular", 900), ("cooling", None), ("gone", 120), ("new", None))
    ]
    frame = pd.DataFrame(rows, columns=["segment", "state", "people", "share"])
    return frame.astype({"people": "Int64", "share": "float64"})


def _fairness(nasty: str) -> pd.DataFrame:
    names = ["subject", "name", "category", "recognised", "source", "reason", "people", "weight"]
    law = "GDPR Art. 9(1); Digital Services Act Art. 26(3)"
    rows = [
        ("run", "when", "", "", "", "2026-11-23T08:10:00+00:00", None, None),
        ("run", "table", "", "", "", "5f2c", None, None),
        ("run", "people", "", "", "", "3842", None, None),
        ("run", "seed", "", "", "", "0", None, None),
        ("run", "segmenter", "", "", "", "latent_class", None, None),
        ("used", "device", "behaviour", "", "", "Segments were found by it.", None, 1.0),
        ("used", nasty, "taste", "", "", "Segments were found by it.", None, 2.0),
        ("kept out", "faith", "religion or belief", "name", law, "It tells religion or belief.", None, None),
        ("kept out", f"joined {nasty}", None, None, None, f"It is a date. {nasty}", None, None),
        ("let in", "age", "age", "name", "EU Charter Art. 21", f"skincare is sold by age {nasty}", None, None),
        ("people", "may be under 18", "", "", "Digital Services Act Art. 28(2)", "Told by age.", 212, None),
        ("rule", "described", "", "", "", "A group under 100 people is not described, named or exported.", 100, None),
        *(("segment", segment, "", "", "", "Shown and described.", size, None) for segment, size in SIZES.items()),
    ]
    return pd.DataFrame(rows, columns=names).astype({"people": "Int64", "weight": "float64"})


def _proxies(nasty: str) -> pd.DataFrame:
    rows = [
        ("faith", "", "religion or belief", 0.41, 0.38, 0.44, 3630, 1, f"device, {nasty}", 0.12, f"{LEAK} {nasty}"),
        ("faith", "s1", "religion or belief", 0.22, 0.19, 0.25, 3630, 0, None, None, None),
        ("faith", "s2", "religion or belief", 0.44, 0.41, 0.47, 3630, 1, None, None, None),
    ]
    names = ["kept_out", "segment", "category", "v", "low95", "high95", "people", "warns", "carriers", "v_without"]
    return pd.DataFrame(rows, columns=[*names, "sentence"]).astype({"v_without": "float64", "people": "Int64"})
