"""Scoring a folder on this machine: the same rows whatever the setup, and every file accounted for."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring.folder import score_folder
from inference.scoring.ledger import Ledger
from inference.scoring.output import Output
from schemas.artifacts.predictions import prediction_schema
from schemas.errors import DigitsError, StageError, UsageError
from tests.inference.pictures import as_file, sample
from tests.inference.scoring.folders import MANY, job_of, parts_of, read_rows, score, write_mixed, write_pictures
from tests.waiting import PATIENCE

ACROSS = ("path", "digit", "guess", "decision", "reason")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 60 digits in ten folders, and one text named like a picture."""
    return write_mixed(tmp_path_factory.mktemp("few") / "pictures", 60)


def test_two_processes_give_the_same_bytes(many: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The output does not depend on the number of processes."""
    for workers in (1, 2):
        scored = score(many, loaded, tmp_path / f"{workers}.parquet", workers=workers)
        assert scored.listed == MANY
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_a_dead_worker_ends_the_run(many: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A bundle that no worker can load ends the run with an error."""
    broken = LoadedBundle(loaded.version, loaded.content, {**loaded.files, "model.tflite": b"no model"})
    with pytest.raises(StageError, match="a worker process died"):
        score(many, broken, tmp_path / "out.parquet", workers=2)


def test_every_file_is_counted(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The summary counts every file, and every file has a row."""
    scored = score(few, loaded, tmp_path / "out.parquet")
    files = {path.relative_to(few).as_posix() for path in few.rglob("*") if path.is_file()}
    assert set(read_rows(tmp_path / "out.parquet")) == files
    assert scored.listed == scored.summary.decisions.total() == len(files)


def test_rows_are_in_the_order_of_folders_and_names(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A folder's own files come first, then its subfolders, each sorted by name."""
    (few / "z.png").write_bytes(as_file(sample()[0], "PNG"))
    score(few, loaded, tmp_path / "out.parquet")
    (few / "z.png").unlink()
    paths = list(read_rows(tmp_path / "out.parquet"))
    assert paths == ["z.png", *sorted(paths[1:])]


def test_the_three_formats_hold_the_same_rows(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Parquet, CSV and JSON lines hold the same rows."""
    for suffix in ("parquet", "csv", "jsonl"):
        score(few, loaded, tmp_path / f"out.{suffix}")
    rows = list(read_rows(tmp_path / "out.parquet").values())
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    with (tmp_path / "out.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert lines == rows
    assert [tuple(row[name] for name in ACROSS) for row in cells] == [
        tuple(row[name] or "" for name in ACROSS) for row in rows
    ]
    assert [np.float32(row["confidence"] or 0) for row in cells] == [np.float32(row["confidence"] or 0) for row in rows]


def test_odd_names_are_whole_in_csv(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Names with quotes, commas and line breaks are one CSV cell each."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    names = ['a "b".png', "a,b.png", "a\nb.png", "a;'b.png"]
    for name in names:
        (folder / name).write_bytes(as_file(sample()[0], "PNG"))
    score(folder, loaded, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        assert sorted(row["path"] for row in csv.DictReader(file)) == sorted(names)


def test_a_csv_for_spreadsheets_holds_no_formula(loaded: LoadedBundle, tmp_path: Path) -> None:
    """With excel the CSV begins with a byte-order mark, and an apostrophe precedes what a spreadsheet would run."""
    folder = tmp_path / "-pictures"
    names = ["=1+1.png", "+1.png", "-1.png", "@SUM(1).png", "\t=1.png", "\r=1.png", "5=5.png", "ö.png"]
    for name in names:
        (folder / "-3").mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(as_file(sample()[0], "PNG"))
        (folder / "-3" / name).write_bytes(as_file(sample()[0], "PNG"))
    out = tmp_path / "out.csv"
    score_folder(job_of(folder, loaded, out, labels=True), Output(str(out), excel=True), workers=1)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    expected = {f"'{name}" for name in names[:6]} | set(names[6:]) | {f"'-3/{name}" for name in names}
    assert {row["path"] for row in rows} == expected
    assert {row["label"] for row in rows} == {"", "'-3"}


def test_a_folder_of_parts_holds_the_same_rows(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A partitioned output holds the rows of a single file, and nothing else."""
    score(few, loaded, tmp_path / "out.parquet")
    score(few, loaded, tmp_path / "parts")
    assert read_rows(tmp_path / "parts") == read_rows(tmp_path / "out.parquet")
    assert {path.suffix for path in (tmp_path / "parts").iterdir()} == {".parquet"}


def test_parts_are_deleted_once_the_file_is_complete(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A completed run leaves only the output."""
    score(few, loaded, tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_a_changed_file_rewrites_one_part(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """After one file changes, a rerun rewrites the part of its shard and keeps the others."""
    score(few, loaded, tmp_path / "parts")
    before = parts_of(tmp_path / "parts")
    os.utime(few / "3" / "00013.png", ns=(1, 1))
    scored = score(few, loaded, tmp_path / "parts")
    after = parts_of(tmp_path / "parts")
    assert (len(before), len(before.items() & after.items()), len(after)) == (10, 9, 10)
    assert scored.listed - scored.kept == 6


def test_parts_of_deleted_files_are_deleted(loaded: LoadedBundle, tmp_path: Path) -> None:
    """A rerun deletes the parts of deleted files."""
    folder = write_pictures(tmp_path / "pictures", 30)
    score(folder, loaded, tmp_path / "parts")
    for path in (folder / "3").iterdir():
        path.unlink()
    score(folder, loaded, tmp_path / "parts")
    assert len(parts_of(tmp_path / "parts")) == 9
    assert not [path for path in read_rows(tmp_path / "parts") if path.startswith("3/")]


def test_foreign_files_stay(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Other files in the output folder stay."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "mine.parquet").write_bytes(b"mine")
    score(few, loaded, tmp_path / "parts")
    assert (tmp_path / "parts" / "mine.parquet").read_bytes() == b"mine"


def test_half_written_parts_are_deleted(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A run deletes half-written parts of a killed process."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / f".{'0' * 32}.parquet.01234567").write_bytes(b"half")
    score(few, loaded, tmp_path / "parts")
    assert {path.suffix for path in (tmp_path / "parts").iterdir()} == {".parquet"}


def test_force_scores_everything_again(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """With --force no part is kept, and the rows stay the same."""
    score(few, loaded, tmp_path / "parts")
    before, rows = parts_of(tmp_path / "parts"), read_rows(tmp_path / "parts")
    scored = score(few, loaded, tmp_path / "parts", force=True)
    assert scored.kept == 0
    assert not before.items() & parts_of(tmp_path / "parts").items()
    assert read_rows(tmp_path / "parts") == rows


def test_another_model_keeps_nothing(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Another model keeps none of the parts."""
    score(few, loaded, tmp_path / "parts")
    other = LoadedBundle("v0002-00000000", "0" * 64, loaded.files)
    assert score(few, other, tmp_path / "parts").kept == 0
    assert {row["model"] for row in read_rows(tmp_path / "parts").values()} == {"v0002-00000000"}


def test_other_columns_keep_nothing(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """An output with another column keeps none of the parts."""
    score(few, loaded, tmp_path / "parts")
    assert score(few, loaded, tmp_path / "parts", sha256=True).kept == 0


def test_sha256_is_that_of_the_file(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The digest is the SHA-256 of the file, whether it is a picture or not."""
    score(few, loaded, tmp_path / "out.parquet", sha256=True)
    rows = read_rows(tmp_path / "out.parquet")
    expected = {path: hashlib.sha256((few / path).read_bytes()).hexdigest() for path in rows}
    assert {path: row["sha256"] for path, row in rows.items()} == expected


def test_probabilities_add_up(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Each answer has ten probabilities with the sum 1 that include its confidence; in CSV they are ten columns."""
    score(few, loaded, tmp_path / "out.parquet", probabilities=True)
    score(few, loaded, tmp_path / "out.csv", probabilities=True)
    for row in read_rows(tmp_path / "out.parquet").values():
        if row["guess"]:
            assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)
            assert row["probabilities"][int(row["guess"])] == row["confidence"]
    with (tmp_path / "out.csv").open(newline="") as file:
        header = next(csv.reader(file))
    assert header[-10:] == [f"probability_{digit}" for digit in range(10)]


def test_labels_are_those_of_the_folders(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The label is the name of a picture's folder, and the accuracy covers only the answers."""
    scored = score(few, loaded, tmp_path / "out.parquet", labels=True)
    rows = read_rows(tmp_path / "out.parquet")
    pairs = [(row["label"], row["digit"]) for row in rows.values() if row["decision"] == "answered"]
    assert {path.split("/")[0] for path in rows} == {row["label"] for row in rows.values()}
    labels = scored.summary.labels
    assert labels
    assert labels.accuracy == sum(label == digit for label, digit in pairs) / len(pairs)
    assert (labels.answered.total(), labels.confusion.total()) == (len(pairs), 60)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_an_empty_folder_has_no_rows(suffix: str, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Scoring an empty folder writes an output with its columns and no rows."""
    (tmp_path / "pictures").mkdir()
    out = tmp_path / f"out.{suffix}"
    scored = score(tmp_path / "pictures", loaded, out)
    assert scored.listed == 0
    names = prediction_schema(10).names
    expected = {"csv": ",".join(f'"{name}"' for name in names) + "\n", "jsonl": ""}
    if suffix == "parquet":
        assert pq.read_table(out).column_names == names
    else:
        assert out.read_text() == expected[suffix]


def test_a_folder_without_pictures_is_accounted_for(loaded: LoadedBundle, tmp_path: Path) -> None:
    """A folder of other files has a skipped row for each."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a.txt", "b.py", ".c"):
        (folder / name).write_text("no picture")
    scored = score(folder, loaded, tmp_path / "out.parquet")
    assert scored.summary.decisions == {"skipped": 3}


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "parts"])
def test_an_output_inside_the_folder_is_not_scored(name: str, loaded: LoadedBundle, tmp_path: Path) -> None:
    """An output inside the scored folder is not listed, whether it is a file or a folder."""
    folder = write_pictures(tmp_path, 10)
    assert [score(folder, loaded, folder / name).listed for _ in range(2)] == [10, 10]


def test_the_scored_folder_cannot_hold_the_parts(few: Path, loaded: LoadedBundle) -> None:
    """The scored folder is refused as output: the next run would score the parts."""
    with pytest.raises(UsageError, match="is the folder being scored"):
        score(few, loaded, few)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """An unknown output format is refused before anything is scored."""
    with pytest.raises(UsageError, match="there is no such format"):
        Output(str(tmp_path / "out.xlsx"))


def test_a_missing_part_is_named(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The error of the final check names a missing part."""
    ledger = _ledger(few, loaded, tmp_path)
    gone = ledger.names[4]
    (tmp_path / "parts" / gone).unlink()
    with pytest.raises(StageError, match="6 of 61 files are not accounted for") as raised:
        ledger.check()
    assert gone in str(raised.value)


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more"])
def test_a_damaged_part_is_scored_again(damage: bytes, few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A part that cannot be read is scored again."""
    ledger = _ledger(few, loaded, tmp_path)
    before = read_rows(tmp_path / "parts")
    (tmp_path / "parts" / ledger.names[4]).write_bytes(damage)
    assert score(few, loaded, tmp_path / "parts").kept == 55
    assert read_rows(tmp_path / "parts") == before


def test_a_part_damaged_during_the_run_is_named(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The error of the final check names an unreadable part, and the part is deleted."""
    ledger = _ledger(few, loaded, tmp_path)
    part = tmp_path / "parts" / ledger.names[4]
    part.write_bytes(b"PAR1 and no more")
    with pytest.raises(StageError, match="6 of 61 files are not accounted for") as raised:
        ledger.check()
    assert part.name in str(raised.value)
    assert not part.exists()


def test_a_flipped_bit_in_a_part_is_found(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A part with a flipped bit is named, and the next run scores it again."""
    ledger = _ledger(few, loaded, tmp_path)
    part = tmp_path / "parts" / ledger.names[4]
    data = bytearray(part.read_bytes())
    data[60] ^= 1
    part.write_bytes(data)
    with pytest.raises(StageError, match=f"{part.name} is damaged"):
        score(few, loaded, tmp_path / "parts")
    assert score(few, loaded, tmp_path / "parts").kept == 55


def test_a_part_with_too_few_rows_is_found(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A part that lacks a row does not count as complete."""
    ledger = _ledger(few, loaded, tmp_path)
    part = tmp_path / "parts" / ledger.names[0]
    pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(StageError, match="7 of 61 files are not accounted for"):
        ledger.check()


def test_two_processes_on_one_output_are_refused(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """While one process writes an output, another one is refused."""
    code = "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(1); input()"
    (tmp_path / "out.csv.parts").mkdir()
    command = [sys.executable, "-uc", code, str(tmp_path / "out.csv.parts" / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(UsageError, match="is being written by another process"):
            score(few, loaded, tmp_path / "out.csv")
        other.stdin.close()
        other.wait(PATIENCE)
    assert score(few, loaded, tmp_path / "out.csv").listed == 61


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """Return a disk of 128 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_keeps_finished_parts(few: Path, loaded: LoadedBundle, small_disk: Path) -> None:
    """On a full disk the error says so, finished parts stay, and a run with more room resumes."""
    (small_disk / "filling").write_bytes(bytes(64 * 1024))
    with pytest.raises(StageError, match=r"out\.csv cannot be written") as raised:
        score(few, loaded, small_disk / "out.csv")
    assert "No space left on device" in str(raised.value)
    kept = parts_of(small_disk / "out.csv.parts")
    assert kept
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    assert score(few, loaded, small_disk / "out.csv").kept >= 6 * len(kept)


def test_a_file_size_limit_keeps_finished_parts(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """If the output cannot be written whole, all parts stay, no half-written output appears, and a rerun completes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, before[1]))
    try:
        with pytest.raises(StageError, match=r"out\.jsonl cannot be written"):
            score(few, loaded, tmp_path / "out.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl.parts"]
    assert score(few, loaded, tmp_path / "out.jsonl").kept == 61


def test_an_output_in_a_file_is_refused(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """An output below a file is refused."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DigitsError, match="there is no such folder"):
        score(few, loaded, tmp_path / "file" / "out.parquet")


def test_the_result_does_not_depend_on_the_path(few: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Scoring the folder through a link gives the same bytes."""
    (tmp_path / "link").symlink_to(few)
    score(few, loaded, tmp_path / "one.parquet")
    score(tmp_path / "link", loaded, tmp_path / "other.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def _ledger(folder: Path, loaded: LoadedBundle, tmp_path: Path) -> Ledger:
    """Score into tmp_path/parts, and return its ledger."""
    work = job_of(folder, loaded, tmp_path / "parts")
    score_folder(work, Output(str(tmp_path / "parts")), workers=1)
    ledger = Ledger(work, str(tmp_path / "parts"))
    assert list(ledger.tasks(set(parts_of(tmp_path / "parts")))) == []
    return ledger
