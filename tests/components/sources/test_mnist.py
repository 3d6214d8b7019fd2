"""Where ingest takes its examples from, and what it does when it cannot."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.components.sources.ingesting import Ingested, run_ingest, start_ingest
from tests.components.sources.network import Authority, Proxy, Site, refusing, through

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DAMAGED = "t10k-labels-idx1-ubyte.gz"
FILES = (DAMAGED, "t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
SEED = 7
PARTS = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class Watched:
    """An ingest, and how many connections it made to the proxy it was led to."""

    ingested: Ingested
    connections: int


def ingest_through(proxy: Proxy, folder: Path, authority: Authority | None = None, **settings: object) -> Watched:
    """Carry out an ingest that is led to *proxy*."""
    ingested = run_ingest(folder, through(proxy.url, authority), **settings)
    return Watched(ingested, proxy.connections)


def flip_byte(path: Path) -> None:
    """Change the byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


# --- the embedded sample -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ask for the sample."""
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("sample"), source="sample", seed=SEED)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ask for MNIST offline, with the sample to fall back to, and another seed than the rest."""
    folder = tmp_path_factory.mktemp("offline")
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, folder, offline=True, fallback="sample", seed=SEED + 1)


@pytest.fixture(scope="module")
def strictly_offline(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ask for MNIST offline, with nothing to fall back to."""
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("strictly_offline"), offline=True)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Ask for MNIST through a proxy that refuses connections, with the sample to fall back to."""
    with refusing() as url:
        return run_ingest(tmp_path_factory.mktemp("refused"), through(url), fallback="sample", seed=SEED)


@pytest.mark.parametrize(("split", "count"), [("train", 4000), ("test", 1000)])
def test_sample_has_its_size(sample: Watched, split: str, count: int) -> None:
    """The sample has 4,000 pictures to train on and 1,000 to test on."""
    assert len(sample.ingested.examples.read(split)) == count


@pytest.mark.parametrize(("split", "count"), [("train", 400), ("test", 100)])
def test_sample_is_even(sample: Watched, split: str, count: int) -> None:
    """Each split of the sample has the same number of pictures of each digit."""
    import numpy as np

    assert np.bincount(sample.ingested.examples.read(split).labels).tolist() == [count] * 10


def test_sample_splits_share_no_picture(sample: Watched) -> None:
    """No picture of the sample is in both of its splits."""
    train, test = (set(sample.ingested.examples.read(split).ids) for split in ("train", "test"))
    assert len(train | test) == 5000


def test_sample_asked_for_excuses_nothing(sample: Watched) -> None:
    """The statistics of a sample that was asked for name no reason why it is not MNIST."""
    assert (sample.ingested.record.source.name, sample.ingested.record.source.why_not_tfds) == ("sample", None)


def test_sample_opens_no_connection(sample: Watched) -> None:
    """The sample is taken without a connection."""
    assert (sample.ingested.exit_code, sample.connections) == (0, 0)


def test_same_seed_gives_same_content(sample: Watched, refused: Ingested) -> None:
    """Two processes that draw the sample with the same seed write the same content."""
    assert sample.ingested.content == refused.content


def test_other_seed_gives_other_content(sample: Watched, offline: Watched) -> None:
    """Another seed draws other pictures for the splits of the sample."""
    assert sample.ingested.content != offline.ingested.content


def test_offline_opens_no_connection(offline: Watched) -> None:
    """Offline, no connection is opened."""
    assert (offline.ingested.exit_code, offline.connections) == (0, 0)


def test_offline_falls_back_and_says_why(offline: Watched) -> None:
    """Offline, the sample stands in for MNIST, and the statistics say that the setting is why."""
    source = offline.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "DIGITS_OFFLINE is set")


def test_offline_without_fallback_is_unreachable(strictly_offline: Watched) -> None:
    """Offline and without a fallback, MNIST is unreachable."""
    assert strictly_offline.ingested.errors[:1] == ["UnreachableError"]


def test_unreachable_is_an_input_error(strictly_offline: Watched) -> None:
    """A data set that cannot be reached is a missing input, with its exit code."""
    assert "InputError" in strictly_offline.ingested.errors
    assert strictly_offline.ingested.exit_code == 4


def test_unreachable_opens_no_connection_offline(strictly_offline: Watched) -> None:
    """Offline and without a fallback, no connection is opened either."""
    assert strictly_offline.connections == 0


def test_refusing_proxy_falls_back_and_says_why(refused: Ingested) -> None:
    """Where the proxy refuses connections the sample stands in, and the statistics name host and reason."""
    source = refused.record.source
    reason = "storage.googleapis.com: the proxy does not connect"
    assert (source.name, source.why_not_tfds) == ("sample", reason)


def test_online_asks_the_proxy(tmp_path: Path) -> None:
    """Unless told to be offline, ingest asks through the proxy of the environment."""
    with Proxy("forbid") as proxy:
        assert ingest_through(proxy, tmp_path).connections == 1


# --- files put there by hand ---------------------------------------------------------------------


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """Make a folder with four files that are named like the original ones, and are not."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(gzip.compress(name.encode()))
    return folder


