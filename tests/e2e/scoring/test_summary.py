"""What `digits score` prints and draws, and its exit codes."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.e2e.scoring.command import command_of, score
from tests.inference.scoring.folders import read_rows
from tests.project import Project
from tests.terminal import run_in_terminal

KEYS = [
    *("listed", "scored", "unsure", "unreadable", "skipped"),
    *("output", "seconds", "images_per_second", "engine", "model"),
]
LABELS = [
    *("labelled", "answered", "answered_right", "guessed", "guessed_right"),
    *("accuracy", "coverage", "accuracy_with_guesses"),
    *("unlabelled", "unlabelled_folders", "classes", "confusion"),
]
LOADED = """
import sys
from pipeline.cli.main import app
app(["-C", *sys.argv[1:]], standalone_mode=False)
print(*[name for name in ("tensorflow", "keras", "apache_beam", "pandas", "matplotlib", "rich") if name in sys.modules])
"""


def test_the_summary_counts_every_file(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """On success, the summary has the counts, a bar for each digit and the output, and stderr is empty."""
    status, out, err = score(sealed, tmp_path, pictures)
    assert (status, err) == (0, "")
    assert out.startswith("100 files: 100 digits, 0 unsure, 0 unreadable, 0 skipped\n")
    assert re.findall(r"^(\d) +\d+  #*$", out, re.MULTILINE) == list("0123456789")
    assert re.search(r"^output +predictions\.parquet$", out, re.MULTILINE)
    assert len(read_rows(tmp_path / "predictions.parquet")) == 100


def test_unreadable_files_exit_5(sealed: Project, mixed: Path, tmp_path: Path) -> None:
    """Unreadable files exit with 5 and are listed with reasons and escaped paths; the others are scored."""
    status, out, _ = score(sealed, tmp_path, mixed, "--out", "out.csv")
    assert status == 5
    assert "2 unreadable, 1 skipped" in out
    assert re.search(r"^unreadable +a text file +bad\.png +1$", out, re.MULTILINE)
    assert re.search(r"^unreadable +an empty file +\\xff\\x1b\[31m\.png +1$", out, re.MULTILINE)
    assert re.search(r"^skipped +not named like a picture +notes\.txt +1$", out, re.MULTILINE)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 23


def test_json_has_these_keys(sealed: Project, pictures: Path, bundle: Path, tmp_path: Path) -> None:
    """--json prints one document with these keys in this order."""
    status, out, _ = score(sealed, tmp_path, pictures, "--json")
    document: dict[str, Any] = json.loads(out)
    assert (status, list(document)) == (0, KEYS)
    assert [document[name] for name in KEYS[:5]] == [100, 100, 0, 0, 0]
    assert document["output"] == str(tmp_path / "predictions.parquet")
    assert (document["engine"], document["model"]) == ("local", bundle.resolve().name)
    assert min(document["seconds"], document["images_per_second"]) > 0


def test_labels_give_the_accuracy(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """With --labels, the summary and the document have the accuracy and the confusion matrix."""
    document = json.loads(score(sealed, tmp_path, pictures, "--labels", "--json")[1])
    assert list(document) == [*KEYS, *LABELS]
    assert [document[name] for name in LABELS[:5]] == [100, 100, 100, 0, 0]
    assert (document["accuracy"], document["coverage"]) == (1, 1)
    assert document["confusion"] == [[10 * (row == column) for column in range(10)] for row in range(10)]
    out = score(sealed, tmp_path, pictures, "--labels", "--out", "again.csv")[1]
    assert "accuracy 100.00%" in out
    rows = [line.split()[1:] for line in re.findall(r"^\d(?: +(?:\d+|\.)){10}$", out, re.MULTILINE)]
    assert [[int(cell.replace(".", "0")) for cell in row] for row in rows] == document["confusion"]


def test_a_sheet_is_drawn(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--sheet writes one picture of the least certain, and says where."""
    status, _, err = score(sealed, tmp_path, pictures, "--sheet", "sheet.png")
    sheet = cv2.imdecode(np.frombuffer((tmp_path / "sheet.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    message = "0 of 0 unsure, then 48 of 100 digits"
    assert (status, err) == (0, f"least certain pictures drawn in sheet.png: {message}\n")
    assert sheet is not None


def test_an_empty_folder_is_scored(sealed: Project, tmp_path: Path) -> None:
    """An empty folder gives exit status 0 and an output without rows."""
    (tmp_path / "empty").mkdir()
    status, out, err = score(sealed, tmp_path, "empty", "--sheet", "sheet.png")
    drawn = "least certain pictures drawn in sheet.png: 0 of 0 unsure, then 0 of 0 digits\n"
    assert (status, err) == (0, f"{drawn}warning: no picture in empty was read\n")
    assert out.startswith("0 files: 0 digits, 0 unsure, 0 unreadable, 0 skipped\n")
    assert read_rows(tmp_path / "predictions.parquet") == {}


def test_beam_gives_the_same_bytes(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--engine beam writes the local engine's bytes, names its runner, and prints nothing else."""
    score(sealed, tmp_path, pictures, "--out", "local.parquet")
    status, out, err = score(sealed, tmp_path, pictures, "--out", "beam.parquet", "--engine", "beam", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["engine"] == "FnApiRunner"
    assert (tmp_path / "beam.parquet").read_bytes() == (tmp_path / "local.parquet").read_bytes()


def test_no_slow_library_is_imported(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """The local engine imports neither TensorFlow nor Beam."""
    command = [sys.executable, "-c", LOADED, sealed.path, "score", pictures, "--out", tmp_path / "out.parquet"]
    done = subprocess.run(command, env=sealed.variables(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("columns", [40, 80])
def test_the_output_fits_the_terminal(columns: int, sealed: Project, mixed: Path, tmp_path: Path) -> None:
    """No line of the output is wider than the terminal."""
    session = run_in_terminal(
        command_of(sealed, mixed, "--out", "out.csv", "--labels"), columns, sealed.variables(), tmp_path
    )
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", session.raw.decode())
    assert session.status == 5
    assert max(len(line.rpartition("\r")[2]) for line in plain.replace("\r\n", "\n").splitlines()) <= columns
