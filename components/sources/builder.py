"""Any data set of TensorFlow Datasets (TFDS) that has one picture and one label in each example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.sources.arrays.assemble import assemble
from components.sources.arrays.picture_file import read_pixels
from components.sources.mnist import download
from components.sources.reachability import UnreachableError, check_reachable
from components.sources.source_result import SourceResult
from inference.files.unreadable import UnreadableError
from schemas.artifacts.examples import SIDE
from schemas.artifacts.statistics import OFFLINE, Source
from schemas.errors import InputError, nearest
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tensorflow_datasets.core import DatasetBuilder

    from components.sources.source_settings import SourceEntry

__all__ = ["read_builder"]

BATCH = 1000  # pictures read at once
VALIDATION = "validation"
SPLITS = ("train", "test", VALIDATION)


def read_builder(  # noqa: PLR0913  (the settings of ingest that are about TFDS)
    entry: SourceEntry,
    seed: int,
    *,
    data_dir: Path | None,
    manual_dir: Path | None,
    offline: bool,
    stall_seconds: float,
) -> SourceResult:
    """Read the data set that `dataset` names; TFDS prepares it if it has not been prepared yet.

    Pictures of 28x28 grey pixels are taken as they are, any others go through the front end of prediction. The
    validation split joins the training pictures; without a test split, it is the test split.

    Args:
        entry: the settings of the source.
        seed: of the draw of a test split, if the data set has neither.
        data_dir: TFDS's cache; None for its default.
        manual_dir: a folder with the data set's files, put there by hand: nothing is downloaded then.
        offline: open no connection.
        stall_seconds: a download that receives nothing for this long is stopped.

    Raises:
        InputError: TFDS has no such data set; it does not have one picture and one label in each example; its files
            are missing or damaged; or its host cannot be reached.
    """
    name = entry.dataset or ""
    report_part("starting tensorflow-datasets")
    import tensorflow_datasets as tfds

    tfds.disable_progress_bar()
    builder = _find(name, data_dir)
    image, label = _columns(builder, name)
    if not builder.is_prepared():
        try:
            _prepare(builder, name, data_dir, manual_dir, offline=offline, stall_seconds=stall_seconds)
        except UnreachableError as error:
            raise _not_there(name, builder, error.why) from error
    found = {split: _read_split(builder, name, split, image, label) for split in SPLITS if split in builder.info.splits}
    features: Any = builder.info.features
    names = features[label].names
    result = assemble(entry, seed, _parts(found, name), "", None if _are_numbers(names) else names, place=name)
    return replace(result, source=Source(name=name, dataset=f"{builder.info.full_name} (tensorflow-datasets)"))


def _find(name: str, data_dir: Path | None) -> DatasetBuilder:
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.registered import DatasetNotFoundError

    try:
        return tfds.builder(name, data_dir=data_dir)
    except (DatasetNotFoundError, ValueError, TypeError) as error:
        known = tfds.list_builders()
        near = nearest(name.partition("/")[0], known)
        raise InputError(
            f"tensorflow-datasets has no {name}",
            found=str(error).splitlines()[0][:200],
            expected="a name of its catalog, such as emnist/letters, kmnist or fashion_mnist",
            do=near,
        ) from error


def _columns(builder: DatasetBuilder, name: str) -> tuple[str, str]:
    """Return the names of the picture and of the label in an example."""
    import tensorflow_datasets as tfds

    keys = builder.info.supervised_keys
    features: Any = builder.info.features
    if keys and len(keys) == 2 and all(isinstance(key, str) and key in features for key in keys):  # noqa: PLR2004
        image, label = keys
        if isinstance(features[image], tfds.features.Image) and isinstance(features[label], tfds.features.ClassLabel):
            return str(image), str(label)
    raise InputError(
        f"{name} is not a data set of labelled pictures",
        found=", ".join(f"{key}: {type(feature).__name__}" for key, feature in dict(features).items()),
        expected="supervised_keys of an Image and a ClassLabel",
    )


def _prepare(  # noqa: PLR0913
    builder: DatasetBuilder,
    name: str,
    data_dir: Path | None,
    manual_dir: Path | None,
    *,
    offline: bool,
    stall_seconds: float,
) -> None:
    """Build the data set from files put by hand, or from a download."""
    from tensorflow_datasets.core.download import DownloadConfig
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.extractor import ExtractError

    urls: dict[str, Any] = dict(builder.url_infos or {})
    if manual_dir:
        wanted = {url: info.filename or Path(url).name for url, info in urls.items()}
        if missing := [file for file in wanted.values() if not Path(manual_dir, file).is_file()]:
            raise _not_there(name, builder, f"no {', '.join(missing)} in {manual_dir}")
    elif builder.MANUAL_DOWNLOAD_INSTRUCTIONS:
        raise _not_there(name, builder, "its files must be put by hand")
    elif urls:
        if offline:
            raise UnreachableError(OFFLINE)
        check_reachable(next(iter(urls)))
        download(builder, name, data_dir, stall_seconds, sum(info.size or 0 for info in urls.values()))
    report_part("preparing the pictures")
    try:
        builder.download_and_prepare(download_config=DownloadConfig(manual_dir=manual_dir))
    except (NonMatchingChecksumError, ExtractError, EOFError, OSError, AssertionError) as error:
        raise InputError(
            f"{name} cannot be prepared",
            found=(str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(":"),
            expected="the files of TFDS's checksums",
            do="replace the files",
        ) from error


def _not_there(name: str, builder: DatasetBuilder, why: str) -> InputError:
    files = ", ".join(info.filename or url for url, info in (builder.url_infos or {}).items())
    return InputError(
        f"{name} has not been prepared by tensorflow-datasets",
        found=why,
        expected=f"a connection, or its files in manual_dir ({files or 'as its page in the catalog says'})",
        do="put them there, and set DIGITS_TFDS_MANUAL_DIR",
    )


def _read_split(
    builder: DatasetBuilder, name: str, split: str, image: str, label: str
) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the pictures of a split, uint8 [n, 28, 28], and their labels, in TFDS's order."""
    import numpy as np

    total = builder.info.splits[split].num_examples
    images, labels = np.zeros((total, SIDE, SIDE), np.uint8), list[str]()
    for row, (file, number) in enumerate(_rows(builder, split, image, label)):
        try:
            images[row] = read_pixels(file)
        except UnreadableError as error:
            raise InputError(f"{name}: picture {row} of {split} cannot be read", found=error.reason) from error
        if number < 0:
            raise InputError(f"{name}: the split {split} has no labels", found="-1", expected="a label in each example")
        labels.append(str(number))
        if row % BATCH == 0:
            report_part(f"{split} pictures", row, total)
    return images, labels


