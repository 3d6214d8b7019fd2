"""The settings of one source of examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.settings.config import Config

__all__ = ["FILES", "SourceEntry"]

FILES = ("train_images", "train_labels", "test_images", "test_labels")
OF_SOURCE = {"folder": {"folder", "test_share"}, "idx": {"folder", "classes", *FILES}}


class SourceEntry(Config):
    """The settings of one source."""

    source: Literal["tfds", "sample", "folder", "idx"] = "tfds"
    """`tfds`: the full MNIST. `sample`: 5,000 digits that come with `digits`. `folder`: your pictures. `idx`: files in
    MNIST's format."""
    folder: Path | None = Field(default=None, json_schema_extra={"data": "folder"})
    """For `folder`: a folder of LABEL/*.png, .jpg and so on, or of train/LABEL/ and test/LABEL/. For `idx`: the folder
    of the four files."""
    test_share: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of each label's pictures to hold out for testing if the folder has no test/; 0 holds out none."""
    train_images: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The train pictures, an idx file, gzipped or not; set with the other three, instead of `folder`."""
    train_labels: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The labels of the train pictures, an idx file."""
    test_images: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The test pictures, an idx file."""
    test_labels: Path | None = Field(default=None, json_schema_extra={"data": "file"})
    """The labels of the test pictures, an idx file."""
    classes: Annotated[list[str], Field(min_length=1)] | None = None
    """For `idx`: the names of labels 0, 1, 2 and so on; by default the numbers."""

    @property
    def files(self) -> list[Path]:
        """The idx files that are set one by one."""
        return [path for name in FILES if (path := getattr(self, name)) is not None]

    @model_validator(mode="after")
    def _check_needs(self) -> SourceEntry:
        own = set(SourceEntry.model_fields) - {"source"}
        given = {name for name in self.model_fields_set & own if getattr(self, name) is not None}
        if strange := given - OF_SOURCE.get(self.source, set()):
            raise ValueError(f"{min(strange)} is not a setting of source: {self.source}")
        if self.source == "folder" and not self.folder:
            raise ValueError("source: folder needs folder: the folder of the pictures")
        if self.source == "idx" and (len(self.files) not in {0, len(FILES)} or bool(self.folder) == bool(self.files)):
            raise ValueError(f"source: idx needs either folder or all of {', '.join(FILES)}")
        if self.classes and len(set(self.classes)) < len(self.classes):
            raise ValueError("classes contains a name twice")
        return self
