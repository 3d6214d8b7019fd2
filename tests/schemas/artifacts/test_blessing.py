"""A blessing is visible with ls, is consistent, and holds only for the artifacts that were judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.rule_result import RuleResult
from schemas.errors import InputError

MODEL, EXAMPLES, OTHER, EVALUATION = "a" * 64, "b" * 64, "c" * 64, "d" * 64


def make_blessing(folder: Path, *, passed: bool) -> Blessing:
    """Write the verdict of one rule that passed or failed."""
    reason = "" if passed else "accuracy 0.9 < 0.97, short by 0.07"
    result = RuleResult(metric="accuracy", of="all", expected=">= 0.97", actual=0.9, passed=passed, reason=reason)
    Blessing.write(folder, Verdict.of([result], model=MODEL, examples=EXAMPLES, evaluation=EVALUATION))
    return Blessing(folder)


@pytest.mark.parametrize(("passed", "mark"), [(True, "BLESSED"), (False, "NOT_BLESSED")])
def test_the_verdict_is_visible_with_ls(tmp_path: Path, *, passed: bool, mark: str) -> None:
    """Next to verdict.json lies one file whose name is the verdict."""
    make_blessing(tmp_path, passed=passed)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mark, "verdict.json"])


@pytest.mark.parametrize("passed", [True, False])
def test_the_verdict_survives_the_round_trip(tmp_path: Path, *, passed: bool) -> None:
    """The verdict read is the verdict written."""
    verdict = make_blessing(tmp_path, passed=passed).verdict
    assert (verdict.blessed, verdict.model, verdict.examples) == (passed, MODEL, EXAMPLES)


def test_blessed_without_the_file_is_refused(tmp_path: Path) -> None:
    """A positive verdict without the file BLESSED is an InputError."""
    blessing = make_blessing(tmp_path, passed=True)
    (tmp_path / "BLESSED").unlink()
    with pytest.raises(InputError, match="contradicts itself"):
        _ = blessing.verdict


def test_the_file_without_a_blessing_is_refused(tmp_path: Path) -> None:
    """A file BLESSED next to a negative verdict is an InputError."""
    blessing = make_blessing(tmp_path, passed=False)
    (tmp_path / "BLESSED").touch()
    with pytest.raises(InputError, match="contradicts itself"):
        _ = blessing.verdict


def test_a_contradiction_permits_nothing(tmp_path: Path) -> None:
    """A blessing that contradicts itself cannot be used."""
    blessing = make_blessing(tmp_path, passed=False)
    (tmp_path / "BLESSED").touch()
    with pytest.raises(InputError, match="contradicts itself"):
        blessing.refusal([("Model", MODEL), ("Examples", EXAMPLES)])


def test_blessed_artifacts_may_be_used(tmp_path: Path) -> None:
    """The model and examples that were blessed are not refused."""
    assert make_blessing(tmp_path, passed=True).refusal([("Model", MODEL), ("Examples", EXAMPLES)]) is None


def test_types_that_are_not_judged_may_be_used(tmp_path: Path) -> None:
    """Artifacts of other types than those judged are not refused."""
    assert make_blessing(tmp_path, passed=True).refusal([("Model", MODEL), ("Transform", OTHER)]) is None


def test_rejected_artifacts_may_not_be_used(tmp_path: Path) -> None:
    """A model that was judged and not blessed is refused with the rules' reasons."""
    refusal = make_blessing(tmp_path, passed=False).refusal([("Model", MODEL), ("Examples", EXAMPLES)])
    assert refusal == "not blessed (accuracy 0.9 < 0.97, short by 0.07)"


@pytest.mark.parametrize(
    ("digests", "reason"),
    [
        ({"Model": OTHER, "Examples": EXAMPLES}, "another Model: aaaaaaaa, not cccccccc"),
        ({"Model": MODEL, "Examples": OTHER}, "another Examples: bbbbbbbb, not cccccccc"),
        ({"Model": MODEL, "Evaluation": OTHER}, "another Evaluation: dddddddd, not cccccccc"),
    ],
)
def test_other_artifacts_may_not_be_used(tmp_path: Path, digests: dict[str, str], reason: str) -> None:
    """A model, examples or an evaluation other than those judged are refused with both digests."""
    refusal = make_blessing(tmp_path, passed=True).refusal(digests.items())
    assert refusal == f"not blessed (the blessing is for {reason})"


def test_a_verdict_of_an_older_version_is_read(tmp_path: Path) -> None:
    """A verdict without an evaluation, as older versions wrote it, is read and permits no evaluation."""
    old = f'{{"blessed": true, "model": "{MODEL}", "examples": "{EXAMPLES}", "rules": []}}'
    (tmp_path / "verdict.json").write_text(old)
    (tmp_path / "BLESSED").touch()
    assert Blessing(tmp_path).verdict.comparison is None
    assert Blessing(tmp_path).refusal([("Evaluation", EVALUATION)]) is not None
