"""Evidence of a model whose readings are known, and a gate of one rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from learning.evaluation.comparison import compare
from learning.evaluation.gate import Evidence, judge
from learning.evaluation.metrics import Figures
from schemas.artifacts.examples import Split
from schemas.artifacts.rule_result import RuleResult
from schemas.settings.gate import Gate
from tests.samples import make_split

__all__ = ["NOTHING", "PERFECT", "TEN", "compared", "judge_one", "make_evidence", "misread"]

TEN = list(range(10))


def make_evidence(labels: list[int], read: list[int], tags: dict[str, list[str]] | None = None) -> Evidence:
    """Return the evidence of a model that reads these pictures as *read*, each with a probability of 0.91."""
    bare = make_split(labels)
    split = Split(bare.images, bare.labels, bare.ids, bare.classes, tags or {})
    probabilities = np.full((len(read), 10), 0.01, np.float32)
    probabilities[np.arange(len(read)), read] = 0.91
    figures = Figures(split.labels, probabilities, np.zeros(len(read), bool), seed=0)

    def values(column: str) -> list[str] | None:
        if column == "digit":
            return list(split.classes)
        return sorted({tag for tag in split.tags[column] if tag}) if column in split.tags else None

    return Evidence(figures, split, values, parameters=1234)


def misread(count: int, wrong: int) -> Evidence:
    """Return the evidence of a model that misreads *wrong* of *count* pictures, spread over the digits."""
    labels = [i % 10 for i in range(count)]
    return make_evidence(labels, [(label + (i < wrong)) % 10 for i, label in enumerate(labels)])


def judge_one(gate: dict[str, Any], evidence: Evidence) -> RuleResult:
    """Judge evidence by a gate of one rule."""
    [result] = judge(Gate.model_validate(gate), evidence)
    return result


def compared(wrong: int, champion_wrong: int, both: int = 0, count: int = 1000) -> Evidence:
    """Return the evidence of a model that alone misreads *wrong* pictures, and whose champion alone misreads others."""
    truth = make_split([1] * count)
    mine = ["0"] * (both + wrong) + ["1"] * (count - both - wrong)
    theirs = ["0"] * both + ["1"] * wrong + ["0"] * champion_wrong
    theirs += ["1"] * (count - len(theirs))
    found = compare(truth, mine, theirs, version="v0001-aaaaaaaa", content="a", seed=0)
    return replace(misread(count, 0), comparison=found)


PERFECT = misread(1000, 0)
NOTHING = make_evidence([], [])
