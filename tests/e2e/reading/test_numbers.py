"""`digits predict --all` and `digits cut`, from the command line."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from components.sources.pictures.folder import read_folder
from tests.forked import run_forked
from tests.inference.numbers.pages import boxed, written
from tests.inference.pictures import as_file
from tests.project import DIGITS, Project

DIGIT = ["position", "box", "decision", "reason", "digit", "guess", "confidence", "runner_up"]
GRID = ("01234", "56789", "98765", "43210")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a number, a grid and a text file."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "number.png").write_bytes(as_file(written("2024"), "PNG"))
    (folder / "grid.png").write_bytes(as_file(boxed(*GRID), "PNG"))
    (folder / "notes.txt").write_text("milk, bread")
    return folder


def _run(sealed: Project, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_forked([str(DIGITS), "-C", str(sealed.path), *arguments], sealed.variables(), folder)


def test_each_line_has_a_row(sealed: Project, pages: Path) -> None:
    """The table has a row for each line of each page; a file that cannot be read has one, and the exit code is 5."""
    done = _run(sealed, pages, "predict", "--all", "number.png", "notes.txt", "grid.png")
    rows = done.stdout.splitlines()
    assert done.returncode == 5
    assert rows[0].split() == ["file", "line", "number", "least", "certain", "decision"]
    assert re.fullmatch(r"number.png +1 +2024 +\S+ % +answered", rows[1])
    assert re.fullmatch(r"notes.txt +unreadable: a text file", rows[2])
    assert [row.split()[2] for row in rows[3:]] == list(GRID)


def test_json_has_every_digit_with_its_box(sealed: Project, pages: Path) -> None:
    """--json prints a document for each page, with the same keys for each digit."""
    [page] = json.loads(_run(sealed, pages, "predict", "--all", "number.png", "--json").stdout)
    assert list(page) == ["path", "decision", "reason", "lines", "model"]
    assert (page["path"], page["decision"], page["lines"][0]["number"]) == ("number.png", "answered", "2024")
    assert [list(digit) for digit in page["lines"][0]["digits"]] == [DIGIT] * 4
    assert [digit["digit"] for digit in page["lines"][0]["digits"]] == list("2024")


def test_the_sheet_is_drawn(sealed: Project, pages: Path, tmp_path: Path) -> None:
    """--sheet writes the page with its boxes and says where."""
    sheet = tmp_path / "sheet.png"
    done = _run(sealed, pages, "predict", "--all", "number.png", "--sheet", str(sheet))
    assert (done.returncode, done.stderr) == (0, f"digits drawn in {sheet}\n")
    assert sheet.read_bytes().startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def scored(sealed: Project, pages: Path) -> tuple[dict[str, object], list[dict[str, str]]]:
    """Score that folder with a row for each digit; return the summary and the rows."""
    done = _run(sealed, pages, "score", ".", "--all", "--out", "../digits.csv", "--json")
    with (pages / "../digits.csv").open(newline="") as file:
        return json.loads(done.stdout), list(csv.DictReader(file))


def test_each_digit_has_a_row(scored: tuple[dict[str, object], list[dict[str, str]]]) -> None:
    """`score --all` writes a row for each digit, with line and position, and counts digits and files apart."""
    summary, rows = scored
    grid = {(row["line"], row["position"]): row["digit"] for row in rows if row["path"] == "grid.png"}
    assert grid == {(f"{i}", f"{j}"): d for i, line in enumerate(GRID, 1) for j, d in enumerate(line, 1)}
    assert (summary["listed"], summary["scored"]) == (3, 24)


def test_a_file_without_digits_has_a_row(scored: tuple[dict[str, object], list[dict[str, str]]]) -> None:
    """A file in which nothing is read has one row, without a place."""
    [row] = [row for row in scored[1] if row["path"] == "notes.txt"]
    assert (row["decision"], row["line"], row["left"], row["digit"]) == ("skipped", "", "", "")


def test_the_box_of_a_row_is_that_of_predict(
    sealed: Project, pages: Path, scored: tuple[dict[str, object], list[dict[str, str]]]
) -> None:
    """The box in a row is the box that `predict --all` prints."""
    [page] = json.loads(_run(sealed, pages, "predict", "--all", "number.png", "--json").stdout)
    boxes = [[str(side) for side in digit["box"].values()] for digit in page["lines"][0]["digits"]]
    columns = ("left", "top", "box_width", "box_height")
    assert [[row[name] for name in columns] for row in scored[1] if row["path"] == "number.png"] == boxes


def test_steps_are_of_one_digit(sealed: Project, pages: Path) -> None:
    """--show draws the steps of one digit: with --all it is refused, and the message names --sheet."""
    done = _run(sealed, pages, "predict", "--all", "--show", "number.png")
    assert done.returncode == 2
    assert "use --sheet" in done.stderr


def test_a_page_becomes_a_data_set(sealed: Project, pages: Path, tmp_path: Path) -> None:
    """`digits cut` writes folders that the source `folder` reads: the classes are the digits of the page."""
    done = _run(sealed, pages, "cut", "grid.png", "--out", str(tmp_path / "mine"))
    assert (done.returncode, done.stdout.splitlines()[-1].split(",")[0]) == (0, "20 digits cut")
    result = read_folder(tmp_path / "mine", 0.2, 0)
    assert result.splits["train"].classes == tuple("0123456789")
    assert sum(len(split) for split in result.splits.values()) == 20


def test_an_unreadable_page_exits_5(sealed: Project, pages: Path, tmp_path: Path) -> None:
    """A page that cannot be read is named with its reason, the others are cut, and the exit code is 5."""
    done = _run(sealed, pages, "cut", "notes.txt", "number.png", "--out", str(tmp_path / "mine"), "--json")
    assert (done.returncode, done.stderr) == (5, "notes.txt: unreadable: a text file\n")
    document = json.loads(done.stdout)
    assert document.pop("model").startswith("v0001-")
    assert document == {"written": {"0": 1, "2": 2, "4": 1}, "unsure": 0, "kept": 0, "without_guess": 0}


def test_pages_of_one_name_are_refused(sealed: Project, pages: Path, tmp_path: Path) -> None:
    """Two pages whose pictures would have the same names are refused before anything is written."""
    done = _run(sealed, pages, "cut", "number.png", "copy/number.png", "--out", str(tmp_path / "mine"))
    assert done.returncode == 2
    assert not (tmp_path / "mine").exists()
