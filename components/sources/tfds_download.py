"""Download a data set through TFDS in a separate process, which can be killed: TFDS has no timeout.

The process prints a line when the download starts, and exits with 0 when the files are in TFDS's cache and their
checksums match. It exits at once when its standard input closes, which happens when its parent dies.
"""

from __future__ import annotations

import os
import sys
import threading

__all__ = ["CONNECTION", "CORRUPT", "download"]

CORRUPT = 4
CONNECTION = 5


def download(dataset: str, data_dir: str | None) -> int:
    """Download a data set into TFDS's cache below *data_dir*, and check it; return 0, CORRUPT or CONNECTION."""
    import requests
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError
    from tensorflow_datasets.core.download.util import DownloadError

    tfds.disable_progress_bar()
    builder = tfds.builder(dataset, data_dir=data_dir)
    manager = tfds.download.DownloadManager(
        download_dir=builder.data_dir_root / "downloads",
        url_infos=builder.url_infos,
        force_checksums_validation=True,
        dataset_name=builder.name,
    )
    print("downloading", flush=True)
    try:
        manager.download(list(builder.url_infos or ()))
    except NonMatchingChecksumError as error:
        print(error, file=sys.stderr)
        return CORRUPT
    except (requests.exceptions.RequestException, DownloadError) as error:
        print(error, file=sys.stderr)
        return CONNECTION
    return 0


def _exit_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    os._exit(download(sys.argv[1], next(iter(sys.argv[2:]), None)))
