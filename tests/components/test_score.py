"""The score stage: a folder read with a bundle, as a table and a summary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.score import ScoreConfig, score
from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.predictions import Predictions
from schemas.errors import InputError
from tests.inference.scoring.folders import read_rows, write_mixed
from tests.samples import make_output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 20 digits, and a text named like a picture."""
    return write_mixed(tmp_path_factory.mktemp("stage") / "pictures", 20)


@pytest.fixture(scope="module")
def scored(folder: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Output[Predictions]:
    """Return the stage's output for that folder."""
    output = make_output(Predictions, tmp_path_factory.mktemp("scored") / "out")
    score(Bundle(bundle), output, ScoreConfig(folder=folder, labels=True, sha256=True))
    return output


def test_every_file_has_a_row(folder: Path, scored: Output[Predictions]) -> None:
    """The table has a row for each file in the folder, with the requested columns."""
    rows = read_rows(scored.path / Predictions.TABLE)
    assert set(rows) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"label", "sha256"} <= set(next(iter(rows.values())))


def test_the_counts_are_those_of_the_rows(scored: Output[Predictions]) -> None:
    """The summary holds the count of each decision, the accuracy and the drift."""
    document = json.loads((scored.path / Predictions.SUMMARY).read_bytes())
    decisions = [row["decision"] for row in read_rows(scored.path / Predictions.TABLE).values()]
    counts = {name: decisions.count(name) for name in ("unsure", "unreadable", "skipped")}
    counts["scored"] = decisions.count("answered")
    labels = {"accuracy": document["accuracy"], "labelled": 21, "answered": counts["scored"]}
    assert document == {"listed": 21, **counts, **labels, "drift": None}
    assert counts["unreadable"] == 1


def test_nothing_else_is_written(scored: Output[Predictions]) -> None:
    """The artifact holds two files, and the parts are deleted."""
    assert sorted(path.name for path in scored.path.iterdir()) == [Predictions.TABLE, Predictions.SUMMARY]
    assert list(scored.scratch.iterdir()) == []


def test_a_rerun_of_the_stage_writes_the_same_bytes(
    folder: Path, bundle: Path, scored: Output[Predictions], tmp_path: Path
) -> None:
    """A second execution of the stage writes the same bytes."""
    again = make_output(Predictions, tmp_path / "again")
    score(Bundle(bundle), again, ScoreConfig(folder=folder, labels=True, sha256=True))
    for name in (Predictions.TABLE, Predictions.SUMMARY):
        assert (again.path / name).read_bytes() == (scored.path / name).read_bytes()


def test_a_missing_folder_is_an_input_error(bundle: Path, tmp_path: Path) -> None:
    """The error names the missing folder."""
    with pytest.raises(InputError, match="nowhere is not a folder"):
        score(Bundle(bundle), make_output(Predictions, tmp_path / "out"), ScoreConfig(folder=tmp_path / "nowhere"))
