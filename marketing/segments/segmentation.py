"""An audience in segments, proven against chance, named in words; or in one, where there are no others.

Groups are learned from a sample of the people and everyone is then put into them by the chunk, so ten million
people take no more memory than some thousands do.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from marketing import catalog
from marketing.segments import census, choice, fairness, identity
from marketing.segments.audience import People, SetAside, learn
from marketing.segments.census import Census, Take
from marketing.segments.choice import Choice
from marketing.segments.division import NOWHERE, SEGMENTERS, Division
from marketing.segments.fairness import permissions, proxies
from marketing.segments.fairness.proxies import Proxy
from marketing.segments.fairness.sizes import DESCRIBED, SHOWN
from marketing.segments.words import descriptions, parts, profiles, rules, traits
from marketing.segments.words.parts import Parts

FIT_ROWS = 20_000  # people that groups are fitted to; all are assigned (agreement with a full fit: ARI .97)
FIT_CELLS = 2_000_000  # people times columns in a fit: wide tables take fewer people

TEXTS = ("segment", "name", "description", "traits", "nearest", "profile", "rule", "explained")
NUMBERS = ("share", "stability", "overlap")
SEGMENT_COLUMNS = ("segment", "name", "size", "share", "description", "traits", "stability", "overlap", *TEXTS[4:])


Matrix = NDArray[np.float32]
Progress = Callable[[int, int, str], None]
Previous = Callable[[Sequence[str]], pd.DataFrame]  # some people -> person, segment: where they were last time


@dataclass(frozen=True)
class How:
    """How an audience is to be divided.

    `k`: how many segments; None for as many as the data prove. `allowed`: columns on sex, age or postcode that the
    settings let in, with the recorded reason. `weights`: how much a block of columns or a column counts.
    """

    today: dt.date
    segmenter: str = "latent_class"
    k: int | None = None
    seed: int = 0
    allowed: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Segmentation:
    """What was found.

    `segments` and `set_aside` are tables; `census` has everyone's place in `division.ids`, in the order of `people`,
    and people counted by segment and `parts` of columns. `kept_out` and `let_in` are the columns that tell what the law
    or our default keeps out, as they were dealt with. `gone` are ids of segments that are no more.
    """

    how: How
    people: People
    division: Division
    choice: Choice
    census: Census
    parts: Parts
    segments: pd.DataFrame
    set_aside: pd.DataFrame
    proxies: tuple[Proxy, ...]
    kept_out: Mapping[str, fairness.Category]
    let_in: Mapping[str, fairness.Category]
    gone: tuple[str, ...]

    @property
    def stable(self) -> bool:
        """Whether segments were found that beat chance."""
        return self.choice.stable

    @property
    def why(self) -> str:
        """In a sentence or two, why there are so many."""
        return self.choice.why

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """person, segment, of everyone at once; segment is empty for who is in none."""
        return pd.concat(list(self.assigned()), ignore_index=True)

    def assigned(self) -> Iterator[pd.DataFrame]:
        """The same by the chunk, one at least, in the order of the table."""
        shown = len(self.segments) > 0
        ids, first = pd.array([*self.division.ids, None], dtype="str"), 0
        for chunk in self.people.chunks(columns=["person"]):
            labels = self.census.labels[first : first + len(chunk)] if shown else np.full(len(chunk), NOWHERE, np.int8)
            first += len(chunk)
            yield pd.DataFrame({"person": chunk["person"], "segment": ids.take(labels.astype(np.intp))})


def segment(
    people: People,
    how: How,
    *,
    previous: Previous | None = None,
    names: Mapping[str, str] | None = None,
    gone: Collection[str] = (),
    taking: Take = census.take,
    progress: Progress | None = None,
) -> Segmentation:
    """Divide `people` into segments; equal input gives equal segments, in any order of rows and columns.

    Args:
        previous: Tells where some people were in the last run; a group that still overlaps keeps its id.
        names: What segments were called then, by id; one that is still there keeps its name while that is true.
        gone: Ids of segments that were there before and are no more; none of them comes back for other people.
        taking: Puts everyone into their segment; here and one chunk after the other, unless it is told otherwise.
        progress: Told how many steps of how many are done, and what is done now; then how many people are placed.

    Raises:
        InputError: what is let in is special data or has no reason, or a weight cannot be.
        MissingError: there is no such segmenter.
    """
    permissions.check(how.allowed)
    build = catalog.load(SEGMENTERS, how.segmenter).segmenter
    with threadpool_limits(1):  # sums come out the same on any machine, and small ones sooner
        told = progress or (lambda done, total, what: None)
        return _Run(people, how, build, taking, told).segmentation(previous, names or {}, gone)


class _Run:
    """One segmentation, from the sample to the tables."""

    def __init__(self, people: People, how: How, build: Any, taking: Take, progress: Progress) -> None:
        self.people, self.how, self.build, self.taking, self.progress = people, how, build, taking, progress
        progress(0, 0, "a sample is drawn")
        most = max(min(FIT_ROWS, FIT_CELLS // max(len(people.columns), 1)), 2 * DESCRIBED)
        sample = people.sample(most, how.seed)
        self.scheme = learn(sample, today=how.today, allowed=how.allowed, weights=how.weights, total=people.rows)
        self.adults = sample[self.scheme.adults(sample)].reset_index(drop=True)
        self.matrix = self.scheme.matrix(self.adults)

    def segmentation(self, previous: Previous | None, names: Mapping[str, str], gone: Collection[str]) -> Segmentation:
        """Everything that is found."""
        chosen = choice.choose(
            self.matrix, self._segmenter, k=self.how.k, least=DESCRIBED, seed=self.how.seed, progress=self.progress
        )
        division = self._division(chosen, previous, {*names, *gone})
        by = parts.learn(self.scheme.columns, self.matrix)
        counted = self._census(division, by)
        while len(division.ids) > 1 and counted.sizes.min() < DESCRIBED:  # a sample may promise a few too many
            division = division.without(int(counted.sizes.argmin()))
            counted = self._census(division, by)
        kept_out = self._telling(one.name for one in self.scheme.set_aside)
        return Segmentation(
            how=self.how,
            people=self.people,
            division=division,
            choice=chosen,
            census=counted,
            parts=by,
            segments=self._segments(division, chosen, counted, by, names),
            set_aside=self._set_aside(counted),
            proxies=self._proxies(division, kept_out),
            kept_out=kept_out,
            gone=tuple(sorted({*names, *gone} - set(division.ids))),
            let_in=self._telling(name for name in self.how.allowed if name in self.adults),
        )

    def _census(self, division: Division, by: Parts) -> Census:
        """Everyone in their segment, told as they are placed."""
        return self.taking(
            self.people, division, by, lambda done, total: self.progress(done, total, "people are placed")
        )

    def _division(self, chosen: Choice, previous: Previous | None, used: Collection[str]) -> Division:
        """What was chosen, with an id for each segment."""
        unnamed = Division(self.scheme, self.how.segmenter, chosen.fitted, ("",) * chosen.k)
        labels = unnamed.chances(self.matrix).argmax(axis=1)
        persons = self.adults["person"]
        before = previous(persons.tolist()) if previous else None
        return replace(unnamed, ids=identity.ids(persons.to_numpy(object), labels, chosen.k, before, used))

    def _segmenter(self, k: int, *, seed: int, columns: Sequence[int] | None = None) -> Any:
        """A segmenter for all columns, or for some."""
        at = range(len(self.scheme.columns)) if columns is None else columns
        categorical = [place for place, column in enumerate(at) if self.scheme.columns[column].kind != "number"]
        weights = [self.scheme.columns[column].weight for column in at]
        return self.build(k, categorical=categorical, weights=weights, seed=seed)

    def _segments(
        self, division: Division, chosen: Choice, counted: Census, by: Parts, names: Mapping[str, str]
    ) -> pd.DataFrame:
        """The segments table, the largest first."""
        k, total = len(division.ids), int(counted.sizes.sum())
        shown = range(k) if total >= SHOWN else range(0)
        sizes = counted.sizes.tolist()
        found = traits.of_groups(by, counted.counts) if k > 1 else [[]] * k
        called = self._names(division, counted, by, found, names)
        labels = division.chances(self.matrix).argmax(axis=1)
        explained = rules.explain(self.scheme.columns, self.matrix, labels, k, self.how.seed)
        told = explained.sentences()
        rows = [
            {
                "segment": division.ids[g],
                "name": called[g],
                "size": sizes[g],
                "share": round(sizes[g] / total, 4),
                "description": descriptions.sentence(sizes[g], sizes[g] / total, found[g]),
                "traits": json.dumps([t.record() for t in traits.chosen(found[g])], ensure_ascii=False),
                "stability": round(float(chosen.proof.groups[g]), 3) if chosen.proof and k == chosen.k else np.nan,
                "overlap": round(float(counted.overlap[g]), 4),
                "nearest": division.ids[counted.nearest[g]] if k > 1 else "",
                "profile": self._profile(labels == g, sizes[g]),
                "rule": told[g],
                "explained": explained.text,
            }
            for g in shown
        ]
        types = {"size": "int64"} | dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(TEXTS, "str")
        frame = pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS)).astype(types)
        return frame.sort_values("size", ascending=False, kind="stable", ignore_index=True)

    def _names(
        self,
        division: Division,
        counted: Census,
        by: Parts,
        found: Sequence[Sequence[traits.Trait]],
        names: Mapping[str, str],
    ) -> list[str]:
        """What the segments are called; those that were there before as before, while it is true."""
        if len(division.ids) == 1:
            return [descriptions.WHOLE]
        before = [names.get(segment) for segment in division.ids]
        return descriptions.name_all(found, counted.sizes.tolist(), before, traits.sure(by, counted.counts))

    def _profile(self, inside: NDArray[np.bool_], size: int) -> str:
        """A typical person of a segment that is large enough to be described, as JSON."""
        if size < DESCRIBED:
            return ""
        told = profiles.profile(self.scheme.columns, self.matrix, inside)
        return json.dumps(told.record(), ensure_ascii=False)

    def _set_aside(self, counted: Census) -> pd.DataFrame:
        """Columns and people kept out, with reasons; of fewer than are shown, not how many."""
        entries = list(self.scheme.set_aside)
        inside = int(counted.sizes.sum())
        if young := self.people.rows - inside:
            entries.append(self.scheme.kept_out(young))
        if 0 < inside < SHOWN:
            reason = f"Groups of fewer than {SHOWN} people are not shown."
            entries.append(SetAside("people", "too few people", reason, inside))
        rows = [asdict(one) | {"people": one.people if (one.people or 0) >= SHOWN else None} for one in entries]
        frame = pd.DataFrame(rows, columns=["subject", "name", "reason", "people"])
        return frame.astype({"people": "Int64", "subject": "str", "name": "str", "reason": "str"})

    def _proxies(self, division: Division, kept_out: Mapping[str, fairness.Category]) -> tuple[Proxy, ...]:
        """What the segments of the sample tell of the columns that the law or our default keeps out."""
        if division.fitted is None:
            return ()
        return proxies.proxies(
            division.chances(self.matrix).argmax(axis=1),
            {name: self.adults[name] for name in kept_out},
            kept_out,
            [column.name for column in self.scheme.columns],
            self.matrix,
            categorical=self.scheme.categorical,
            refit=lambda dropped: self._refitted(len(division.ids), dropped),
            seed=self.how.seed,
        )

    def _telling(self, names: Iterable[str]) -> dict[str, fairness.Category]:
        """Those of these columns that tell what the law or our default keeps out, with what that is."""
        told = {name: fairness.kept_out(name, _spoken(self.adults[name])) for name in names}
        return {name: category for name, category in told.items() if category}

    def _refitted(self, k: int, dropped: Sequence[str]) -> NDArray[np.intp]:
        columns = [at for at, column in enumerate(self.scheme.columns) if column.name not in dropped]
        if not columns:
            return np.zeros(len(self.matrix), np.intp)
        rows = np.ascontiguousarray(self.matrix[:, columns])
        fitted = self._segmenter(k, seed=self.how.seed, columns=columns).fit(rows)
        return np.asarray(fitted.predict(rows), np.intp)


def _spoken(column: pd.Series) -> list[str]:
    """The different values of a column as texts, the commonest first; none of one of numbers."""
    return [] if pd.api.types.is_numeric_dtype(column) else column.value_counts().index.astype(str).tolist()