def test_missing_file_is_named(tmp_path: Path, fakes: Path) -> None:
    """A manual_dir that lacks one of the original files is an input error that names this file alone."""
    (fakes / DAMAGED).unlink()
    ingested = run_ingest(tmp_path, {}, manual_dir=fakes, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code) == (["InputError"], 4)
    assert f"found:    no {DAMAGED}\n" in ingested.message


def test_wrong_files_are_never_replaced_by_the_sample(tmp_path: Path, fakes: Path) -> None:
    """A manual_dir with other files is an input error and gives no examples, whatever the fallback."""
    ingested = run_ingest(tmp_path, {}, manual_dir=fakes, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)


@pytest.mark.full
def test_damaged_file_is_never_replaced_by_the_sample(tmp_path: Path, originals: Path) -> None:
    """A manual_dir with one byte wrong is an input error and gives no examples, whatever the fallback."""
    manual = tmp_path / "manual"
    manual.mkdir()
    for name in FILES:
        shutil.copyfile(originals / name, manual / name)
    flip_byte(manual / DAMAGED)
    ingested = run_ingest(tmp_path, {}, manual_dir=manual, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory, originals: Path) -> Watched:
    """Build MNIST offline from the original files."""
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("by_hand"), manual_dir=originals, offline=True)


@pytest.mark.full
def test_files_by_hand_need_no_connection(by_hand: Watched) -> None:
    """MNIST is built from the original files without a connection."""
    assert (by_hand.ingested.exit_code, by_hand.connections) == (0, 0)


@pytest.mark.full
def test_files_by_hand_give_what_a_download_gives(by_hand: Watched, downloaded: Watched) -> None:
    """The original files put there by hand and those downloaded give the same examples."""
    assert by_hand.ingested.content == downloaded.ingested.content


# --- the download --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Watched:
    """Download MNIST from a host that sends one byte wrong, with the sample to fall back to."""
    with Proxy(Site(authority, originals, damaged=DAMAGED)) as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("damaged"), authority, fallback="sample")


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Watched:
    """Download MNIST, and would rather fail than fall back."""
    with Proxy(Site(authority, originals)) as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("downloaded"), authority)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, downloaded: Watched) -> Watched:
    """Read MNIST again where it has been downloaded before, with no host to be reached any more."""
    data_dir = downloaded.ingested.folder / "data"
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("second"), data_dir=data_dir)


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Iterator[Watched]:
    """Download MNIST from a host that falls silent half-way, with the sample to fall back to."""
    with Proxy(Site(authority, originals, stall_after=500_000)) as proxy:
        yield ingest_through(proxy, tmp_path_factory.mktemp("stalled"), authority, fallback="sample", stall_seconds=3)


