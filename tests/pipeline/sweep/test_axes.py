"""What --sweep gives."""

from __future__ import annotations

import pytest

from pipeline.sweep.axes import combinations, read_axes
from schemas.errors import UsageError

REFUSED = {
    "no value": ("train.seed=", "a value is missing"),
    "no equals sign": ("train.seed", "sweeps nothing"),
    "no stage": ("seed=0,1", "sweeps nothing"),
    "an empty part of the name": ("train..seed=0,1", "sweeps nothing"),
    "nothing between two commas": ("train.seed=0,,1", "a value is missing"),
    "a comma at the end": ("train.seed=0,1,", "a value is missing"),
    "a value twice": ("train.seed=0,1,0", "a value is there twice"),
    "a value of a range again": ("train.seed=0..3,2", "a value is there twice"),
    "a range downwards": ("train.seed=4..0", "the range is empty"),
    "a range of fractions": ("train.rate=0.1..0.3", "not a range of whole numbers"),
    "a range without end": ("train.seed=0..-", "not a range of whole numbers"),
    "a range too large to be kept": (f"train.seed=0..{10**30}", "the range is too large"),
    "threads": ("threads=1,2", "a process has one number of threads"),
}
TOGETHER: dict[str, tuple[list[str], list[str], str]] = {
    "the same twice": (["train.seed=0,1", "train.seed=2"], [], "it is swept already"),
    "a part of another": (["train.augment={},{a: 1}", "train.augment.rotation=1,2"], [], "it is swept already"),
    "one that is set": (["train.seed=0,1"], ["train.seed=3"], "it is set, too"),
    "one of which a part is set": (["train.augment={},{a: 1}"], ["train.augment.rotation=3"], "it is set, too"),
    "too many": (["a.x=0..40", "a.y=0..40"], [], "the sweep is too large"),
}


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("train.learning_rate=0.3,1.0, 2.0", ["0.3", "1.0", "2.0"]),
        ("train.seed=0..4", ["0", "1", "2", "3", "4"]),
        ("train.seed=-1..1,7", ["-1", "0", "1", "7"]),
        ("train.recipe=fast", ["fast"]),
        ("export.formats=[a, b],[a]", ["[a, b]", "[a]"]),
        ("train.augment={rotation: 1, shift: 2},null", ["{rotation: 1, shift: 2}", "null"]),
        ("say.word='a, b',\"[,\",don't", ["'a, b'", '"[,"', "don't"]),
        ("ingest.folder=../a,../b", ["../a", "../b"]),
    ],
)
def test_values_stand_between_commas(given: str, values: list[str]) -> None:
    """Commas in brackets and quotes belong to a value; a range stands for its whole numbers, both ends included."""
    [axis] = read_axes([given], [])
    assert (axis.name, list(axis.values)) == (given.partition("=")[0], values)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_axis_is_refused(case: str) -> None:
    """Each mistake has its own error."""
    given, message = REFUSED[case]
    with pytest.raises(UsageError, match=message):
        read_axes([given], [])


@pytest.mark.parametrize("case", TOGETHER)
def test_axes_that_do_not_go_together_are_refused(case: str) -> None:
    """A setting has one value in a combination."""
    given, overrides, message = TOGETHER[case]
    with pytest.raises(UsageError, match=message):
        read_axes(given, overrides)


def test_every_combination_is_there() -> None:
    """The values of the last axis follow one another, so that seeds of the same settings do."""
    axes = read_axes(["train.rate=1,2", "train.seed=0..1"], ["train.augment.rotation=3"])
    assert combinations(axes) == [
        ("train.rate=1", "train.seed=0"),
        ("train.rate=1", "train.seed=1"),
        ("train.rate=2", "train.seed=0"),
        ("train.rate=2", "train.seed=1"),
    ]
    assert [axis.is_seed for axis in axes] == [False, True]
