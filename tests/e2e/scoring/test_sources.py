"""What can be scored besides a folder: archives, lists, globs and links."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.e2e.scoring.command import command_of, score
from tests.inference.scoring.folders import read_rows
from tests.project import Project


def test_an_archive_is_scored_and_resumed(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A zip of a folder has the rows of the folder; a second run of it into a folder of parts scores nothing again."""
    shutil.make_archive(str(tmp_path / "my scans"), "zip", pictures)
    first, again = (score(sealed, tmp_path, "my scans.zip", "--out", "parts", "--labels") for _ in range(2))
    assert (first[0], again[0]) == (0, 0)
    assert "100 files kept from an earlier run" in again[1]
    score(sealed, tmp_path, pictures, "--out", "folder.parquet", "--labels")
    assert read_rows(tmp_path / "parts") == read_rows(tmp_path / "folder.parquet")


def test_a_damaged_archive_exits_4(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A zip that is cut short is refused by name, and no output is written."""
    whole = Path(shutil.make_archive(str(tmp_path / "scans"), "zip", pictures / "3")).read_bytes()
    (tmp_path / "scans.zip").write_bytes(whole[:-100])
    status, _, err = score(sealed, tmp_path, "scans.zip")
    assert (status, "scans.zip cannot be unpacked" in err) == (4, True)
    assert [path.name for path in tmp_path.iterdir()] == ["scans.zip"]


def test_a_list_names_files_folders_and_globs(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """Paths of the command line, quoted globs and a list on standard input are scored together, each file once."""
    (tmp_path / "here").symlink_to(pictures)
    command = command_of(sealed, "here/3", "here/3/3?.png", "--files", "-", "--out", "out.parquet", "--json")
    listed = "here/7/70.png\r\nhere/7/71.png\nhere/3\n"
    done = subprocess.run(
        command, cwd=tmp_path, env=sealed.variables(), input=listed, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["listed"] == 12
    expected = {f"here/3/{number}.png" for number in range(30, 40)} | {"here/7/70.png", "here/7/71.png"}
    assert set(read_rows(tmp_path / "out.parquet")) == expected


def test_a_folder_of_links_alone_exits_5(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """Nothing is read of a folder of links: the exit status is 5, and the advice reads them."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.png").symlink_to(pictures / "3" / "30.png")
    status, _, err = score(sealed, tmp_path, "links")
    assert (status, "1 of 1 files are links; add --follow" in err) == (5, True)
    assert score(sealed, tmp_path, "links", "--force", "--follow")[0] == 0
