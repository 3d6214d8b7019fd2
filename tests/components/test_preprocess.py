"""The validation split is a fair share of each class, and the normalisation does not use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from components.preprocess import PreprocessConfig, preprocess
from schemas.artifacts.examples import DRAWN, SIDE, Examples, Split
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from tests.samples import make_output, make_split

CLASSES = ("a", "b", "c")
SIZES = (200, 47, 13)
LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(3, dtype=np.int32), SIZES))
SHARE = 0.2

pytestmark = pytest.mark.usefixtures("tensorflow_session")


@dataclass(frozen=True)
class Prepared:
    """The outputs of the stage."""

    examples: Examples
    transform: Transform

    def ids(self, split: str) -> list[str]:
        """Return the ids of a split."""
        return list(self.examples.read(split).ids)

    def counts(self, split: str) -> list[int]:
        """Return the number of pictures of each class of a split."""
        return np.bincount(self.examples.read(split).labels, minlength=len(CLASSES)).tolist()

    def moments(self) -> tuple[float, float]:
        """Return the mean and standard deviation that the transform applies."""
        std = 1 / (255 * self.transform.scale)
        return -self.transform.offset * std, std


def make_train() -> Split:
    """Return a train split whose pictures differ in brightness."""
    noise = make_split(LABELS, CLASSES)
    brightness = np.random.default_rng(1).integers(0, 256, (len(noise), 1, 1))
    return Split((noise.images * brightness // 255).astype(np.uint8), noise.labels, noise.ids, CLASSES)


def make_test() -> Split:
    """Return a test split, brighter than the train split."""
    noise = make_split([2, 0, 1, 0], CLASSES, seed=2)
    return Split(np.maximum(noise.images, np.uint8(128)), noise.labels, [f"t{i}" for i in range(4)], CLASSES)


def make_drawn() -> Split:
    """Return a split of drawn pictures."""
    noise = make_split([0, 1, 2, 1], CLASSES, seed=3)
    return Split(noise.images, noise.labels, [f"d{i}" for i in range(4)], CLASSES)


def prepare(
    folder: Path, train: Split | None = None, *, seed: int = 0, drawn: Split | None = None, share: float = SHARE
) -> Prepared:
    """Run the stage in a new folder."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    Examples.write(raw, "train", make_train() if train is None else train)
    Examples.write(raw, "test", make_test())
    if drawn:
        Examples.write(raw, DRAWN, drawn)
    examples, transform = make_output(Examples, folder / "examples"), make_output(Transform, folder / "transform")
    preprocess(Examples(raw), examples, transform, PreprocessConfig(validation=share, seed=seed))
    return Prepared(Examples(examples.path), Transform(transform.path))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Run the stage once."""
    return prepare(tmp_path_factory.mktemp("preprocess"))


def test_there_are_three_splits(prepared: Prepared) -> None:
    """The stage writes train, validation and test."""
    assert prepared.examples.splits == ("test", "train", "validation")


def test_validation_is_a_share_of_each_class(prepared: Prepared) -> None:
    """Validation holds its share of each class, to within one picture."""
    excess = np.array(prepared.counts("validation")) - SHARE * np.array(SIZES)
    assert np.abs(excess).max() < 1


def test_validation_has_the_requested_size(prepared: Prepared) -> None:
    """Validation holds its share of the whole."""
    assert len(prepared.ids("validation")) == SHARE * sum(SIZES)


def test_no_picture_is_in_both(prepared: Prepared) -> None:
    """Train and validation share no picture."""
    assert set(prepared.ids("train")) & set(prepared.ids("validation")) == set()


def test_no_picture_is_lost(prepared: Prepared) -> None:
    """Train and validation together hold every picture once."""
    assert sorted(prepared.ids("train") + prepared.ids("validation")) == list(make_train().ids)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_picture_keeps_its_label_and_id(prepared: Prepared, split: str) -> None:
    """Pictures keep their labels and ids in both splits."""
    whole, part = make_train(), prepared.examples.read(split)
    places = [int(name) for name in part.ids]
    np.testing.assert_array_equal(part.images, whole.images[places])
    np.testing.assert_array_equal(part.labels, whole.labels[places])


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_class_names_are_kept(prepared: Prepared, split: str) -> None:
    """Every split names the classes of the raw examples."""
    assert prepared.examples.read(split).classes == CLASSES


def test_drawn_pictures_are_only_for_training(prepared: Prepared, tmp_path: Path) -> None:
    """Drawn pictures follow the real ones in train; validation and test do not change."""
    with_drawn = prepare(tmp_path, drawn=make_drawn())
    assert with_drawn.ids("train") == [*prepared.ids("train"), *make_drawn().ids]
    assert [with_drawn.ids(split) for split in ("validation", "test")] == [
        prepared.ids(split) for split in ("validation", "test")
    ]


def test_drawn_pictures_have_no_tags(tmp_path: Path) -> None:
    """Drawn pictures have empty tags in the columns of the real ones."""
    real = make_train()
    tagged = Split(real.images, real.labels, real.ids, real.classes, {"light": ["day"] * len(real)})
    split = prepare(tmp_path, tagged, drawn=make_drawn()).examples.read("train")
    assert split.tags["light"] == ["day"] * (len(split) - 4) + [""] * 4


def test_the_same_seed_gives_the_same_splits(prepared: Prepared, tmp_path: Path) -> None:
    """One seed always draws the same validation split."""
    assert prepare(tmp_path).ids("validation") == prepared.ids("validation")


def test_another_seed_gives_other_splits(prepared: Prepared, tmp_path: Path) -> None:
    """Another seed draws another validation split."""
    assert prepare(tmp_path, seed=1).ids("validation") != prepared.ids("validation")


def test_the_normalisation_is_that_of_the_train_split(prepared: Prepared) -> None:
    """Mean and standard deviation are NumPy's over the pixels of the train split."""
    pixels = prepared.examples.read("train").images / 255
    assert prepared.moments() == pytest.approx((pixels.mean(), pixels.std()), rel=1e-9)


