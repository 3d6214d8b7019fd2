"""The pipelines of a sweep, and what they would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.store import Store
from pipeline.sweep.variants import foresee_sweep, open_sweep
from schemas.errors import InputError, UsageError
from tests.pipeline.sweep.conftest import LEARNING
from tests.project import shipped_project

REFUSED = {
    "a wrong type": ("learn.rate=0.1,high", "--sweep learn.rate=high: learn.rate: not a valid value", "'high'", ""),
    "an unknown key": ("learn.rat=1,2", '--sweep learn.rat=1: unknown key "rat" in learn', "", 'did you mean "rate"?'),
    "an unknown stage": ("lern.rate=1,2", "--sweep lern.rate=1: there is no stage lern", "", 'did you mean "learn"?'),
    "no YAML": ("learn.rate=[1,2", "--sweep learn.rate=[1,2:2: not YAML", "did not find expected ',' or ']'", ""),
    "a stage that sees the test": (
        "bless.least=1,2",
        "--sweep bless.least: a sweep ends at shout, before the test split is touched",
        "a setting of bless",
        "",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_value_is_refused_before_anything_runs(case: str, house: Path) -> None:
    """The error has the setting, what was found, and what was expected or the nearest name."""
    given, headline, found, do = REFUSED[case]
    with pytest.raises(UsageError) as refused:
        open_sweep(house, [given])
    assert (refused.value.headline, refused.value.found, refused.value.do) == (headline, found, do)


def test_data_that_are_missing_are_refused_before_anything_runs(tmp_path: Path) -> None:
    """A folder that one combination names must be there; the pipeline without the sweep need not be valid."""
    shipped = shipped_project(tmp_path / "shipped").path
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match=r"ingest cannot read its data with ingest\.folder=.*gone") as refused:
        open_sweep(shipped, [f"ingest.folder={tmp_path}/there,{tmp_path}/gone"], ["ingest.source=folder"])
    assert str(tmp_path / "gone") in refused.value.found


@pytest.mark.parametrize("kept", [["say"], ["say", "shout", "bless"]])
def test_a_pipeline_without_a_model_is_refused(kept: list[str], house: Path) -> None:
    """There would be no validation figures to judge by."""
    lines = LEARNING.splitlines(keepends=True)
    (house / "other.yaml").write_text(
        "".join([lines[0], *(each for each in lines[1:] if each.split(":")[0].strip() in kept)])
    )
    with pytest.raises(UsageError, match=r"other\.yaml has nothing to sweep"):
        open_sweep(house, ["say.times=1,2"], file="other.yaml")


def test_a_sweep_ends_before_the_test(house: Path) -> None:
    """It carries out the stages above the first that writes what is made from the test split."""
    sweep = open_sweep(house, ["learn.seed=0..1"])
    assert (sweep.stages, sweep.trainer) == (["say", "learn", "shout"], "learn")


def test_equal_stages_are_foreseen_once(house: Path) -> None:
    """A stage that depends on none of the settings runs once; one that depends on two, for each of their values."""
    found = foresee_sweep(open_sweep(house, ["say.times=1,2", "learn.seed=0..2"]), Store(house / "artifacts"))
    assert found.stages == {"say": 2, "learn": 6, "shout": 2}
    assert list(found.combinations)[1] == "say.times=1 learn.seed=1"
