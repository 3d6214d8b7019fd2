"""MNIST through tensorflow-datasets (TFDS), which downloads, checks and caches it."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.sources.mnist_download import CONNECTION, CORRUPT
from components.sources.reachability import UnreachableError, check_reachable
from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import OFFLINE
from schemas.errors import InputError, StageError
from schemas.manifest import hash_file
from schemas.progress import report_part, tell

if TYPE_CHECKING:
    from tensorflow_datasets.core import DatasetBuilder

__all__ = ["check_originals", "read_mnist"]

URL = "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz"
# sha256 of the original files, from TFDS's checksums.
FILES = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
BYTES = 11_594_722
POLL_SECONDS = 0.2
REPORTED = 100  # pictures between two progress reports


def read_mnist(
    *, data_dir: Path | None, manual_dir: Path | None, offline: bool, stall_seconds: float
) -> tuple[str, dict[str, Split]]:
    """Read MNIST; no network is needed if TFDS has already prepared it.

    Args:
        data_dir: TFDS's cache; None for its default.
        manual_dir: a folder with the four original files, instead of a download; checked even if it is not needed.
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
    if checked := not _may_be_prepared(data_dir):
        _check_available(manual_dir, offline=offline)
    report_part("starting tensorflow-datasets")

    import tensorflow_datasets as tfds

    tfds.disable_progress_bar()
    builder = tfds.builder("mnist", data_dir=data_dir)
    if builder.is_prepared():
        _report_cache(Path(builder.data_path), manual_dir)
    else:
        if not checked:
            _check_available(manual_dir, offline=offline)
        if manual_dir is None:
            _download(builder, data_dir, stall_seconds)
        _prepare(builder, manual_dir)
    return f"MNIST {builder.version} (tensorflow-datasets)", {
        split: _read_split(builder, split) for split in ("train", "test")
    }


def _may_be_prepared(data_dir: Path | None) -> bool:
    """Return whether TFDS may have prepared MNIST, without importing TFDS, which takes seconds."""
    root = data_dir or Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    return any(root.glob("mnist/*/dataset_info.json"))


def _report_cache(prepared: Path, manual_dir: Path | None) -> None:
    if manual_dir:
        tell(f"MNIST is read from TFDS's cache in {prepared}; the files in {manual_dir} are the same and are not read")


def _check_available(manual_dir: Path | None, *, offline: bool) -> None:
    if manual_dir is not None:
        return
    if offline:
        raise UnreachableError(OFFLINE)
    check_reachable(URL)


def check_originals(folder: Path) -> None:
    """Check that a folder holds the four original MNIST files.

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
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        return f"no {', '.join(missing)}"
    damaged = [name for name, sha256 in FILES.items() if hash_file(folder / name) != sha256]
    return ", ".join(f"{name} is damaged ({(folder / name).stat().st_size:,} bytes)" for name in damaged)


def _prepare(builder: DatasetBuilder, manual_dir: Path | None) -> None:
    """Build the data set from local files: those in *manual_dir*, or those downloaded."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.extractor import ExtractError

    report_part("unpacking the files")
    _report_pictures(builder)
    try:
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=manual_dir))
    except (NonMatchingChecksumError, ExtractError, gzip.BadGzipFile, EOFError) as error:
        raise _corrupt(str(manual_dir or builder.data_path), "replace the files") from error


def _report_pictures(builder: Any) -> None:  # noqa: ANN401  (its type hides what TFDS calls)
    """Report each picture that TFDS prepares."""
    generate = builder._generate_examples  # noqa: SLF001  (TFDS's documented extension point, and its only hook)

    def reporting(num_examples: int, **paths: object) -> Iterator[object]:
        for done, example in enumerate(generate(num_examples, **paths)):
            if done % REPORTED == 0:
                report_part("pictures prepared", done, num_examples)
            yield example

    builder._generate_examples = reporting  # noqa: SLF001


def _download(builder: DatasetBuilder, data_dir: Path | None, stall_seconds: float) -> None:
    """Download in a child process, which is killed if no byte arrives for *stall_seconds*."""
    arguments = [] if data_dir is None else [str(data_dir)]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "components.sources.mnist_download", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        _await_download(child, Path(builder.data_path.parent.parent) / "downloads", stall_seconds)
    finally:
        child.kill()
        child.communicate()
    if child.returncode == CONNECTION:
        raise UnreachableError("the download was interrupted")
    if child.returncode == CORRUPT:
        raise _corrupt("the downloaded MNIST", "run again")
    if child.returncode != 0:
        raise StageError(f"the download of MNIST exited with status {child.returncode}", do="see the log")


def _await_download(child: subprocess.Popen[bytes], downloads: Path, stall_seconds: float) -> None:
    """Wait for the child to end; raise UnreachableError when it stalls."""
    if child.stdout is not None:
        child.stdout.readline()  # its imports are done: start the clock
    start = seen = _size(downloads)
    last = time.monotonic()
    while child.poll() is None:
        time.sleep(POLL_SECONDS)
        if (size := _size(downloads)) != seen:
            seen, last = size, time.monotonic()
            report_part("kB downloaded", max(seen - start, 0) // 1000, BYTES // 1000)
        if time.monotonic() - last > stall_seconds:
            raise UnreachableError(f"the download stalled: no new byte for {stall_seconds:g} s")


def _size(folder: Path) -> int:
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
    import tensorflow_datasets as tfds

    report_part(f"reading {name} pictures")
    expected = builder.info.splits[name].num_examples
    read: Any = builder.as_dataset  # a decorator hides its parameters
    try:
        batch: dict[str, Any] = tfds.as_numpy(read(split=name, batch_size=-1, shuffle_files=False))
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        raise _corrupt(str(builder.data_path), f"rm -r {builder.data_path}") from error
    if len(batch["label"]) != expected:
        raise _corrupt(str(builder.data_path), f"rm -r {builder.data_path}")
    ids = [f"mnist-{name}-{i:05d}" for i in range(expected)]
    features: Any = builder.info.features
    return Split(batch["image"][..., 0], batch["label"].astype(np.int32), ids, tuple(features["label"].names))


def _corrupt(what: str, do: str) -> InputError:
    return InputError(
        f"{what} is damaged", found="data that differ from the original", expected="TFDS's checksums", do=do
    )
