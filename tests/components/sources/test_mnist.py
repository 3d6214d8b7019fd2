"""The sources of MNIST, and the fallback if they fail."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components.sources.mnist import check_originals
from schemas.errors import InputError
from tests.components.sources.ingesting import Ingested, run_ingest, start_ingest
from tests.components.sources.network import Authority, Proxy, Site, refusing, through
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DAMAGED = "t10k-labels-idx1-ubyte.gz"
FILES = (DAMAGED, "t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
SEED = 7
PARTS = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class Watched:
    """An ingest, and the number of connections it made to its proxy."""

    ingested: Ingested
    connections: int


def ingest_through(proxy: Proxy, folder: Path, authority: Authority | None = None, **settings: object) -> Watched:
    """Run an ingest through *proxy*."""
    ingested = run_ingest(folder, through(proxy.url, authority), **settings)
    return Watched(ingested, proxy.connections)


def flip_byte(path: Path) -> None:
    """Invert the byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


# --- the embedded sample -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ingest the sample."""
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("sample"), source="sample", seed=SEED)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ingest MNIST offline, with the sample as fallback and another seed than the other fixtures."""
    folder = tmp_path_factory.mktemp("offline")
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, folder, offline=True, fallback="sample", seed=SEED + 1)


@pytest.fixture(scope="module")
def strictly_offline(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Ingest MNIST offline, without a fallback."""
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("strictly_offline"), offline=True)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Ingest MNIST through a proxy that refuses connections, with the sample as fallback."""
    with refusing() as url:
        return run_ingest(tmp_path_factory.mktemp("refused"), through(url), fallback="sample", seed=SEED)


@pytest.mark.parametrize(("split", "count"), [("train", 4000), ("test", 1000)])
def test_the_sample_has_its_size(sample: Watched, split: str, count: int) -> None:
    """The sample has 4,000 train pictures and 1,000 test pictures."""
    assert len(sample.ingested.examples.read(split)) == count


@pytest.mark.parametrize(("split", "count"), [("train", 400), ("test", 100)])
def test_the_sample_is_balanced(sample: Watched, split: str, count: int) -> None:
    """Each split of the sample has the same number of pictures of each digit."""
    import numpy as np

    assert np.bincount(sample.ingested.examples.read(split).labels).tolist() == [count] * 10


def test_the_splits_of_the_sample_share_no_picture(sample: Watched) -> None:
    """No picture of the sample is in both of its splits."""
    train, test = (set(sample.ingested.examples.read(split).ids) for split in ("train", "test"))
    assert len(train | test) == 5000


def test_a_requested_sample_needs_no_reason(sample: Watched) -> None:
    """The statistics of a requested sample give no reason why it is not MNIST."""
    assert (sample.ingested.record.source.name, sample.ingested.record.source.why_not_tfds) == ("sample", None)


def test_the_sample_opens_no_connection(sample: Watched) -> None:
    """Ingesting the sample opens no connection."""
    assert (sample.ingested.exit_code, sample.connections) == (0, 0)


def test_the_same_seed_gives_the_same_content(sample: Watched, refused: Ingested) -> None:
    """Two processes that draw the sample with the same seed write the same content."""
    assert sample.ingested.content == refused.content


def test_another_seed_gives_other_content(sample: Watched, offline: Watched) -> None:
    """Another seed splits the sample differently."""
    assert sample.ingested.content != offline.ingested.content


def test_offline_opens_no_connection(offline: Watched) -> None:
    """Offline, no connection is opened."""
    assert (offline.ingested.exit_code, offline.connections) == (0, 0)


def test_offline_falls_back_with_the_reason(offline: Watched) -> None:
    """Offline, the sample replaces MNIST, and the statistics name the setting as the reason."""
    source = offline.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "DIGITS_OFFLINE is set")


def test_offline_without_fallback_is_unreachable(strictly_offline: Watched) -> None:
    """Offline and without a fallback, MNIST is unreachable."""
    assert strictly_offline.ingested.errors[:1] == ["UnreachableError"]


def test_unreachable_is_an_input_error(strictly_offline: Watched) -> None:
    """UnreachableError is an InputError, with its exit code."""
    assert "InputError" in strictly_offline.ingested.errors
    assert strictly_offline.ingested.exit_code == 4


def test_unreachable_opens_no_connection_offline(strictly_offline: Watched) -> None:
    """Offline and without a fallback, no connection is opened either."""
    assert strictly_offline.connections == 0


def test_a_refusing_proxy_falls_back_with_the_reason(refused: Ingested) -> None:
    """If the proxy refuses connections, the sample replaces MNIST, and the statistics name host and reason."""
    source = refused.record.source
    reason = "storage.googleapis.com: the proxy does not connect"
    assert (source.name, source.why_not_tfds) == ("sample", reason)


def test_online_asks_the_proxy(tmp_path: Path) -> None:
    """By default, ingest connects through the proxy of the environment."""
    with Proxy("forbid") as proxy:
        assert ingest_through(proxy, tmp_path).connections == 1


# --- files copied by hand ---------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path: Path, fakes: Path) -> None:
    """A manual_dir without one of the original files is an input error that names only this file."""
    (fakes / DAMAGED).unlink()
    ingested = run_ingest(tmp_path, {}, manual_dir=fakes, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code) == (["InputError"], 4)
    assert f"found:    no {DAMAGED}\n" in ingested.message


def test_wrong_files_are_never_replaced_by_the_sample(tmp_path: Path, fakes: Path) -> None:
    """A manual_dir with other files is an input error without examples, whatever the fallback."""
    ingested = run_ingest(tmp_path, {}, manual_dir=fakes, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)


@pytest.mark.full
def test_a_damaged_file_is_never_replaced_by_the_sample(tmp_path: Path, originals: Path) -> None:
    """A manual_dir with one wrong byte is an input error without examples, whatever the fallback."""
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
def test_unzipped_files_are_the_originals_too(tmp_path: Path, originals: Path) -> None:
    """Unzipped files with a dot before idx, as on mirrors, are known by their content; a wrong byte is found."""
    for path in originals.glob("*.gz"):
        with gzip.open(path) as source, (tmp_path / path.stem.replace("-idx", ".idx")).open("wb") as target:
            shutil.copyfileobj(source, target)
    check_originals(tmp_path)
    flip_byte(tmp_path / "t10k-labels.idx1-ubyte")
    with pytest.raises(InputError) as caught:
        check_originals(tmp_path)
    assert caught.value.found == "t10k-labels.idx1-ubyte is damaged (10,008 bytes)"


@pytest.mark.full
def test_tfds_draws_no_bars(by_hand: Watched, downloaded: Watched) -> None:
    """TFDS's own progress bars are off, in the process of the download too."""
    assert [each for each in (by_hand, downloaded) if "\r" in each.ingested.output] == []