def read_original(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read the pictures and labels of an original pair of files."""
    import numpy as np

    pixels = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    return np.frombuffer(pixels, np.uint8).reshape(-1, 784), np.frombuffer(labels, np.uint8)


def sort_rows(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> list[bytes]:
    """Give each picture with its label, in an order that depends on nothing else."""
    import numpy as np

    return sorted(row.tobytes() for row in np.column_stack([images.reshape(len(labels), -1), labels]).astype(np.uint8))


@pytest.mark.full
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_download_gives_every_picture(downloaded: Watched, split: str, count: int) -> None:
    """A download gives 60,000 pictures to train on and 10,000 to test on."""
    assert len(downloaded.ingested.examples.read(split)) == count


@pytest.mark.full
@pytest.mark.parametrize("split", ["train", "test"])
def test_download_gives_the_original_pictures(downloaded: Watched, originals: Path, split: str) -> None:
    """A download gives the pictures of the original files, each with its own label."""
    read = downloaded.ingested.examples.read(split)
    same = sort_rows(read.images, read.labels) == sort_rows(*read_original(originals, PARTS[split]))
    assert same  # compared above, for pytest would print the difference of 60,000 pictures


@pytest.mark.full
def test_download_excuses_nothing(downloaded: Watched) -> None:
    """The statistics of a download name TFDS as the source, and no reason why not."""
    source = downloaded.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("tfds", None)


@pytest.mark.full
def test_second_read_opens_no_connection(second: Watched) -> None:
    """What has been downloaded before is read without a connection."""
    assert (second.ingested.exit_code, second.connections) == (0, 0)


@pytest.mark.full
def test_second_read_gives_the_same_content(downloaded: Watched, second: Watched) -> None:
    """What has been downloaded before is read with the same content."""
    assert second.ingested.content == downloaded.ingested.content


@pytest.mark.full
def test_stalled_download_falls_back_and_says_why(stalled: Watched) -> None:
    """A download that falls silent half-way gives the sample, and the statistics name the silence."""
    source = stalled.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "the download stalled: no new byte for 3 s")


@pytest.mark.full
def test_stalled_download_had_begun(stalled: Watched) -> None:
    """A download that counts as stalled had connected for each of the files it waits for."""
    assert stalled.connections == 1 + len(FILES)


@pytest.mark.full
def test_stalled_download_leaves_no_process(stalled: Watched) -> None:
    """A download that stalls is ended: no process is left of it."""
    assert stalled.ingested.childless


@pytest.mark.full
def test_broken_download_falls_back_and_says_why(tmp_path: Path, authority: Authority, originals: Path) -> None:
    """A download that breaks off half-way gives the sample, and the statistics say so."""
    with Proxy(Site(authority, originals, cut_after=500_000)) as proxy:
        ingested = run_ingest(tmp_path, through(proxy.url, authority), fallback="sample")
    source = ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "the download broke off")


@pytest.mark.full
def test_killed_ingest_takes_its_download_along(tmp_path: Path, authority: Authority, originals: Path) -> None:
    """A download ends with the process that started it, even where that is killed."""
    with Proxy(Site(authority, originals, stall_after=500_000)) as proxy:
        with start_ingest(tmp_path, through(proxy.url, authority)) as process:
            assert proxy.await_connections(1 + len(FILES), seconds=60)
            process.kill()
        assert proxy.idle.wait(10)


@pytest.mark.full
def test_damaged_download_is_never_replaced_by_the_sample(damaged: Watched) -> None:
    """A download with one byte wrong is an input error and gives no examples, whatever the fallback."""
    ingested = damaged.ingested
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)


@pytest.mark.full
def test_damaged_download_is_not_kept(damaged: Watched, authority: Authority, originals: Path, tmp_path: Path) -> None:
    """After a damaged download, the next one into the same folder succeeds."""
    with Proxy(Site(authority, originals)) as proxy:
        again = ingest_through(proxy, tmp_path, authority, data_dir=damaged.ingested.folder / "data")
    assert again.ingested.exit_code == 0


@pytest.mark.full
def test_damaged_cache_is_an_input_error(downloaded: Watched, tmp_path: Path) -> None:
    """A byte wrong in what TFDS has prepared is an input error and gives no examples, whatever the fallback."""
    data_dir = tmp_path / "copy"
    shutil.copytree(downloaded.ingested.folder / "data" / "mnist", data_dir / "mnist")
    flip_byte(next(data_dir.rglob("mnist-test.tfrecord-*")))
    ingested = run_ingest(tmp_path, {}, data_dir=data_dir, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)
