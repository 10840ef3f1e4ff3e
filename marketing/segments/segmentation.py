"""An audience in groups, proven against chance, named in words; or in one group, where there are no others."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from marketing import catalog
from marketing.segments import choice, stability
from marketing.segments.audience import Audience, SetAside, prepare
from marketing.segments.stability import Stability
from marketing.segments.words import descriptions, traits
from marketing.segments.words.descriptions import DESCRIBED, SHOWN

SEGMENTERS = "marketing.segments.segmenters"
FIT_ROWS = 20_000  # people that groups are fitted to; all are assigned (agreement with a full fit: ARI .97)
FIT_CELLS = 2_000_000  # people times columns in a fit: wide tables take fewer people
KEPT_ID = 1 / 3  # overlap (Jaccard) from which a group is the one of the last run

SEGMENT_COLUMNS = ("segment", "name", "size", "share", "description", "traits", "stability")

Labels = NDArray[np.intp]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Segmentation:
    """Tables `segments`, `assignments` (everyone; segment empty for who is in none) and `set_aside`.

    `stable`: whether groups were found that beat chance. `why`: in a sentence, why there are so many.
    """

    segments: pd.DataFrame
    assignments: pd.DataFrame
    set_aside: pd.DataFrame
    stable: bool
    why: str


@dataclass(frozen=True)
class _Groups:
    """Everyone's group (0 is the largest), how stable they are (None: not measured), and why."""

    labels: Labels
    proof: Stability | None
    stable: bool
    why: str


def segment(
    audience: pd.DataFrame,
    *,
    segmenter: str = "latent_class",
    k: int | None = None,
    seed: int = 0,
    today: dt.date,
    previous: pd.DataFrame | None = None,
    allowed: Collection[str] = (),
    progress: Progress | None = None,
) -> Segmentation:
    """Divide `audience` (person, then any columns) into groups; equal input gives equal groups, in any order of rows.

    Args:
        segmenter: One of the files in `segmenters/`.
        k: How many groups; None for as many as the data prove, up to twelve.
        today: The date that ages are reckoned on.
        previous: The assignments of the last run; a group that still overlaps keeps its id.
        allowed: Columns on sex or gender that the settings let in.

    Raises:
        MissingError: there is no such segmenter.
    """
    build = catalog.load(SEGMENTERS, segmenter).segmenter
    people = prepare(audience, today=today, allowed=allowed)
    told = progress or (lambda done, total, what: None)
    with threadpool_limits(1):  # sums come out the same on any machine, and small ones sooner
        groups = _find(people, build, k, seed, told)
    return _tables(audience, people, groups, previous)


def _find(people: Audience, build: Callable[..., Any], k: int | None, seed: int, progress: Progress) -> _Groups:
    """Everyone's group: chosen and fitted on a sample where there are many people."""
    rows = people.matrix
    most = min(FIT_ROWS, max(FIT_CELLS // max(rows.shape[1], 1), DESCRIBED))
    sample = np.sort(np.random.default_rng(seed).permutation(len(rows))[:most])
    chosen = choice.choose(
        rows[sample],
        lambda k, *, seed: build(k, categorical=people.categorical, seed=seed),
        k=k,
        least=DESCRIBED,
        seed=seed,
        progress=progress,
    )
    labels = chosen.fitted.predict(rows) if chosen.fitted is not None else np.zeros(len(rows), np.intp)
    return _Groups(labels, chosen.proof, chosen.stable, chosen.why)


def _tables(audience: pd.DataFrame, people: Audience, groups: _Groups, previous: pd.DataFrame | None) -> Segmentation:
    total = len(people.persons)
    set_aside = list(people.set_aside)
    if total < SHOWN:
        if total:
            reason = f"Groups of fewer than {SHOWN} people are not shown."
            set_aside.append(SetAside("people", "too few people", reason, total))
        ids: list[str] = []
    else:
        ids = _ids(people.persons, groups.labels, previous)
    assigned = pd.DataFrame({"person": people.persons, "segment": [ids[g] if ids else None for g in groups.labels]})
    everyone = audience[["person"]].sort_values("person", kind="stable")
    assignments = everyone.merge(assigned, on="person", how="left").astype({"segment": "str"})
    kept_out = pd.DataFrame([asdict(s) for s in set_aside], columns=["subject", "name", "reason", "people"])
    return Segmentation(
        _described(people, groups, ids),
        assignments,
        kept_out.astype({"people": "Int64"}),
        groups.stable,
        groups.why,
    )


def _described(people: Audience, groups: _Groups, ids: list[str]) -> pd.DataFrame:
    """The segments table, largest group first."""
    k, total = len(ids), len(people.persons)
    sizes = np.bincount(groups.labels, minlength=k).tolist()
    found = traits.of_groups(people.columns, groups.labels, k) if k > 1 else [[]] * k
    names = descriptions.name_all(found, sizes) if k > 1 else [descriptions.WHOLE]
    rows = [
        {
            "segment": ids[g],
            "name": names[g],
            "size": sizes[g],
            "share": round(sizes[g] / total, 4),
            "description": descriptions.sentence(sizes[g], sizes[g] / total, found[g]),
            "traits": json.dumps([t.record() for t in traits.chosen(found[g])], ensure_ascii=False),
            "stability": round(float(groups.proof.groups[g]), 3) if groups.proof else np.nan,
        }
        for g in range(k)
    ]
    types = {"size": "int64", "share": "float64", "stability": "float64"}
    text = dict.fromkeys(("segment", "name", "description", "traits"), "str")
    return pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS)).astype({**types, **text})


def _ids(persons: NDArray[np.object_], labels: Labels, previous: pd.DataFrame | None) -> list[str]:
    """An id for each group: that of the group of the last run it overlaps most with, else one made of its people."""
    kept = _kept_ids(persons, labels, previous)
    ids: list[str] = []
    for group in range(int(labels.max()) + 1):
        digest = hashlib.sha256("\n".join(map(str, persons[labels == group])).encode()).hexdigest()
        length = 6
        while group not in kept and f"s{digest[:length]}" in {*ids, *kept.values()}:
            length += 1
        ids.append(kept.get(group, f"s{digest[:length]}"))
    return ids


def _kept_ids(persons: NDArray[np.object_], labels: Labels, previous: pd.DataFrame | None) -> dict[int, str]:
    if previous is None:
        return {}
    now = pd.DataFrame({"person": persons, "group": labels})
    both = now.merge(previous.dropna(subset="segment"), on="person")
    if both.empty:
        return {}
    codes, old = pd.factorize(both["segment"], sort=True)
    overlaps = stability.overlap(both["group"].to_numpy(), codes, int(labels.max()) + 1, len(old))
    matched = stability.match(overlaps)
    return {group: str(old[other]) for group, other in matched.items() if overlaps[group, other] >= KEPT_ID}