@pytest.mark.full
def test_files_by_hand_give_what_a_download_gives(by_hand: Watched, downloaded: Watched) -> None:
    """Original files copied by hand and downloaded ones give the same examples."""
    assert by_hand.ingested.content == downloaded.ingested.content


# --- the download --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Watched:
    """Download MNIST from a host that sends one wrong byte, with the sample as fallback."""
    with Proxy(Site(authority, originals, damaged=DAMAGED)) as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("damaged"), authority, fallback="sample")


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Watched:
    """Download MNIST, without a fallback."""
    with Proxy(Site(authority, originals)) as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("downloaded"), authority)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, downloaded: Watched) -> Watched:
    """Read a downloaded MNIST again, with no host in reach."""
    data_dir = downloaded.ingested.folder / "data"
    with Proxy("forbid") as proxy:
        return ingest_through(proxy, tmp_path_factory.mktemp("second"), data_dir=data_dir)


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: pytest.TempPathFactory, authority: Authority, originals: Path) -> Iterator[Watched]:
    """Download MNIST from a host that stalls half-way, with the sample as fallback."""
    with Proxy(Site(authority, originals, stall_after=500_000)) as proxy:
        yield ingest_through(proxy, tmp_path_factory.mktemp("stalled"), authority, fallback="sample", stall_seconds=3)


