"""Files of several pages: a row for each page, and still one file."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from inference.model.bundle import LoadedBundle
from tests.inference.pictures import as_file, sample
from tests.inference.scoring.folders import score


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of a TIFF of three pages (0, 1 and 2), a PNG (3), and a TIFF of too many pages."""
    folder = tmp_path_factory.mktemp("scans")
    stream = io.BytesIO()
    first, *rest = (Image.fromarray(255 - sample()[number * 500]).resize((280, 280)) for number in range(3))
    first.save(stream, "TIFF", save_all=True, append_images=rest)
    (folder / "a.tiff").write_bytes(stream.getvalue())
    (folder / "b.png").write_bytes(as_file(sample()[1500], "PNG"))
    chain = b"".join(b"\0\0" + at.to_bytes(4, "little") for at in range(14, 14 + 6 * 1200, 6))
    (folder / "c.tiff").write_bytes(b"II*\0\x08\0\0\0" + chain)
    return folder


@pytest.mark.parametrize("places", [True, False])
def test_each_page_has_a_row(scans: Path, loaded: LoadedBundle, tmp_path: Path, *, places: bool) -> None:
    """Every page has its row with its number, of one digit or of all; the files are counted as files."""
    scored = score(scans, loaded, tmp_path / "out.parquet", places=places)
    rows = pq.ParquetFile(tmp_path / "out.parquet").read().to_pylist()
    assert [(row["path"], row["page"], row["guess"]) for row in rows] == [
        ("a.tiff", 1, "0"),
        ("a.tiff", 2, "1"),
        ("a.tiff", 3, "2"),
        ("b.png", None, "3"),
        ("c.tiff", None, None),
    ]
    assert rows[-1]["reason"] == "a TIFF of more than 1000 pages"
    assert (scored.listed, scored.summary.files, scored.summary.scored) == (3, 3, 4)


def test_a_part_with_pages_is_kept(scans: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A part with more rows than files is whole: a second run scores nothing again."""
    assert [score(scans, loaded, tmp_path / "parts").kept for _ in range(2)] == [0, 3]
