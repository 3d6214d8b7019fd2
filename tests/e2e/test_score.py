"""`digits score`, from the command line."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.forked import run_forked
from tests.inference.pictures import as_file, sample
from tests.inference.scoring.folders import parts_of, read_rows, write_pictures
from tests.project import DIGITS, Project, toy_project
from tests.terminal import run_in_terminal
from tests.waiting import wait_for

KEYS = [
    *("listed", "scored", "unsure", "unreadable", "skipped"),
    *("output", "seconds", "images_per_second", "engine", "model"),
]
LABELS = [
    *("labelled", "answered", "answered_right", "guessed", "guessed_right"),
    *("accuracy", "coverage", "accuracy_with_guesses"),
    *("unlabelled", "unlabelled_folders", "classes", "confusion"),
]
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
ATTEMPTS = 5
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
LOADED = """
import sys
from pipeline.cli.main import app
app(["-C", *sys.argv[1:]], standalone_mode=False)
print(*[name for name in ("tensorflow", "keras", "apache_beam", "pandas", "matplotlib", "rich") if name in sys.modules])
"""

# In a new process, because child processes inherit the peak memory of their parent.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 100 MNIST digits in folders named after their labels."""
    folder = tmp_path_factory.mktemp("score") / "pictures"
    for number in range(100):
        path = folder / f"{number // 10}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_file(sample()[number * 50], "PNG"))
    return folder


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 20 digits, two unreadable files, one with an odd name, and a file that is not a picture."""
    folder = write_pictures(tmp_path_factory.mktemp("mixed") / "pictures", 20)
    (folder / "bad.png").write_text("two pints of milk, and bread")
    (folder / "notes.txt").write_text("two pints of milk, and bread")
    (folder / os.fsdecode(b"\xff\x1b[31m.png")).write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def undisturbed(sealed: Project, many: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the output of an undisturbed run."""
    out = tmp_path_factory.mktemp("undisturbed") / "out.parquet"
    _score(sealed, out.parent, many, "--out", out, "--workers=1")
    return out.read_bytes()


def _command(sealed: Project, *arguments: str | Path) -> list[str]:
    return [str(DIGITS), "-C", str(sealed.path), "score", *map(str, arguments)]