def read_original(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read the pictures and labels of an original pair of files."""
    import numpy as np

    pixels = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    return np.frombuffer(pixels, np.uint8).reshape(-1, 784), np.frombuffer(labels, np.uint8)


def sort_rows(images: NDArray[np.uint8], labels: NDArray[np.integer]) -> list[bytes]:
    """Return each picture with its label, in an order that depends only on their values."""
    import numpy as np

    return sorted(row.tobytes() for row in np.column_stack([images.reshape(len(labels), -1), labels]).astype(np.uint8))


@pytest.mark.full
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_a_download_gives_every_picture(downloaded: Watched, split: str, count: int) -> None:
    """A download gives 60,000 train pictures and 10,000 test pictures."""
    assert len(downloaded.ingested.examples.read(split)) == count


@pytest.mark.full
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_download_gives_the_original_pictures(downloaded: Watched, originals: Path, split: str) -> None:
    """A download gives the pictures of the original files, each with its label."""
    read = downloaded.ingested.examples.read(split)
    same = sort_rows(read.images, read.labels) == sort_rows(*read_original(originals, PARTS[split]))
    assert same  # compared above, or pytest prints the difference of 60,000 pictures


@pytest.mark.full
def test_a_download_needs_no_reason(downloaded: Watched) -> None:
    """The statistics of a download name TFDS as the source, without a reason against it."""
    source = downloaded.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("tfds", None)


@pytest.mark.full
def test_a_second_read_opens_no_connection(second: Watched) -> None:
    """Reading a downloaded MNIST again opens no connection."""
    assert (second.ingested.exit_code, second.connections) == (0, 0)


@pytest.mark.full
def test_a_second_read_gives_the_same_content(downloaded: Watched, second: Watched) -> None:
    """Reading a downloaded MNIST again gives the same content."""
    assert second.ingested.content == downloaded.ingested.content


@pytest.mark.full
def test_a_stalled_download_falls_back_with_the_reason(stalled: Watched) -> None:
    """If a download stalls, the sample replaces MNIST, and the statistics name the stall."""
    source = stalled.ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "the download stalled: no new byte for 3 s")


@pytest.mark.full
def test_a_stalled_download_had_begun(stalled: Watched) -> None:
    """A stalled download had connected for each of its files."""
    assert stalled.connections == 1 + len(FILES)


@pytest.mark.full
def test_a_stalled_download_leaves_no_process(stalled: Watched) -> None:
    """No process of a stalled download is left."""
    assert stalled.ingested.childless


@pytest.mark.full
def test_a_broken_download_falls_back_with_the_reason(tmp_path: Path, authority: Authority, originals: Path) -> None:
    """If a download breaks off, the sample replaces MNIST, and the statistics say so."""
    with Proxy(Site(authority, originals, cut_after=500_000)) as proxy:
        ingested = run_ingest(tmp_path, through(proxy.url, authority), fallback="sample")
    source = ingested.record.source
    assert (source.name, source.why_not_tfds) == ("sample", "the download was interrupted")


@pytest.mark.full
def test_a_download_ends_with_a_killed_ingest(tmp_path: Path, authority: Authority, originals: Path) -> None:
    """A download ends with the process that started it, even if that is killed."""
    with Proxy(Site(authority, originals, stall_after=500_000)) as proxy:
        with start_ingest(tmp_path, through(proxy.url, authority)) as process:
            assert proxy.await_connections(1 + len(FILES), seconds=PATIENCE)
            process.kill()
        assert proxy.idle.wait(PATIENCE)


@pytest.mark.full
def test_a_damaged_download_is_never_replaced_by_the_sample(damaged: Watched) -> None:
    """A download with one wrong byte is an input error without examples, whatever the fallback."""
    ingested = damaged.ingested
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)


@pytest.mark.full
def test_a_damaged_download_is_not_kept(
    damaged: Watched, authority: Authority, originals: Path, tmp_path: Path
) -> None:
    """After a damaged download, the next one into the same folder succeeds."""
    with Proxy(Site(authority, originals)) as proxy:
        again = ingest_through(proxy, tmp_path, authority, data_dir=damaged.ingested.folder / "data")
    assert again.ingested.exit_code == 0


@pytest.mark.full
def test_a_damaged_cache_is_an_input_error(downloaded: Watched, tmp_path: Path) -> None:
    """A wrong byte in TFDS's prepared files is an input error without examples, whatever the fallback."""
    data_dir = tmp_path / "copy"
    shutil.copytree(downloaded.ingested.folder / "data" / "mnist", data_dir / "mnist")
    flip_byte(next(data_dir.rglob("mnist-test.tfrecord-*")))
    ingested = run_ingest(tmp_path, {}, data_dir=data_dir, offline=True, fallback="sample")
    assert (ingested.errors[:1], ingested.exit_code, ingested.wrote_nothing) == (["InputError"], 4, True)
