"""Data sets of TensorFlow Datasets, which builds them in these tests from pictures drawn here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import tensorflow_datasets as tfds
from numpy.typing import NDArray

from components.sources.builder import read_builder
from components.sources.mnist import read_mnist
from components.sources.source_settings import SourceEntry
from schemas.errors import InputError
from tests.components.sources.own_pictures import ingest_own
from tests.inference.pictures import sample, seven

pytestmark = pytest.mark.usefixtures("tensorflow_session")


class _Builder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A data set of a few pictures in each split."""

    VERSION = tfds.core.Version("1.0.0")
    SHAPE: ClassVar[tuple[int | None, int | None, int]] = (28, 28, 1)
    NAMES: ClassVar[list[str] | None] = ["a", "b"]
    KEYS: ClassVar[tuple[str, str] | None] = ("picture", "sign")
    SPLITS: ClassVar[dict[str, int]] = {"train": 4, "test": 2}

    def _info(self) -> tfds.core.DatasetInfo:
        sign = tfds.features.ClassLabel(names=self.NAMES) if self.NAMES else tfds.features.ClassLabel(num_classes=12)
        features = {"picture": tfds.features.Image(shape=self.SHAPE), "sign": sign}
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features), supervised_keys=self.KEYS, disable_shuffling=True
        )

    def _split_generators(self, dl_manager: object) -> dict[str, Iterator[tuple[int, dict[str, Any]]]]:
        del dl_manager
        return {name: self._generate_examples(count, name) for name, count in self.SPLITS.items()}

    def _generate_examples(self, count: int, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        start = list(self.SPLITS).index(name) * 100
        for number in range(count):
            yield number, {"picture": self.picture(start + number), "sign": number % 2}

    @staticmethod
    def picture(number: int) -> NDArray[np.uint8]:
        """Return a picture, another for each number."""
        return sample()[number * 10][..., None]


class TinyGrey(_Builder):
    """Grey pictures of 28x28 pixels."""


class TinyColour(_Builder):
    """Colour pictures of two sizes, without a test split, and labels without names."""

    SHAPE = (None, None, 3)
    NAMES = None
    SPLITS: ClassVar[dict[str, int]] = {"train": 4, "validation": 2}

    @staticmethod
    def picture(number: int) -> NDArray[np.uint8]:
        """Return a 7 in colour on a page whose size depends on the number."""
        return np.dstack([seven((100 + number, 90))] * 2 + [np.full((100 + number, 90), 235, np.uint8)])


class TinyUnlabelled(_Builder):
    """Pictures of which no feature is the label."""

    KEYS = None


@pytest.mark.long
def test_grey_pictures_are_taken_as_they_are(tmp_path: Path) -> None:
    """Pictures of 28x28 grey pixels are unchanged, with the data set's splits and names."""
    own = ingest_own(tmp_path, source="tfds", dataset="tiny_grey", data_dir=tmp_path / "tfds", offline=True)
    np.testing.assert_array_equal(own.train.images, sample()[[0, 10, 20, 30]])
    np.testing.assert_array_equal(own.test.images, sample()[[1000, 1010]])
    assert (own.train.classes, own.train.labels.tolist()) == (("a", "b"), [0, 1, 0, 1])
    source = own.record.source
    assert (source.name, source.dataset) == ("tiny_grey", "tiny_grey/1.0.0 (tensorflow-datasets)")


@pytest.mark.long
def test_colour_pictures_go_through_the_front_end(tmp_path: Path) -> None:
    """Other pictures are normalised as at prediction; validation is the test split if there is none."""
    own = ingest_own(tmp_path, source="tfds", dataset="tiny_colour", data_dir=tmp_path / "tfds", offline=True)
    assert (len(own.train), len(own.test), own.train.classes) == (4, 2, ("0", "1"))
    assert own.train.images[0].max() > 200
    assert own.train.images[0, [0, -1]].max() == 0


@pytest.mark.long
def test_the_pictures_can_be_turned(tmp_path: Path) -> None:
    """`orientation` turns the pictures of a data set as those of any source."""
    settings = {"source": "tfds", "dataset": "tiny_grey", "data_dir": tmp_path / "tfds", "orientation": "transposed"}
    np.testing.assert_array_equal(ingest_own(tmp_path, **settings).train.images[0], sample()[0].T)


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("tiny_unlabelled", "expected: supervised_keys of an Image and a ClassLabel"),
        ("tiny_gray", 'did you mean "tiny_grey"?'),
        ("emnist/letter", "tensorflow-datasets has no emnist/letter"),
        ("emnist/letters", r"its files in manual_dir \(gzip.zip\)"),
    ],
)
@pytest.mark.long
def test_what_does_not_fit_is_refused(tmp_path: Path, dataset: str, words: str) -> None:
    """A data set without labels, an unknown one, and one that is not there are errors that say what is expected."""
    with pytest.raises(InputError) as caught:
        ingest_own(tmp_path, source="tfds", dataset=dataset, data_dir=tmp_path / "tfds", offline=True)
    assert caught.match(words)


@pytest.mark.long
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With manual_dir nothing is downloaded: the files that are not in it are named."""
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"")
    with pytest.raises(InputError, match=r"no t10k-images-idx3-ubyte\.gz, ") as caught:
        ingest_own(tmp_path, source="tfds", dataset="fashion_mnist", data_dir=tmp_path / "tfds", manual_dir=tmp_path)
    assert "train-images-idx3-ubyte.gz" not in caught.value.found


@pytest.mark.full
def test_files_put_by_hand_are_prepared_by_tfds(tmp_path: Path) -> None:
    """TFDS builds MNIST from the four files of MNIST_FILES: the pictures and their order are those of `read_mnist`."""
    entry, files = SourceEntry(source="tfds", dataset="mnist"), Path(os.environ.get("MNIST_FILES", ""))
    built = read_builder(entry, 0, data_dir=tmp_path, manual_dir=files, offline=True, stall_seconds=60)
    _, splits = read_mnist(data_dir=tmp_path, manual_dir=files, offline=True, stall_seconds=60)
    for name, split in splits.items():
        np.testing.assert_array_equal(built.splits[name].images, split.images)
        np.testing.assert_array_equal(built.splits[name].labels, split.labels)
    assert built.splits["train"].classes == splits["train"].classes


@pytest.mark.full
def test_other_files_than_the_originals_are_refused(tmp_path: Path) -> None:
    """Files put by hand that do not have TFDS's checksums are named: MNIST's are not Fashion-MNIST's."""
    files = os.environ.get("MNIST_FILES", "")
    settings = {"dataset": "fashion_mnist", "data_dir": tmp_path, "manual_dir": files, "offline": True}
    with pytest.raises(InputError, match=r"t10k-images-idx3-ubyte\.gz, has wrong checksum"):
        ingest_own(tmp_path, source="tfds", **settings)