def _score(sealed: Project, place: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command in a folder; return its exit status, stdout and stderr."""
    done = run_forked(_command(sealed, *arguments), sealed.variables(), place)
    return done.returncode, done.stdout, done.stderr


def _start(sealed: Project, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command in a new session, as a terminal does."""
    return subprocess.Popen(
        _command(sealed, *arguments),
        env=sealed.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _left_over(session: int) -> list[str]:
    """Return the command lines of the processes in a session."""
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except (OSError, IndexError):
            continue
    return found


def test_the_summary_counts_every_file(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """On success, the summary has the counts, a bar for each digit and the output, and stderr is empty."""
    status, out, err = _score(sealed, tmp_path, pictures)
    assert (status, err) == (0, "")
    assert out.startswith("100 files: 100 digits, 0 unsure, 0 unreadable, 0 skipped\n")
    assert re.findall(r"^(\d) +\d+  #*$", out, re.MULTILINE) == list("0123456789")
    assert re.search(r"^output +predictions\.parquet$", out, re.MULTILINE)
    assert len(read_rows(tmp_path / "predictions.parquet")) == 100


def test_unreadable_files_exit_5(sealed: Project, mixed: Path, tmp_path: Path) -> None:
    """Unreadable files exit with 5 and are listed with reasons and escaped paths; the others are scored."""
    status, out, _ = _score(sealed, tmp_path, mixed, "--out", "out.csv")
    assert status == 5
    assert "2 unreadable, 1 skipped" in out
    assert re.search(r"^unreadable +a text file +bad\.png +1$", out, re.MULTILINE)
    assert re.search(r"^unreadable +an empty file +\\xff\\x1b\[31m\.png +1$", out, re.MULTILINE)
    assert re.search(r"^skipped +not named like a picture +notes\.txt +1$", out, re.MULTILINE)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 23


def test_json_has_these_keys(sealed: Project, pictures: Path, bundle: Path, tmp_path: Path) -> None:
    """--json prints one document with these keys in this order."""
    status, out, _ = _score(sealed, tmp_path, pictures, "--json")
    document: dict[str, Any] = json.loads(out)
    assert (status, list(document)) == (0, KEYS)
    assert [document[name] for name in KEYS[:5]] == [100, 100, 0, 0, 0]
    assert document["output"] == str(tmp_path / "predictions.parquet")
    assert (document["engine"], document["model"]) == ("local", bundle.resolve().name)
    assert min(document["seconds"], document["images_per_second"]) > 0


def test_labels_give_the_accuracy(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """With --labels, the summary and the document have the accuracy and the confusion matrix."""
    document = json.loads(_score(sealed, tmp_path, pictures, "--labels", "--json")[1])
    assert list(document) == [*KEYS, *LABELS]
    assert [document[name] for name in LABELS[:5]] == [100, 100, 100, 0, 0]
    assert (document["accuracy"], document["coverage"]) == (1, 1)
    assert document["confusion"] == [[10 * (row == column) for column in range(10)] for row in range(10)]
    out = _score(sealed, tmp_path, pictures, "--labels", "--out", "again.csv")[1]
    assert "accuracy 100.00%" in out
    rows = [line.split()[1:] for line in re.findall(r"^\d(?: +(?:\d+|\.)){10}$", out, re.MULTILINE)]
    assert [[int(cell.replace(".", "0")) for cell in row] for row in rows] == document["confusion"]


def test_a_second_run_gives_the_same_bytes(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """Two runs write the same bytes."""
    for name in ("one.parquet", "other.parquet"):
        _score(sealed, tmp_path, pictures, "--out", name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_the_default_output_is_not_overwritten(sealed: Project, pictures: Path, mixed: Path, tmp_path: Path) -> None:
    """Without --out, predictions of another folder are kept, unless --force is given."""
    _score(sealed, tmp_path, pictures)
    before = (tmp_path / "predictions.parquet").read_bytes()
    status, _, err = _score(sealed, tmp_path, mixed)
    assert (status, "predictions.parquet exists already" in err, "--out" in err) == (2, True, True)
    assert (tmp_path / "predictions.parquet").read_bytes() == before
    assert _score(sealed, tmp_path, mixed, "--force")[0] == 5
    assert len(read_rows(tmp_path / "predictions.parquet")) == 23


def test_reused_parts_are_reported(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A second run into the same folder reports the parts it reuses; --force reuses none."""
    _score(sealed, tmp_path, pictures, "--out", "parts")
    assert "100 files kept from an earlier run" in _score(sealed, tmp_path, pictures, "--out", "parts")[1]
    assert "kept" not in _score(sealed, tmp_path, pictures, "--out", "parts", "--force")[1]


def test_a_finished_file_is_written_again(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A second run into the same file reuses nothing, and --help says so."""
    for _ in range(2):
        assert "kept" not in _score(sealed, tmp_path, pictures, "--out", "out.csv")[1]
    message = " ".join(_score(sealed, tmp_path, "--help")[1].split())
    assert "a finished one starts over, unless the output is a folder of Parquet files" in message


def test_a_sheet_is_drawn(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--sheet writes one picture of the least certain, and says where."""
    status, _, err = _score(sealed, tmp_path, pictures, "--sheet", "sheet.png")
    sheet = cv2.imdecode(np.frombuffer((tmp_path / "sheet.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    message = "0 of 0 unsure, then 48 of 100 digits"
    assert (status, err) == (0, f"least certain pictures drawn in sheet.png: {message}\n")
    assert sheet is not None


def test_an_empty_folder_is_scored(sealed: Project, tmp_path: Path) -> None:
    """An empty folder gives exit status 0 and an output without rows."""
    (tmp_path / "empty").mkdir()
    status, out, err = _score(sealed, tmp_path, "empty", "--sheet", "sheet.png")
    drawn = "least certain pictures drawn in sheet.png: 0 of 0 unsure, then 0 of 0 digits\n"
    assert (status, err) == (0, f"{drawn}warning: no picture in empty was read\n")
    assert out.startswith("0 files: 0 digits, 0 unsure, 0 unreadable, 0 skipped\n")
    assert read_rows(tmp_path / "predictions.parquet") == {}


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
    assert _score(sealed, pictures, *arguments)[0::2] == (status, _Containing(message))
    assert sorted(pictures.iterdir()) == before


def test_an_archive_is_scored_and_resumed(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A zip of a folder has the rows of the folder; a second run of it into a folder of parts scores nothing again."""
    shutil.make_archive(str(tmp_path / "my scans"), "zip", pictures)
    first, again = (_score(sealed, tmp_path, "my scans.zip", "--out", "parts", "--labels") for _ in range(2))
    assert (first[0], again[0]) == (0, 0)
    assert "100 files kept from an earlier run" in again[1]
    _score(sealed, tmp_path, pictures, "--out", "folder.parquet", "--labels")
    assert read_rows(tmp_path / "parts") == read_rows(tmp_path / "folder.parquet")


def test_a_damaged_archive_exits_4(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A zip that is cut short is refused by name, and no output is written."""
    whole = Path(shutil.make_archive(str(tmp_path / "scans"), "zip", pictures / "3")).read_bytes()
    (tmp_path / "scans.zip").write_bytes(whole[:-100])
    status, _, err = _score(sealed, tmp_path, "scans.zip")
    assert (status, "scans.zip cannot be unpacked" in err) == (4, True)
    assert [path.name for path in tmp_path.iterdir()] == ["scans.zip"]


def test_a_list_names_files_folders_and_globs(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """Paths of the command line, quoted globs and a list on standard input are scored together, each file once."""
    (tmp_path / "here").symlink_to(pictures)
    command = _command(sealed, "here/3", "here/3/3?.png", "--files", "-", "--out", "out.parquet", "--json")
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
    status, _, err = _score(sealed, tmp_path, "links")
    assert (status, "1 of 1 files are links; add --follow" in err) == (5, True)
    assert _score(sealed, tmp_path, "links", "--force", "--follow")[0] == 0


class _Containing(str):
    """A text equal to any text that contains it, so that a failed comparison shows both."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in other

    __hash__ = str.__hash__


def test_without_a_champion_it_exits_4(pictures: Path, tmp_path: Path) -> None:
    """If the champion is asked for and there is none, the exit status is 4."""
    status, out, err = _score(toy_project(tmp_path / "new"), tmp_path, pictures, "--model", "champion")
    assert (status, out) == (4, "")
    assert "there is no champion yet" in err


def test_beam_gives_the_same_bytes(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--engine beam writes the local engine's bytes, names its runner, and prints nothing else."""
    _score(sealed, tmp_path, pictures, "--out", "local.parquet")
    status, out, err = _score(sealed, tmp_path, pictures, "--out", "beam.parquet", "--engine", "beam", "--json")
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
        _command(sealed, mixed, "--out", "out.csv", "--labels"), columns, sealed.variables(), tmp_path
    )
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", session.raw.decode())
    assert session.status == 5
    assert max(len(line.rpartition("\r")[2]) for line in plain.replace("\r\n", "\n").splitlines()) <= columns


@pytest.mark.parametrize(
    ("number", "options"),
    [
        (signal.SIGINT, ["--workers=2"]),
        (signal.SIGTERM, ["--workers=2"]),
        pytest.param(signal.SIGHUP, ["--workers=2"], marks=pytest.mark.faults),
        pytest.param(signal.SIGINT, ["--workers=1"], marks=pytest.mark.faults),
        pytest.param(signal.SIGINT, ["--engine=beam"], marks=pytest.mark.faults),
    ],
)
def test_a_signal_ends_it_cleanly(  # noqa: PLR0913, PLR0917  (cases and fixtures)
    number: signal.Signals, options: list[str], sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    """A signal gives its exit status and one line, leaves no process, and a rerun resumes."""
    out, status, err = _struck(number, sealed, many, tmp_path, *options)
    message = f"{WORDS[number]}; finished parts are kept: the same command resumes from here\n"
    assert (status, err) == (STATUS[number], message)
    assert _score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert out.read_bytes() == undisturbed


def _struck(  # noqa: PLR0913  (inputs and options)
    number: signal.Signals,
    sealed: Project,
    many: Path,
    place: Path,
    *options: str,
    parts: int = 1,
    name: str = "out.parquet",
) -> tuple[Path, int, str]:
    """Send a signal to a run that has written *parts* parts, and wait until all of its processes have ended.

    SIGKILL goes only to the command, any other signal to all of its processes. A run that finishes too soon is started
    again, into another folder.

    Returns:
        Its output, its exit status and its standard error.
    """
    for attempt in range(ATTEMPTS):
        out = place / f"{attempt}" / name
        out.parent.mkdir()
        process = _start(sealed, many, "--out", out, *options)
        wait_for(lambda: process.poll() is not None or _parts(out) >= parts, f"{parts} parts")  # noqa: B023
        if process.poll() is None:
            os.kill(process.pid if number == signal.SIGKILL else -process.pid, number)
        _, err = process.communicate()
        wait_for(lambda: not _left_over(process.pid), "the end of its processes")  # noqa: B023
        if process.returncode:
            return out, process.returncode, err
    pytest.fail(f"the run finished before {parts} parts were seen, {ATTEMPTS} times")


def _parts(out: Path) -> int:
    """Return the present number of parts of an output; -1 before their folder exists."""
    parts = out.with_name(f"{out.name}.parts") if out.suffix else out
    return len(list(parts.glob("[!.]*.parquet"))) if parts.is_dir() else -1


@pytest.mark.parametrize("count", [pytest.param(0, marks=pytest.mark.faults), 1])
def test_a_killed_run_resumes(count: int, sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path) -> None:
    """After a kill, no process is left, and a rerun gives the bytes of an undisturbed run."""
    out, _, _ = _struck(signal.SIGKILL, sealed, many, tmp_path, "--workers=2", parts=count)
    assert _score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert out.read_bytes() == undisturbed
    assert [path.name for path in out.parent.iterdir()] == ["out.parquet"]


def test_a_rerun_reuses_the_parts_of_a_killed_run(sealed: Project, many: Path, tmp_path: Path) -> None:
    """A rerun after a kill keeps every finished part without writing it again."""
    out, _, _ = _struck(signal.SIGKILL, sealed, many, tmp_path, "--workers=2", name="parts")
    before = parts_of(out)
    assert _score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert before
    assert before.items() <= parts_of(out).items()
    assert {path.suffix for path in out.iterdir()} == {".parquet"}


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(30))
def test_a_run_killed_at_any_instant_resumes(
    seed: int, sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    """After two kills at random instants, a rerun gives the bytes of an undisturbed run and leaves nothing else."""
    chance = np.random.default_rng(seed)
    for _ in range(2):
        process = _start(sealed, many, "--out", tmp_path / "out.parquet", "--workers", "2")
        time.sleep(chance.uniform(0.1, 4))
        _kill(process)
    assert _score(sealed, tmp_path, many, "--out", "out.parquet")[0] == 0
    assert (tmp_path / "out.parquet").read_bytes() == undisturbed
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the command alone, and wait until the processes it started have ended."""
    process.kill()
    process.communicate()
    wait_for(lambda: not _left_over(process.pid), "the end of its processes")


def test_two_runs_into_one_output_are_refused(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """While one process writes an output, another is refused."""
    lock = tmp_path / "out.parquet.parts" / ".lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        status, _, err = _score(sealed, tmp_path, pictures, "--out", "out.parquet")
        assert (status, "is being written by another process" in err) == (2, True)
    assert _score(sealed, tmp_path, pictures, "--out", "out.parquet")[0] == 0


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_memory_stays_flat(sealed: Project, tmp_path: Path) -> None:
    """200,000 files in one folder take at most 200 MiB more memory than 10,000."""
    peaks = [_peak(sealed, _linked(tmp_path, count), tmp_path) for count in (10_000, 200_000)]
    assert peaks[1] - peaks[0] < 200 * 1024


def _linked(place: Path, count: int) -> Path:
    """Make a folder of hard links to 500 pictures; a file can have 65,000 links at most."""
    folder = place / f"{count}"
    folder.mkdir()
    for number in range(500):
        (folder / f"{number:07}.png").write_bytes(as_file(sample()[number * 10], "PNG"))
    for number in range(500, count):
        (folder / f"{number:07}.png").hardlink_to(folder / f"{number % 500:07}.png")
    return folder


def _peak(sealed: Project, folder: Path, place: Path) -> int:
    """Return the peak memory in KiB of any process of the command."""
    command = _command(sealed, folder, "--out", place / f"{folder.name}.parquet")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command], env=sealed.variables(), capture_output=True, text=True, check=True
    )
    return int(done.stdout.splitlines()[-1])
