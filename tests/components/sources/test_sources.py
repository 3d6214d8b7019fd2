"""The embedded sample, and several sources as one data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.ingest import IngestConfig
from components.sources.sample import FILE, read_table
from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, ingest_own
from tests.samples import make_split, write_digits, write_idx

Source = dict[str, object]


def test_a_damaged_sample_is_refused(tmp_path: Path) -> None:
    """The file of the embedded sample must be the recorded one."""
    (tmp_path / "mnist_5k.csv.gz").write_bytes(FILE.read_bytes()[:-1])
    with pytest.raises(InputError, match="is not the embedded sample"):
        read_table(tmp_path / "mnist_5k.csv.gz")


def test_a_missing_sample_is_refused(tmp_path: Path) -> None:
    """If the file of the embedded sample is missing, the error says so."""
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "mnist_5k.csv.gz")


def write_files(folder: Path, labels: list[int]) -> Source:
    """Write idx files with a picture of each label in both splits, and return their entry."""
    for seed, part in enumerate(("train", "t10k")):
        split = make_split(labels, seed=seed)
        write_idx(folder / f"{part}-images-idx3-ubyte", split.images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", split.labels.astype(np.uint8))
    return {"source": "idx", "folder": folder}


def write_pictures(folder: Path, counts: dict[str, int]) -> Source:
    """Write pictures, and return their entry."""
    return {"source": "folder", "folder": write_digits(folder, counts)}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Ingest ten classes from files, and pictures of three of them from two folders of the same name."""
    folder = tmp_path_factory.mktemp("both")
    files = write_files(folder / "files", list(range(10)))
    mine = write_pictures(folder / "mine", {"3": 5, "7": 5})
    hers = write_pictures(folder / "her" / "mine", {"4": 5})
    return ingest_own(folder / "out", sources=[mine, files, hers])


def test_each_source_is_counted(both: Own) -> None:
    """The statistics count the pictures of each source in each split."""
    assert [(each.prefix, each.splits) for each in both.record.sources] == [
        ("mine/", {"train": 8, "test": 2}),
        ("files/", {"train": 10, "test": 10}),
        ("mine-2/", {"train": 4, "test": 1}),
    ]


def test_both_splits_are_joined(both: Own) -> None:
    """Train and test hold the pictures of all sources."""
    assert (len(both.train), len(both.test)) == (22, 13)


def test_ids_stay_unique(both: Own) -> None:
    """Every id begins with its source and is unique, even if two folders have the same name."""
    assert len(set(both.ids)) == 35
    assert {"mine/3/00.png", "files/test-00000", "mine-2/4/00.png"} <= set(both.ids)


def test_labels_are_those_of_the_union(both: Own) -> None:
    """A label means the same class whatever its source."""
    assert both.train.classes == tuple("0123456789")
    names = {
        identity: both.train.classes[label] for identity, label in zip(both.train.ids, both.train.labels, strict=True)
    }
    own = {identity: name for identity, name in names.items() if "mine" in identity}
    assert own == {identity: identity.split("/")[1] for identity in own}


def test_the_union_is_named(both: Own) -> None:
    """The statistics name all sources on one line."""
    source = both.record.source
    expected = "the pictures in mine and the idx files in files and the pictures in mine"
    assert (source.name, source.dataset) == ("several", expected)


def test_disagreeing_classes_are_an_error(tmp_path: Path) -> None:
    """The error names a class that the larger source lacks, and both sources."""
    files = write_files(tmp_path / "files", [0, 1, 2])
    pets = write_pictures(tmp_path / "pets", {"cat": 3, "1": 3})
    with pytest.raises(InputError, match="pets and files have different classes") as caught:
        ingest_own(tmp_path / "out", sources=[pets, files])
    assert (caught.value.found, caught.value.expected) == ("cat in pets", "0, 1, 2, as in files")


def test_a_source_may_have_only_test_pictures(tmp_path: Path) -> None:
    """A folder with only test/ adds only to the test split."""
    files = write_files(tmp_path / "files", [1, 2])
    write_digits(tmp_path / "hand" / "test", {"1": 3})
    own = ingest_own(tmp_path / "out", sources=[files, {"source": "folder", "folder": tmp_path / "hand"}])
    assert own.record.sources[1].splits == {"train": 0, "test": 3}


def test_user_pictures_join_the_sample(tmp_path: Path) -> None:
    """A user's pictures can be combined with the embedded sample."""
    mine = write_pictures(tmp_path / "mine", {"3": 5})
    own = ingest_own(tmp_path / "out", sources=[{"source": "sample"}, mine])
    assert own.train.ids[0].startswith("sample/sample-")
    assert len(own.ids) == 5005


@pytest.mark.parametrize("dataset", [None, "mnist"])
def test_mnist_takes_no_settings_of_other_data_sets(dataset: str | None) -> None:
    """The full MNIST has its classes and lies upright."""
    with pytest.raises(ValidationError, match="orientation is not a setting of source: tfds without dataset"):
        IngestConfig.model_validate({"source": "tfds", "dataset": dataset, "orientation": "transposed"})