def test_the_normalisation_does_not_use_validation(prepared: Prepared) -> None:
    """Mean and standard deviation are not those over train and validation together."""
    pixels = make_train().images / 255
    assert prepared.moments() != pytest.approx((pixels.mean(), pixels.std()), rel=1e-4)


def test_the_normalisation_is_exact_over_several_batches(tmp_path: Path) -> None:
    """Mean and standard deviation are NumPy's even if the pictures fill several batches."""
    prepared = prepare(tmp_path, make_split([0, 1] * 1500, CLASSES))
    pixels = prepared.examples.read("train").images / 255
    assert prepared.moments() == pytest.approx((pixels.mean(), pixels.std()), rel=1e-9)


def test_the_test_split_stays_unchanged(prepared: Prepared) -> None:
    """The test split holds the raw test pictures, labels and ids in order."""
    before, after = make_test(), prepared.examples.read("test")
    np.testing.assert_array_equal(after.images, before.images)
    assert (after.labels.tolist(), list(after.ids)) == (before.labels.tolist(), list(before.ids))


@pytest.mark.parametrize("labels", [[], [0], [0, 0, 0, 0, 0, 0, 1]])
def test_too_few_examples_are_refused(tmp_path: Path, labels: list[int]) -> None:
    """A train split that is empty, or has one picture of a class, is a StageError."""
    with pytest.raises(StageError, match="the train split cannot be divided"):
        prepare(tmp_path, make_split(labels, CLASSES))


def test_the_advice_for_few_pictures_helps(tmp_path: Path) -> None:
    """A share that leaves a class without a validation picture is an error; a larger one, as advised, is not."""
    few = make_split([i % len(CLASSES) for i in range(4 * len(CLASSES))], CLASSES)
    with pytest.raises(StageError, match=r"raise preprocess\.validation"):
        prepare(tmp_path / "few", few, share=0.1)
    assert prepare(tmp_path / "more", few, share=0.5).counts("validation") == [2] * len(CLASSES)


@pytest.mark.parametrize("shade", [0, 7, 255])
def test_pictures_of_one_shade_are_refused(tmp_path: Path, shade: int) -> None:
    """Pictures without contrast are a StageError."""
    labels = np.arange(40, dtype=np.int32) % 3
    images = np.full((40, SIDE, SIDE), shade, np.uint8)
    with pytest.raises(StageError, match="have the same value"):
        prepare(tmp_path, Split(images, labels, [str(i) for i in range(40)], CLASSES))


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    """A validation share must lie between 0 and 1, both excluded."""
    with pytest.raises(ValueError, match="validation"):
        PreprocessConfig(validation=share)