def _rows(builder: DatasetBuilder, split: str, image: str, label: str) -> Iterator[tuple[bytes, int]]:
    """Yield the picture file and the label of each example."""
    import tensorflow_datasets as tfds

    opened: Any = builder
    examples = opened.as_dataset(
        split=split,
        decoders={image: tfds.decode.SkipDecoding()},
        read_config=tfds.ReadConfig(interleave_cycle_length=1),
        shuffle_files=False,
    )
    for batch in tfds.as_numpy(examples.map(lambda each: (each[image], each[label])).batch(BATCH)):
        yield from zip(batch[0].tolist(), batch[1].tolist(), strict=True)


def _parts(found: dict[str, tuple[NDArray[np.uint8], list[str]]], name: str) -> dict[str, Any]:
    """Return the splits train and test: validation joins train, or becomes test if there is no test split."""
    import numpy as np

    if "train" not in found:
        raise InputError(f"{name} has no training split", expected=f"the splits {', '.join(SPLITS)}")
    parts = dict(found)
    validation = parts.pop(VALIDATION, None)
    if validation and "test" not in parts:
        parts["test"] = validation
    elif validation:
        images, labels = parts["train"]
        parts["train"] = np.concatenate([images, validation[0]]), labels + validation[1]
    return parts


def _are_numbers(names: list[str]) -> bool:
    """Return whether the labels have no names but their numbers."""
    return names == [str(number) for number in range(len(names))]
