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
from marketing.segments import stability
from marketing.segments.audience import Audience, SetAside, prepare
from marketing.segments.stability import Stability
from marketing.segments.words import descriptions, traits
from marketing.segments.words.descriptions import DESCRIBED, SHOWN

SEGMENTERS = "marketing.segments.segmenters"
MOST = 8  # groups that are looked for; more than a marketer can write for
FIT_ROWS = 20_000  # people that groups are fitted to; all are assigned (agreement with a full fit: ARI .97)
K_ROWS = 5_000  # people that k is chosen on, so that a larger audience is not cut finer for its size alone
PROOF_ROWS = 10_000  # people that stability is measured on
FIT_CELLS = 2_000_000  # people times columns in a fit: wide tables take fewer people
TRIED = 3  # numbers of groups put to the proof, the likeliest first
RESAMPLES = 10
KEPT_ID = 1 / 3  # overlap (Jaccard) from which a group is the one of the last run

SEGMENT_COLUMNS = ("segment", "name", "size", "share", "description", "traits", "stability")
COUNT_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

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
        k: How many groups; None for as many as the data prove, up to 8.
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
        groups = _Search(people, build, seed, told).find(k)
    return _tables(audience, people, groups, previous)


class _Search:
    """The search for groups in one audience, by one segmenter."""

    def __init__(self, people: Audience, build: Callable[..., Any], seed: int, progress: Progress) -> None:
        self.people, self.build, self.seed, self.progress = people, build, seed, progress
        self.rows = people.matrix
        order = np.random.default_rng(seed).permutation(len(self.rows))
        most = min(FIT_ROWS, max(FIT_CELLS // max(self.rows.shape[1], 1), DESCRIBED))
        self.fit_rows, self.k_rows, self.proof_rows = (
            np.sort(order[: min(n, most)]) for n in (most, K_ROWS, PROOF_ROWS)
        )

    def find(self, k: int | None) -> _Groups:
        """The groups: `k` of them, or as many as the data prove."""
        total = len(self.rows)
        if total < 2 * DESCRIBED:
            return self._one(f"{total:,} people are too few to divide: two groups of {DESCRIBED} need {2 * DESCRIBED}.")
        if not self.people.columns:
            return self._one("No column is left that groups could be found by.")
        if k == 1:
            return self._one("One group was asked for.")
        return self._asked(k) if k is not None else self._proven()

    def _proven(self) -> _Groups:
        scores = self._scores()
        best = sorted(scores, key=lambda k: scores[k])
        if best[0] == 1:
            return self._one("No stable segments in this audience: one group explains its columns better than several.")
        tried: list[tuple[Labels, Stability]] = []
        for k in [k for k in best if k > 1][:TRIED]:
            tried.append(self._groups(k))
            if tried[-1][1].overall >= stability.GOOD:
                break
        labels, proof = max(tried, key=lambda attempt: attempt[1].overall)
        if proof.proven:
            return _Groups(labels, proof, True, self._reason(labels, proof, best[0]))
        agreed = " and ".join(f"{p.overall:.2f} (by chance {p.by_chance:.2f})" for _, p in tried)
        why = "No stable segments in this audience: refitted to half of the people, the groups were not found again"
        listed = ", ".join(_count(k) for k in [k for k in best if k > 1][:TRIED])
        return self._one(f"{why}, or no more than chance would. Tried {listed} groups, with agreement {agreed}.")

    def _asked(self, k: int) -> _Groups:
        labels, proof = self._groups(k)
        found = int(labels.max()) + 1
        why = f"{_count(k).capitalize()} groups were asked for. {_agreement(proof)}"
        if found < k:
            why += f" Groups of fewer than {DESCRIBED} people were joined to the nearest, which leaves {_count(found)}."
        if not proof.proven:
            why += " That is too little to rely on: treat them as a working division, not as groups that exist."
        return _Groups(labels, proof, proof.proven, why)

    def _reason(self, labels: Labels, proof: Stability, best: int) -> str:
        found = int(labels.max()) + 1
        fewer = (
            "" if found == best else f" ({_count(best)} scored best, but were too small or not found again as surely)"
        )
        why = f"Of one to {_count(MOST)} groups, {_count(found)} describe this audience best"
        return f"{why} by the completed likelihood{fewer}. {_agreement(proof)}"

    def _scores(self) -> dict[int, float]:
        """The integrated completed likelihood of each number of groups; lower is better."""
        rows, scores = self.rows[self.k_rows], {}
        for k in range(1, MOST + 1):
            self.progress(k - 1, MOST + RESAMPLES, f"trying {_count(k)} group{'s' if k > 1 else ''}")
            scores[k] = float(self._fit(k)(rows, self.seed).icl(rows))
        return scores

    def _groups(self, k: int) -> tuple[Labels, Stability]:
        fit = self._fit(k)
        chances = fit(self.rows[self.fit_rows], self.seed).predict_proba(self.rows)
        labels = _large_enough(np.asarray(chances))
        self.progress(MOST, MOST + RESAMPLES, f"looking for {_count(k)} groups again in resamples")
        at = self.proof_rows
        return labels, stability.measure(self.rows[at], labels[at], fit, resamples=RESAMPLES, seed=self.seed)

    def _fit(self, k: int) -> stability.Fit:
        return lambda rows, seed: self.build(k, categorical=self.people.categorical, seed=seed).fit(rows)

    def _one(self, why: str) -> _Groups:
        return _Groups(np.zeros(len(self.rows), np.intp), None, False, why)


def _large_enough(chances: NDArray[Any]) -> Labels:
    """The likeliest group of each person, of those that are large enough to describe; 0 is the largest.

    The smallest is dissolved first, each of its people going to their likeliest other group.
    """
    kept = list(range(chances.shape[1]))
    while True:
        labels = chances[:, kept].argmax(axis=1)
        sizes = np.bincount(labels, minlength=len(kept))
        if len(kept) == 1 or sizes.min() >= DESCRIBED:
            break
        kept.pop(int(sizes.argmin()))
    rank = np.empty(len(kept), np.intp)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(kept))
    ranked: Labels = rank[labels]
    return ranked


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


def _agreement(proof: Stability) -> str:
    times = _count(proof.resamples)
    scale = "on a scale where 1 is the same and 0 is chance"
    return (
        f"Refitted to half of the people {times} times, the groups agree by {proof.overall:.2f}, {scale}; "
        f"in a copy with its columns shuffled it is {proof.by_chance:.2f}."
    )


def _count(number: int) -> str:
    return COUNT_WORDS[number] if number < len(COUNT_WORDS) else f"{number:,}"
