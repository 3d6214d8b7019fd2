"""Folders scored with a row for each digit."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from inference.model.bundle import LoadedBundle
from inference.model.reader import Reader
from inference.scoring.page_rows import score_page
from tests.inference.numbers.pages import boxed
from tests.inference.pictures import as_file
from tests.inference.scoring.folders import score

GRID = as_file(boxed("5_0", "_7_"), "PNG")


def test_an_empty_box_has_a_row(reader: Reader) -> None:
    """Each digit and each empty box has a row with its line and position."""
    rows = score_page(GRID, reader)
    places = [(row.line, row.position, row.decision, row.digit) for row in rows]
    assert places == [
        (1, 1, "answered", "5"),
        (1, 2, "empty", None),
        (1, 3, "answered", "0"),
        (2, 1, "empty", None),
        (2, 2, "answered", "7"),
        (2, 3, "empty", None),
    ]


def test_a_rerun_keeps_its_parts(loaded: LoadedBundle, tmp_path: Path) -> None:
    """A part with a row for each digit counts its files: the rerun into a folder scores nothing again."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "grid.png").write_bytes(GRID)
    first, again = (score(tmp_path / "pages", loaded, tmp_path / "out", places=True) for _ in range(2))
    assert (first.listed, first.kept, again.kept) == (1, 0, 1)
    assert pq.read_table(tmp_path / "out").num_rows == 6


def test_empty_boxes_have_no_label(loaded: LoadedBundle, tmp_path: Path) -> None:
    """With labels, every digit of a page in the folder 7 counts as a 7, and its empty boxes do not."""
    (tmp_path / "pages" / "7").mkdir(parents=True)
    (tmp_path / "pages" / "7" / "page.png").write_bytes(as_file(boxed("7_7"), "PNG"))
    labels = score(tmp_path / "pages", loaded, tmp_path / "out.csv", places=True, labels=True).summary.labels
    assert labels is not None
    assert (labels.labelled, labels.accuracy) == (2, 1.0)
