"""MNIST through tensorflow-datasets (TFDS), which downloads, checks and caches it, or from the original files."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.sources.arrays.idx import read_pair
from components.sources.arrays.idx_names import find_part
from components.sources.reachability import UnreachableError, check_reachable
from components.sources.tfds_download import CONNECTION, CORRUPT
from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import OFFLINE
from schemas.errors import InputError, StageError
from schemas.manifest import hash_file
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tensorflow_datasets.core import DatasetBuilder

__all__ = ["check_originals", "download", "read_mnist"]

URL = "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz"
# sha256 of the original files, from TFDS's checksums, and of what they hold.
FILES = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
CONTENTS = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
BYTES = 11_594_722
POLL_SECONDS = 0.2
REPORTED = 100  # pictures between two progress reports
VERSION = "3.0.1"  # of TFDS's MNIST, whose order the original files are put into
CLASSES = tuple("0123456789")
RECORDS = 1000  # parsed together: one by one they take six times as long


def read_mnist(
    *, data_dir: Path | None, manual_dir: Path | None, offline: bool, stall_seconds: float
) -> tuple[str, dict[str, Split]]:
    """Read MNIST: the files of *manual_dir* if it is named, else what TFDS has prepared, else a download.

    Both ways yield the same pictures with the same ids in the same order.

    Args:
        data_dir: TFDS's cache; None for its default.
        manual_dir: a folder with the four original files; nothing else is read then.
        offline: open no connection.
        stall_seconds: a download that receives nothing for this long is stopped.

    Returns:
        The data set's full name, and its train and test splits.

    Raises:
        UnreachableError: the host cannot be reached.
        InputError: the files are missing, damaged or not the originals.
    """
    if manual_dir:
        check_originals(manual_dir)
        return _name(VERSION), _read_originals(manual_dir)
    if checked := not _may_be_prepared(data_dir):
        _check_available(offline=offline)
    report_part("starting tensorflow-datasets")

    import tensorflow_datasets as tfds

    tfds.disable_progress_bar()
    builder = tfds.builder("mnist", data_dir=data_dir)
    if not builder.is_prepared():
        if not checked:
            _check_available(offline=offline)
        download(builder, "mnist", data_dir, stall_seconds, BYTES)
        _prepare(builder)
    return _name(str(builder.version)), {split: _read_split(builder, split) for split in ("train", "test")}


def _name(version: str) -> str:
    return f"MNIST {version} (tensorflow-datasets)"


def _may_be_prepared(data_dir: Path | None) -> bool:
    """Return whether TFDS may have prepared MNIST, without importing TFDS, which takes seconds."""
    root = data_dir or Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    return any(root.glob("mnist/*/dataset_info.json"))


def _check_available(*, offline: bool) -> None:
    if offline:
        raise UnreachableError(OFFLINE)
    check_reachable(URL)


def check_originals(folder: Path) -> None:
    """Check that a folder holds the four original MNIST files, unzipped or not, with a dash or a dot before idx.

    Raises:
        InputError: the folder or a file is missing, or a file is not the original; the error names it.
    """
    if found := _problem(folder):
        raise InputError(
            f"{folder} does not hold the original MNIST files",
            found=found,
            expected="the four original files",
            do="put them there, or unset manual_dir (DIGITS_TFDS_MANUAL_DIR)",
        )


def _problem(folder: Path) -> str:
    if not folder.is_dir():
        return "no such folder"
    found = {name: find_part(folder, name.removesuffix(".gz")) for name in FILES}
    if missing := [name for name, path in found.items() if path is None]:
        return f"no {', '.join(missing)}"
    damaged = [path for name, path in found.items() if path and not _is_original(path, name)]
    return ", ".join(f"{path.name} is damaged ({path.stat().st_size:,} bytes)" for path in damaged)


def _is_original(path: Path, name: str) -> bool:
    if path.suffix == ".gz":
        return hash_file(path) == FILES[name]
    return hash_file(path) == CONTENTS[name]


def _read_originals(folder: Path) -> dict[str, Split]:
    parts = {"train": "train", "test": "t10k"}
    return {name: _read_original(folder, name, part) for name, part in parts.items()}


def _read_original(folder: Path, name: str, part: str) -> Split:

    report_part(f"reading {name} pictures")
    images, labels = read_pair(*(_original(folder, f"{part}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1")))
    order = _order_of_tfds(name, len(labels))
    return Split(images[order], labels[order], _ids(name, len(labels)), CLASSES)


def _original(folder: Path, part: str) -> Path:
    return find_part(folder, part) or folder / f"{part}.gz"


def _order_of_tfds(split: str, count: int) -> NDArray[np.int64]:
    """Return where in the original file each picture of TFDS's split is, int64 [count].

    TFDS sorts the pictures by the md5 of the split's name and the position in the original file.
    """
    import numpy as np

    digests = [hashlib.md5(f"{split}{i}".encode(), usedforsecurity=False).digest() for i in range(count)]
    return np.array(sorted(range(count), key=digests.__getitem__), np.int64)


def _ids(split: str, count: int) -> list[str]:
    return [f"mnist-{split}-{i:05d}" for i in range(count)]


def _prepare(builder: DatasetBuilder) -> None:
    """Build the data set from the files that were downloaded."""
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.extractor import ExtractError

    from learning.synthetic.encoding import encode_png

    # TFDS would start a TensorFlow operation for each picture, which takes three times as long.
    features: Any = builder.info.features
    features["image"].encode_example = encode_png
    report_part("unpacking the files")
    _report_pictures(builder)
    try:
        builder.download_and_prepare()
    except (NonMatchingChecksumError, ExtractError, gzip.BadGzipFile, EOFError) as error:
        raise _corrupt(str(builder.data_path), "replace the files") from error


def _report_pictures(builder: Any) -> None:  # noqa: ANN401  (its type hides what TFDS calls)
    """Report each picture that TFDS prepares."""
    generate = builder._generate_examples  # noqa: SLF001  (TFDS's documented extension point, and its only hook)

    def reporting(num_examples: int, **paths: object) -> Iterator[object]:
        for done, example in enumerate(generate(num_examples, **paths)):
            if done % REPORTED == 0:
                report_part("pictures prepared", done, num_examples)
            yield example

    builder._generate_examples = reporting  # noqa: SLF001


def download(builder: DatasetBuilder, dataset: str, data_dir: Path | None, stall_seconds: float, size: int) -> None:
    """Download in a child process, which is killed if no byte arrives for *stall_seconds*.

    Args:
        builder: of the data set.
        dataset: its name.
        data_dir: TFDS's cache; None for its default.
        stall_seconds: the longest time without a byte.
        size: bytes of the download, for the progress.

    Raises:
        UnreachableError: the connection was lost, or stalled.
        InputError: what came is damaged.
        StageError: the download failed otherwise.
    """
    arguments = [dataset] if data_dir is None else [dataset, str(data_dir)]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "components.sources.tfds_download", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        _await_download(child, Path(builder.data_dir_root) / "downloads", stall_seconds, size)
    finally:
        child.kill()
        child.communicate()
    if child.returncode == CONNECTION:
        raise UnreachableError("the download was interrupted")
    if child.returncode == CORRUPT:
        raise _corrupt(f"the downloaded {dataset}", "run again")
    if child.returncode != 0:
        raise StageError(f"the download of {dataset} exited with status {child.returncode}", do="see the log")


def _await_download(child: subprocess.Popen[bytes], downloads: Path, stall_seconds: float, size: int) -> None:
    """Wait for the child to end; raise UnreachableError when it stalls."""
    if child.stdout is not None:
        child.stdout.readline()  # its imports are done: start the clock
    start = seen = _size_of(downloads)
    last = time.monotonic()
    while child.poll() is None:
        time.sleep(POLL_SECONDS)
        if (now := _size_of(downloads)) != seen:
            seen, last = now, time.monotonic()
            report_part("kB downloaded", max(seen - start, 0) // 1000, size // 1000)
        if time.monotonic() - last > stall_seconds:
            raise UnreachableError(f"the download stalled: no new byte for {stall_seconds:g} s")


def _size_of(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # TFDS moved it after it was listed
    return total


def _read_split(builder: DatasetBuilder, name: str) -> Split:
    """Read a split in TFDS's order, which is fixed for a version of the data set."""
    import numpy as np
    import tensorflow as tf

    report_part(f"reading {name} pictures")
    split = builder.info.splits[name]
    fields = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}
    files: Any = tf.data.TFRecordDataset([str(path) for path in split.filepaths])
    try:
        batches = [tf.io.parse_example(records, fields) for records in files.batch(RECORDS)]
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        raise _corrupt(str(builder.data_path), f"rm -r {builder.data_path}") from error
    pictures = [_decode(picture) for batch in batches for picture in batch["image"].numpy()]
    if len(pictures) != split.num_examples:
        raise _corrupt(str(builder.data_path), f"rm -r {builder.data_path}")
    labels = np.concatenate([batch["label"].numpy() for batch in batches]).astype(np.int32)
    return Split(np.stack(pictures), labels, _ids(name, len(labels)), CLASSES)


def _decode(picture: bytes) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _corrupt(what: str, do: str) -> InputError:
    return InputError(
        f"{what} is damaged", found="data that differ from the original", expected="TFDS's checksums", do=do
    )
