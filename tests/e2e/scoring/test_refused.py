"""Arguments that are refused before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.scoring.command import score
from tests.project import Project, toy_project


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["3", "nowhere"], 4, "nowhere does not exist"),
        (["3/nothing*"], 4, "nothing matches 3/nothing*"),
        (["3", "gs://bucket/x"], 2, "do:       digits score gs://bucket/x --out x.parquet"),
        (["--files", "nowhere.txt"], 4, "--files nowhere.txt is no file"),
        ([".", "--out", "../x.jsonl", "--excel"], 2, "--excel is for CSV only"),
        ([".", "--out", "-"], 2, "do:       --out FILE.csv"),
        ([".", "--out", "x.xlsx"], 2, "there is no such format"),
        ([".", "--engine", "bean"], 2, 'did you mean "beam"?'),
        ([".", "--", "--runner=FlinkRunner"], 2, "the local engine takes no Beam options"),
        ([".", "--engine", "beam", "--", "--runner=DaskRunner"], 2, "it silently loses rows"),
        ([".", "--sheet", "nowhere/sheet.png"], 2, "there is no such folder"),
        ([".", "--sheet", "sheet.txt"], 2, "expected: a file ending in .png"),
        ([".", "--out", "nowhere/x.csv"], 2, "there is no such folder"),
        ([".", "--out", "nowhere/parts"], 2, "there is no such folder"),
        ([".", "--out", "."], 2, "is the folder being scored"),
        ([".", "--model", "v0099"], 2, "there is no model v0099"),
        ([".", "--workers", "0"], 2, "--workers"),
        ([], 2, "do:       digits score FOLDER"),
        (["nosuch://bucket/x", "--out", "../x.csv"], 4, "nosuch://bucket/x cannot be listed"),
    ],
)
def test_invalid_arguments_are_refused(
    arguments: list[str], status: int, message: str, sealed: Project, pictures: Path
) -> None:
    """Invalid arguments are refused before any work, and leave no file behind."""
    before = sorted(pictures.iterdir())
    assert score(sealed, pictures, *arguments)[0::2] == (status, _Containing(message))
    assert sorted(pictures.iterdir()) == before


class _Containing(str):
    """A text equal to any text that contains it, so that a failed comparison shows both."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in other

    __hash__ = str.__hash__


def test_without_a_champion_it_exits_4(pictures: Path, tmp_path: Path) -> None:
    """If the champion is asked for and there is none, the exit status is 4."""
    status, out, err = score(toy_project(tmp_path / "new"), tmp_path, pictures, "--model", "champion")
    assert (status, out) == (4, "")
    assert "there is no champion yet" in err
