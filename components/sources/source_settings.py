"""The settings of one source of examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.settings.config import Config

__all__ = ["ARRAYS", "FILES", "Ink", "Orientation", "SourceEntry"]

FILES = ("train_images", "train_labels", "test_images", "test_labels")
ANY = {"orientation", "classes"}
TABLE = ANY | {"file", "test_share", "ink"}
OF_SOURCE = {
    "tfds": ANY | {"dataset", "test_share", "ink"},
    "folder": {"folder", "file", "test_share", "labels", "label", "pattern", "orientation"},
    "idx": ANY | {"folder", "ink", *FILES},
    "csv": TABLE | {"test_file", "label"},
    "npz": TABLE | {"arrays"},
    "parquet": TABLE | {"test_file", "label", "folder"},
    "corrections": {"test_share"},
}
ARRAYS = ("x_train", "y_train", "x_test", "y_test")

Orientation = Literal[
    "upright", "transposed", "mirrored", "flipped", "upside_down", "turned_left", "turned_right", "transverse"
]
Ink = Literal["light", "dark"]


class SourceEntry(Config):
    """The settings of one source."""

    source: Literal["tfds", "sample", "folder", "idx", "csv", "npz", "parquet", "corrections"] = "tfds"
    """`tfds`: the full MNIST, or another `dataset` of TensorFlow Datasets. `sample`: 5,000 digits that come with
    `digits`. `folder`: your pictures. `idx`: files in MNIST's format. `csv`, `npz`, `parquet`: pictures as numbers in
    one file. `corrections`: pictures that you corrected on the page of `digits serve`, beside another source."""
    dataset: str | None = None
    """For `tfds`: a data set of its catalog with a picture and a label in each example: emnist/letters, kmnist."""
    folder: Path | None = Field(default=None, json_schema_extra={"data": "folder"})
    """For `folder`: a folder of LABEL/*.png, .jpg and so on, or of train/LABEL/ and test/LABEL/. For `idx`: the folder
    of the four files. For `parquet`: a folder of train*.parquet and test*.parquet."""
    file: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """For `csv`, `npz` and `parquet`: the file of pictures and labels. For `folder`: a zip or tar of such a folder."""
    test_file: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """For `csv` and `parquet`: a second file, whose pictures are the test split."""
    test_share: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of each label's pictures to hold out for testing if the source has no test split; 0 holds out none.
    Of `corrections`: the share on average, decided for each picture alone."""
    labels: str | None = None
    """For `folder`: a CSV file in it, with a row name,label for each picture, instead of a folder for each label."""
    label: str | None = None
    """For `csv` and `parquet`: the column of labels, `first` or `last` if they have no names. For `folder`: that of
    `labels`."""
    pattern: str | None = None
    """For `folder`: a regular expression with one group, the label in a picture's name: "digit_(\\\\d)_"."""
    arrays: dict[Literal["x_train", "y_train", "x_test", "y_test"], str] | None = None
    """For `npz`: the names that its arrays have instead of x_train, y_train, x_test and y_test."""
    train_images: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The train pictures, an idx file, gzipped or not; set with the other three, instead of `folder`."""
    train_labels: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The labels of the train pictures, an idx file."""
    test_images: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The test pictures, an idx file."""
    test_labels: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The labels of the test pictures, an idx file."""
    classes: Annotated[list[str], Field(min_length=1)] | None = None
    """The names of labels 0, 1, 2 and so on; by default the numbers, or the names that the source has."""
    orientation: Orientation | None = None
    """How the source's pictures lie, so that they can be turned upright; EMNIST's are `transposed`."""
    ink: Ink | None = None
    """Whether the ink is `light` on dark, as in MNIST (the default), or `dark` on light."""

    @property
    def is_mnist(self) -> bool:
        """Whether the source is the full MNIST."""
        return self.source == "tfds" and self.dataset in {None, "mnist"}

    @property
    def files(self) -> list[Path]:
        """The idx files that are set one by one."""
        return [path for name in FILES if (path := getattr(self, name)) is not None]

    @model_validator(mode="after")
    def _check_needs(self) -> SourceEntry:
        own = set(SourceEntry.model_fields) - {"source"}
        given = {name for name in self.model_fields_set & own if getattr(self, name) is not None}
        known = {"dataset"} if self.is_mnist else OF_SOURCE.get(self.source, set())
        if strange := given - known:
            where = f"{self.source} without dataset" if self.is_mnist else self.source
            raise ValueError(f"{min(strange)} is not a setting of source: {where}")
        if self.classes and len(set(self.classes)) < len(self.classes):
            raise ValueError("classes contains a name twice")
        self._check_paths_given()
        return self

    def _check_paths_given(self) -> None:
        either = bool(self.folder) != bool(self.file)
        if self.source == "folder" and not either:
            raise ValueError("source: folder needs folder: the folder of the pictures; or file: a zip or tar of it")
        if self.source == "folder":
            self._check_labels()
        if self.source == "idx" and (len(self.files) not in {0, len(FILES)} or bool(self.folder) == bool(self.files)):
            raise ValueError(f"source: idx needs either folder or all of {', '.join(FILES)}")
        if self.source in {"csv", "npz"} and not self.file:
            raise ValueError(f"source: {self.source} needs file: the file of pictures and labels")
        if self.source == "parquet" and not either:
            raise ValueError("source: parquet needs file: the file of pictures and labels; or folder: that of several")

    def _check_labels(self) -> None:
        if self.labels and self.pattern:
            raise ValueError("labels and pattern both say what the labels are: set one of them")
        if self.label and not self.labels:
            raise ValueError("label names a column of labels: set labels too")
        try:
            groups = re.compile(self.pattern).groups if self.pattern else 1
        except re.error as error:
            raise ValueError(f"pattern is not a regular expression: {error}") from error
        if groups != 1:
            raise ValueError(f"pattern needs one group in brackets, the label, and has {groups}")
