"""Segments explained by a few rules in words, with how far these can be believed.

The rules are the paths of a decision tree grown to tell the segments (Breiman, Friedman, Olshen and Stone 1984). They
explain; who is in a segment is not decided by them. A rule asks whether a number is above a round figure, or whether
a level is held, so nothing is lost in saying it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience.scheme import Column
from marketing.segments.fairness.sizes import SHOWN
from marketing.segments.words.phrases import inside, listed
from marketing.segments.words.questions import Condition, Question, merged, questions

LEAVES = 8  # of the tree: more rules than that explain nothing
ROWS = 20_000  # people that are looked at, at most
HELD_OUT = 0.3  # share of them that the rules are tried on
LEAST = 0.01  # share of the people of the tree that a rule must be about (and SHOWN people)
WORTH = 0.005  # share of the people that two rules must put right more than one in their place
TRIED = 30  # people of a segment, or that a rule finds, below which nothing is said of how many

Matrix = NDArray[np.float32]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Rule:
    """Whoever meets all `conditions` is most likely in this group."""

    group: int
    conditions: tuple[Condition, ...]

    def holds(self, matrix: Matrix) -> NDArray[np.bool_]:
        """Who meets all of them."""
        met = np.ones(len(matrix), np.bool_)
        for condition in self.conditions:
            met &= condition.holds(matrix[:, condition.question.at])
        return met

    @property
    def text(self) -> str:
        """In words: "Minutes a session over 90, plan: premium"."""
        told = listed([inside(condition.text) for condition in self.conditions]) if self.conditions else "everybody"
        return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class Explanation:
    """Rules for `k` groups, and how they did on people who were not used to grow them.

    `fidelity` is the share of those whom the rules put where they are, `largest` the share that calling everybody the
    largest group would. `recall[i]` is the share of group i that its rules find, `precision[i]` the share of those
    found who are in it; NaN where too few were tried. Without rules, `why` says why.
    """

    k: int
    rules: tuple[Rule, ...] = ()
    fidelity: float = np.nan
    largest: float = np.nan
    recall: tuple[float, ...] = ()
    precision: tuple[float, ...] = ()
    tried: int = 0
    why: str = ""

    @property
    def text(self) -> str:
        """How far the rules can be believed, in words."""
        if not self.rules:
            return self.why
        return (
            f"{len(self.rules)} rules put {self.fidelity:.0%} of people into the segment they are in "
            f"(tried on {self.tried:,} who were not used to find the rules; calling everybody the largest segment: "
            f"{self.largest:.0%}). They explain the segments, and do not make them."
        )

    def sentences(self) -> list[str]:
        """The rules of each group in words, with what they find of it."""
        return [self._sentence(group) for group in range(self.k)]

    def record(self, ids: Sequence[str]) -> dict[str, Any]:
        """As a plain dictionary for JSON; `ids` names the groups."""
        return {
            "text": self.text,
            "fidelity": _share(self.fidelity),
            "largest": _share(self.largest),
            "tried": self.tried,
            "segments": {ids[group]: self._told(group) for group in range(self.k)},
        }

    def _told(self, group: int) -> Mapping[str, Any]:
        rules = [[condition.record() for condition in rule.conditions] for rule in self._of(group)]
        recall, precision = (_share(side[group]) if side else None for side in (self.recall, self.precision))
        return {"text": self._sentence(group), "rules": rules, "recall": recall, "precision": precision}

    def _of(self, group: int) -> list[Rule]:
        return [rule for rule in self.rules if rule.group == group]

    def _sentence(self, group: int) -> str:
        rules = self._of(group)
        if not rules:
            return self.why or f"None of the {len(self.rules)} rules tells this segment from the others."
        either = [rules[0].text, *(inside(rule.text) for rule in rules[1:])]
        recall, precision = self.recall[group], self.precision[group]
        if np.isnan(recall) or np.isnan(precision):
            return f"{'; or '.join(either)}. Too few people were left to try this on."
        return f"{'; or '.join(either)}. Finds {recall:.0%} of the segment; {precision:.0%} of those found are in it."


def explain(columns: Sequence[Column], matrix: Matrix, labels: Labels, k: int, seed: int) -> Explanation:
    """Rules that tell `k` groups apart.

    Args:
        columns: How `matrix` (people, columns) is read.
        matrix: A sample of people, in a fixed order.
        labels: The group of each, 0 to k - 1; who has less is in none, and left out.
        seed: Chooses on whom the rules are tried.
    """
    if k < 2:
        return Explanation(k, why="Everyone is in this segment, so there is nothing to tell apart.")
    grown, held_out = _parts(labels, seed)
    if len(grown) < 2 * SHOWN:
        return Explanation(k, why="There are too few people for rules that tell the segments apart.")
    asked = questions(columns, matrix[grown], labels[grown], k)
    tree = _grown(asked, matrix[grown], labels[grown], seed) if asked else None
    rules = _rules(tree, asked) if tree is not None else ()
    if len(rules) < 2:
        return Explanation(k, why="No rule of a few columns tells the segments apart.")
    return _judged(rules, labels[held_out], _found(rules, matrix[held_out]), k)


def _parts(labels: Labels, seed: int) -> tuple[Labels, Labels]:
    """Places of the people that the tree is grown on, and of those it is tried on, each in order."""
    mixed = np.random.default_rng(seed).permutation(np.flatnonzero(labels >= 0))[:ROWS]
    first = int(len(mixed) * HELD_OUT)
    return np.sort(mixed[first:]), np.sort(mixed[:first])


def _grown(asked: Sequence[Question], matrix: Matrix, labels: Labels, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier  # what shows rules need not load what finds them

    least = max(SHOWN, int(LEAST * len(labels)))
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, min_samples_leaf=least, random_state=seed)
    return tree.fit(_answers(asked, matrix), labels)


def _answers(asked: Sequence[Question], matrix: Matrix) -> Matrix:
    return np.column_stack([question.answers(matrix) for question in asked])


@dataclass(frozen=True)
class _Leaf:
    """A node of the tree taken as one rule: of `people`, `right` are in its group."""

    rule: Rule
    people: int
    right: float


def _rules(tree: Any, asked: Sequence[Question]) -> tuple[Rule, ...]:
    """The leaves as rules, those about most people first; two that are hardly worth more than one are one."""
    grown = tree.tree_
    groups = np.asarray(tree.classes_, np.intp)

    def leaf(node: int, path: tuple[Condition, ...]) -> _Leaf:
        shares, people = grown.value[node][0], int(grown.n_node_samples[node])
        return _Leaf(Rule(int(groups[shares.argmax()]), path), people, float(shares.max()) * people)

    def below(node: int, path: tuple[Condition, ...]) -> list[_Leaf]:
        whole = leaf(node, path)
        if grown.children_left[node] < 0:
            return [whole]
        asking, cut = asked[grown.feature[node]], float(grown.threshold[node])
        missing = bool(grown.missing_go_to_left[node])
        left = below(grown.children_left[node], (*path, asking.condition(cut, above=False, unknown=missing)))
        right = below(grown.children_right[node], (*path, asking.condition(cut, above=True, unknown=not missing)))
        gained = sum(one.right for one in (*left, *right)) - whole.right
        if gained < WORTH * grown.n_node_samples[0]:
            return [whole]
        return [*left, *right]

    leaves = sorted(below(0, ()), key=lambda one: -one.people)
    return tuple(Rule(one.rule.group, merged(one.rule.conditions)) for one in leaves)


def _found(rules: Sequence[Rule], matrix: Matrix) -> Labels:
    """The group that the rules put each person into; everyone meets exactly one of them."""
    found = np.zeros(len(matrix), np.intp)
    for rule in rules:
        found[rule.holds(matrix)] = rule.group
    return found


def _judged(rules: tuple[Rule, ...], truth: Labels, found: Labels, k: int) -> Explanation:
    right = np.bincount(truth[truth == found], minlength=k)
    sizes, called = np.bincount(truth, minlength=k), np.bincount(found, minlength=k)
    return Explanation(
        k,
        rules,
        fidelity=float(right.sum() / len(truth)),
        largest=float(sizes.max() / len(truth)),
        recall=_shares(right, sizes),
        precision=_shares(right, called),
        tried=len(truth),
    )


def _shares(part: Labels, whole: Labels) -> tuple[float, ...]:
    return tuple(float(some / all_) if all_ >= TRIED else np.nan for some, all_ in zip(part, whole, strict=True))


def _share(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
