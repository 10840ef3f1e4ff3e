"""How many groups an audience has: candidates by likelihood, put to the proof from the likeliest down.

A segmenter always finds groups. What it finds counts only if it finds it again in resamples, and more surely than
in a copy of the table with its columns shuffled, where no groups are (`stability`): all of them together, and each of
them. The first number down from the likeliest of which that is so is taken. Else the answer is one group.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.segments import stability
from marketing.segments.stability import Stability

MOST = 12  # groups that are looked for; more than a marketer can write for
LEAST = 100  # people in a group; smaller ones are joined to the nearest
K_ROWS = 5_000  # people that k is chosen on, so that a larger audience is not cut finer for its size alone
PROOF_ROWS = 4_000  # people that stability is measured on
RESAMPLES = 6
OVERLAP = 0.12  # of ICL's charge for overlap
FIRST = 6  # groups at which it is first seen how columns hang together
PATIENCE = 3  # numbers of groups in a row that are no better, before no more are tried
LOOKS = 2  # at how columns hang together, after the first

COUNT_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

Rows = NDArray[Any]
Build = Callable[..., Any]  # build(k, seed=...) -> a segmenter not fitted yet
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Tried:
    """One number of groups: its criteria (lower is better) and, where it was put to the proof, how it fared (ARI)."""

    k: int
    bic: float
    icl: float
    agreement: float | None = None
    by_chance: float | None = None

    @property
    def criterion(self) -> float:
        """BIC with a part of ICL's charge for overlap; lower is better.

        On known audiences of many kinds BIC alone finds groups too many where columns are shaped oddly, and ICL far
        too few where groups overlap; in between, k comes out right most often.
        """
        return self.bic + OVERLAP * (self.icl - self.bic)


@dataclass(frozen=True)
class Choice:
    """What was found: `fitted`, a segmenter of `k` groups, the largest first (None where k is 1).

    `looked_for` is the one of `tried` that they came of; more than k where small groups were joined to others.
    `proof` is None where nothing was put to the proof; `stable` tells whether the groups beat chance; `why` says in
    a sentence or two why there are so many.
    """

    fitted: Any
    k: int
    looked_for: int
    tried: tuple[Tried, ...]
    proof: Stability | None
    stable: bool
    why: str


def choose(
    rows: Rows,
    build: Build,
    *,
    k: int | None = None,
    most: int = MOST,
    least: int = LEAST,
    seed: int = 0,
    progress: Progress | None = None,
) -> Choice:
    """Groups of the people in `rows` (people, columns): `k` of them, or as many as the data prove, up to `most`.

    Args:
        build: Called as build(k, seed=seed); a segmenter with fit, again, predict, predict_proba, bic, icl and kept.
        least: Smaller groups are joined to the nearest.
        progress: Told how many steps of how many are done, and what is done now.
    """
    if len(rows) < 2 * least:
        return _one(f"{len(rows):,} people are too few to divide: two groups of {least} need {2 * least}.")
    if not rows.shape[1]:
        return _one("No column is left that groups could be found by.")
    if k == 1:
        return _one("One group was asked for.")
    search = _Search(rows, build, most, least, seed, progress or (lambda done, total, what: None))
    return search.asked(k) if k is not None else search.proven()


@dataclass(frozen=True)
class _Put:
    """Groups that were put to the proof."""

    fitted: Any
    k: int
    proof: Stability

    @property
    def whole(self) -> bool:
        """Whether every group is found again: who has no match in refits is not there (Hennig 2007)."""
        return bool(self.proof.groups.min() >= stability.FLOOR)


class _Search:
    """The search for groups in one audience."""

    def __init__(self, rows: Rows, build: Build, most: int, least: int, seed: int, progress: Progress) -> None:
        self.rows, self.build, self.least, self.seed, self.progress = rows, build, least, seed, progress
        order = np.random.default_rng(seed).permutation(len(rows))
        self.k_rows, self.proof_rows = (rows[np.sort(order[:n])] for n in (K_ROWS, PROOF_ROWS))
        self.most = min(most, len(self.k_rows))

    def proven(self) -> Choice:
        """As many groups as the data prove."""
        tried, fits = self._candidates()
        best = _best(tried)
        if best == 1:
            why = "No stable segments in this audience: one group explains its columns better than several."
            return _one(why, tuple(tried.values()))
        put: dict[int, _Put] = {}
        for k in range(best, 1, -1):
            put[k] = self._put(k, fits[k].again(self.rows, seed=self.seed))
            tried[k] = replace(tried[k], agreement=put[k].proof.overall, by_chance=put[k].proof.by_chance)
            if put[k].proof.proven and put[k].whole:
                break
        at = max(put, key=lambda k: (put[k].proof.proven, put[k].whole, put[k].proof.overall))
        chosen, found = put[at], tuple(tried.values())
        if not chosen.proof.proven:
            return _one(_nothing(found), found)
        return Choice(chosen.fitted, chosen.k, at, found, chosen.proof, True, _reason(chosen, best, at, self.most))

    def asked(self, k: int) -> Choice:
        """The number of groups that was asked for, and what it costs."""
        whole = self.build(k, seed=self.seed).fit(self.rows)
        put = self._put(k, whole)
        why = f"{count(k).capitalize()} groups were asked for. {_agreement(put.proof)}"
        if put.k < k:
            small = f"Groups of fewer than {self.least} people were joined to the nearest"
            why += f" {small}, which leaves {count(put.k)}."
        if not put.proof.proven:
            why += " That is too little to rely on: treat them as a working division, not as groups that exist."
        tried = replace(self._tried(k, whole), agreement=put.proof.overall, by_chance=put.proof.by_chance)
        return Choice(put.fitted, put.k, k, (tried,), put.proof, put.proof.proven, why)

    def _candidates(self) -> tuple[dict[int, Tried], dict[int, Any]]:
        """What each number of groups scores, from one on until several in a row are no better; and the fits.

        How columns hang together is found at a middling number, and again at the best, whose neighbours are then
        looked at anew.
        """
        first = self.build(min(FIRST, self.most), seed=self.seed).fit(self.k_rows)
        fits, tried = {}, {}
        for k in range(1, self.most + 1):
            self.progress(k - 1, self.most + RESAMPLES, f"trying {count(k)} group{'s' if k > 1 else ''}")
            fits[k] = first if k == first.n_clusters else first.again(self.k_rows, k=k, seed=self.seed)
            tried[k] = self._tried(k, fits[k])
            if k - _best(tried) >= PATIENCE:
                break
        self._look_again(tried, fits)
        return tried, fits

    def _look_again(self, tried: dict[int, Tried], fits: dict[int, Any]) -> None:
        at = _best(tried)
        for _ in range(LOOKS if _best(tried) != FIRST else 0):
            if at == 1:
                break
            anew = self.build(at, seed=self.seed).fit(self.k_rows)
            better = self._tried(at, anew)
            if better.criterion >= tried[at].criterion:
                break
            fits[at], tried[at] = anew, better
            for k in (at - 1, at + 1):
                if 1 <= k <= self.most:
                    fit = anew.again(self.k_rows, k=k, seed=self.seed)
                    if k not in tried or self._tried(k, fit).criterion < tried[k].criterion:
                        fits[k], tried[k] = fit, self._tried(k, fit)
            if _best(tried) == at:
                break
            at = _best(tried)

    def _tried(self, k: int, fitted: Any) -> Tried:
        return Tried(k, float(fitted.bic(self.k_rows)), float(fitted.icl(self.k_rows)))

    def _put(self, k: int, whole: Any) -> "_Put":
        """Put groups to the proof."""
        fitted, found = _large_enough(whole, self.rows, self.least)
        self.progress(self.most, self.most + RESAMPLES, f"looking for {count(k)} groups again in resamples")
        proof = stability.measure(self.proof_rows, fitted.predict(self.proof_rows), whole, RESAMPLES, seed=self.seed)
        return _Put(fitted, found, proof)


def _best(tried: Mapping[int, Tried]) -> int:
    return min(tried, key=lambda k: tried[k].criterion)


def _large_enough(fitted: Any, rows: Rows, least: int) -> tuple[Any, int]:
    """The segmenter with only those groups that hold `least` people or more, the largest first; and how many.

    The smallest is dissolved first, each of its people going to their likeliest other group.
    """
    chances = fitted.predict_proba(rows)
    kept = list(range(chances.shape[1]))
    while True:
        sizes = np.bincount(chances[:, kept].argmax(axis=1), minlength=len(kept))
        if len(kept) == 1 or sizes.min() >= least:
            break
        kept.pop(int(sizes.argmin()))
    ranked = [kept[at] for at in np.argsort(-sizes, kind="stable")]
    return fitted.kept(ranked), len(ranked)


def _one(why: str, tried: Sequence[Tried] = ()) -> Choice:
    return Choice(None, 1, 1, tuple(tried), None, False, why)


def _reason(chosen: _Put, best: int, at: int, most: int) -> str:
    why = f"Of one to {count(most)} groups, {count(best)} describe this audience best by the likelihood, charged for"
    why += " every group and for overlap"
    if at != best:
        why += f"; {count(at)} are found again more surely"
    if chosen.k != at:
        why += f", which small ones joined to others make {count(chosen.k)}"
    return f"{why}. {_agreement(chosen.proof)}"


def _nothing(tried: Sequence[Tried]) -> str:
    put = sorted((one for one in tried if one.agreement is not None), key=lambda one: one.criterion)
    listed = ", ".join(count(one.k) for one in put)
    agreed = " and ".join(f"{one.agreement:.2f} (by chance {round(one.by_chance or 0, 2) + 0:.2f})" for one in put)
    why = "No stable segments in this audience: refitted to half of the people, the groups were not found again"
    return f"{why}, or no more than chance would. Tried {listed} groups, with agreement {agreed}."


def _agreement(proof: Stability) -> str:
    scale = "on a scale where 1 is the same and 0 is chance"
    return (
        f"Refitted to half of the people {count(proof.resamples)} times, the groups agree by {proof.overall:.2f}, "
        f"{scale}; in a copy with its columns shuffled it is {round(proof.by_chance, 2) + 0:.2f}."
    )


def count(number: int) -> str:
    """A number in words, as far as twelve."""
    return COUNT_WORDS[number] if number < len(COUNT_WORDS) else f"{number:,}"
