"""`digits predict`, from the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest

from tests.forked import run_forked
from tests.inference.pictures import as_file, sample, seven
from tests.project import DIGITS, Project, toy_project
from tests.terminal import run_in_terminal

KEYS = ["path", "decision", "reason", "digit", "guess", "confidence", "runner_up", "probabilities", "steps", "model"]
BLANK = np.full((90, 90), 255, np.uint8)
LOADED = """
import sys
from pipeline.cli.main import app
app(["-C", *sys.argv[1:]], standalone_mode=False)
print(*[name for name in ("tensorflow", "keras", "pyarrow", "pandas", "matplotlib", "rich") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two digits, a blank page, a text file and a folder."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "folder").mkdir()
    (folder / "notes.txt").write_text("milk, bread")
    for name, pixels in {"four": sample()[2100], "seven": seven(), "blank": BLANK}.items():
        (folder / f"{name}.png").write_bytes(as_file(pixels, "PNG"))
    return folder


def _predict(sealed: Project, folder: Path, *arguments: str | bytes, data: bytes = b"") -> tuple[int, str, str]:
    """Run the command in a folder; return its exit status, stdout and stderr."""
    command = [str(DIGITS), "-C", str(sealed.path), "predict", *map(os.fsdecode, arguments)]
    if not data:
        forked = run_forked(command, sealed.variables(), folder)
        return forked.returncode, forked.stdout, forked.stderr
    done = subprocess.run(command, cwd=folder, env=sealed.variables(), input=data, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_page_of_a_tiff_is_named(sealed: Project, pictures: Path) -> None:
    """Of a TIFF of two pages the first is read, and stderr says so, with the command that reads both."""
    cv2.imwritemulti(str(pictures / "two.tiff"), [255 - sample()[2100], 255 - sample()[0]])
    status, _, err = _predict(sealed, pictures, "two.tiff", "four.png")
    assert (status, err) == (0, "two.tiff: page 1 of 2 is read; digits score two.tiff reads all\n")


def test_a_table_answers_for_each_file(sealed: Project, pictures: Path) -> None:
    """Each file has a line, in the given order."""
    status, out, _ = _predict(sealed, pictures, "four.png", "blank.png")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["file", "digit", "confidence", "runner-up", "decision"]
    assert re.fullmatch(r"four.png +4 +>?\d+\.\d % +\d +answered", lines[1])
    assert re.fullmatch(r"blank.png +unsure: blank page", lines[2])
    assert len(lines) == 3


@pytest.fixture(scope="module")
def four(sealed: Project, pictures: Path) -> tuple[int, str, str]:
    """Return the result of the command for one picture."""
    return _predict(sealed, pictures, "four.png")


def test_one_picture_has_a_chart(four: tuple[int, str, str]) -> None:
    """A single picture has a bar chart of the ten probabilities, the longest bar for the answer."""
    bars = re.findall(r"^(\d) +[\d.<>]+ %(?:  (#+))?$", four[1], re.MULTILINE)
    assert [name for name, _ in bars] == list("0123456789")
    assert max(bars, key=lambda bar: len(bar[1]))[0] == "4"


def test_a_blank_page_has_no_chart(sealed: Project, pictures: Path) -> None:
    """A blank page has no bar chart."""
    assert len(_predict(sealed, pictures, "blank.png")[1].splitlines()) == 2


def test_stderr_is_empty_on_success(four: tuple[int, str, str]) -> None:
    """On success, standard error is empty: messages of libraries are suppressed."""
    assert (four[0], four[2]) == (0, "")


def test_json_is_one_list(sealed: Project, pictures: Path, bundle: Path) -> None:
    """--json prints a list of documents with exactly the documented keys."""
    status, out, _ = _predict(sealed, pictures, "four.png", "seven.png", "--json")
    four, second = json.loads(out)
    assert status == 0
    assert list(four) == KEYS
    assert (four["path"], four["digit"], four["decision"], four["steps"]) == ("four.png", "4", "answered", [])
    assert four["model"] == bundle.resolve().name
    assert four["probabilities"]["4"] == four["confidence"]
    assert second["steps"] == ["inverted"]


def test_json_has_the_reason(sealed: Project, pictures: Path) -> None:
    """In JSON, decision and reason are apart, and unknown values are null."""
    blank, notes = json.loads(_predict(sealed, pictures, "blank.png", "notes.txt", "--json")[1])
    assert [blank[name] for name in KEYS[1:5]] == ["unsure", "blank page", None, None]
    assert [notes[name] for name in KEYS[1:5]] == ["unreadable", "a text file", None, None]
    assert (notes["confidence"], notes["probabilities"], notes["steps"]) == (None, {}, [])


def test_a_guess_is_no_digit(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """In JSON, an answer has no reason, and an unsure picture has a guess but no digit."""
    two = tmp_path / "two.png"
    two.write_bytes(as_file(np.hstack([seven(), seven()]), "PNG"))
    four, several = json.loads(_predict(sealed, pictures, "four.png", str(two), "--json")[1])
    assert [four[name] for name in KEYS[1:5]] == ["answered", None, "4", "4"]
    assert [several[name] for name in KEYS[1:5]] == ["unsure", "2 digits in one picture", None, "7"]


def test_some_unreadable_files_exit_5(sealed: Project, pictures: Path) -> None:
    """Unreadable files are named with their reasons, the others are answered, and the exit status is 5."""
    status, out, err = _predict(sealed, pictures, "none.png", "folder", "notes.txt", "four.png")
    assert status == 5
    assert re.search(r"^none.png +unreadable: no such file$", out, re.MULTILINE)
    assert re.search(r"^folder +unreadable: is a folder: name its files$", out, re.MULTILINE)
    assert re.search(r"^notes.txt +unreadable: a text file$", out, re.MULTILINE)
    assert re.search(r"^four.png +4 .* answered$", out, re.MULTILINE)
    assert err == "folder: digits score folder reads every picture in it\n3 of 4 files could not be read\n"


def test_a_zip_is_for_score(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """An archive is no picture; the command that reads it is said."""
    with ZipFile(tmp_path / "some pages.zip", "w") as archive:
        archive.write(pictures / "four.png", "four.png")
    for words, do in (((), ""), (("--all",), " --all")):
        status, _, err = _predict(sealed, tmp_path, "some pages.zip", *words)
        assert status == 5
        assert f"some pages.zip: digits score 'some pages.zip'{do} reads every picture in it\n" in err


def test_standard_input_is_read(sealed: Project, pictures: Path) -> None:
    """A dash reads the picture from standard input."""
    status, out, _ = _predict(sealed, pictures, "-", "--json", data=(pictures / "four.png").read_bytes())
    [answer] = json.loads(out)
    assert (status, answer["path"], answer["digit"]) == (0, "-", "4")


def test_closed_standard_input_is_empty(sealed: Project, pictures: Path) -> None:
    """With standard input closed, a dash is an empty file."""
    command = f'"{DIGITS}" -C "{sealed.path}" predict - <&-'
    done = subprocess.run(["bash", "-c", command], cwd=pictures, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "unreadable: an empty file" in done.stdout


@pytest.mark.parametrize(
    ("name", "shown"), [(b"\xff\xe9.png", r"\udcff\udce9.png"), (b"a\nb\x1b[31m.png", r"a\nb\x1b[31m.png")]
)
def test_odd_names_are_escaped(name: bytes, shown: str, sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A name that is not UTF-8 or has control characters is escaped in the output, and its file is read."""
    shutil.copy(pictures / "four.png", tmp_path / os.fsdecode(name))
    status, out, _ = _predict(sealed, tmp_path, name)
    assert status == 0
    assert out.splitlines()[1].startswith(f"{shown}  4 ")
    [answer] = json.loads(_predict(sealed, tmp_path, name, "--json")[1])
    assert os.fsencode(answer["path"]) == name


def test_no_picture_is_a_usage_error(sealed: Project, pictures: Path) -> None:
    """Without arguments, the command names the missing one."""
    status, _, err = _predict(sealed, pictures)
    assert status == 2
    assert "Missing argument 'IMAGE'" in err


def test_a_model_is_chosen(sealed: Project, pictures: Path, bundle: Path, tmp_path: Path) -> None:
    """--model selects the bundle, even without a champion."""
    project = sealed.copy(tmp_path)
    (project.artifacts / "champion").unlink()
    [answer] = json.loads(_predict(project, pictures, "four.png", "--json", "--model", "v0001")[1])
    assert answer["model"] == bundle.resolve().name


def test_an_unknown_model_names_the_known(sealed: Project, pictures: Path, bundle: Path) -> None:
    """An unknown model is a usage error that lists the known ones."""
    status, out, err = _predict(sealed, pictures, "four.png", "--model", "v0099")
    assert (status, out) == (2, "")
    assert "there is no model v0099" in err
    assert bundle.resolve().name in err


def test_without_a_champion_it_says_how_to_get_one(pictures: Path, tmp_path: Path) -> None:
    """If the champion is asked for and there is none, the exit status is 4 and the message says how to get one."""
    status, out, err = _predict(toy_project(tmp_path / "new"), pictures, "four.png", "--model", "champion")
    assert (status, out) == (4, "")
    assert "there is no champion yet" in err
    assert "digits run" in err


def test_a_damaged_model_is_refused(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A damaged model is an error, and no picture is answered."""
    project = sealed.copy(tmp_path)
    model = project.artifacts / "champion" / "model.tflite"
    data = model.read_bytes()
    model.chmod(0o644)
    model.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    status, out, err = _predict(project, pictures, "four.png")
    assert (status, out) == (4, "")
    assert "model.tflite is damaged" in err


def test_show_draws_every_step(sealed: Project, pictures: Path) -> None:
    """--show draws the original, the named steps and the 28x28 image in ASCII."""
    out = _predict(sealed, pictures, "seven.png", "--show")[1]
    assert "steps: inverted" in out
    assert re.search(r"^original\b", out, re.MULTILINE)
    assert "28x28" in out
    assert "@@" in out
    assert out.isascii()


def test_show_and_json_exclude_each_other(sealed: Project, pictures: Path) -> None:
    """--show together with --json is a usage error."""
    assert _predict(sealed, pictures, "seven.png", "--show", "--json")[0] == 2


def test_a_sheet_is_written(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--sheet writes one PNG with the name, the answer and all steps."""
    status, _, err = _predict(sealed, pictures, "seven.png", "--sheet", str(tmp_path / "sheet.png"))
    sheet = cv2.imdecode(np.frombuffer((tmp_path / "sheet.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert (status, err) == (0, f"steps drawn in {tmp_path / 'sheet.png'}\n")
    assert sheet is not None
    assert sheet.shape == (2 * 24 + 2 * 232 + 24, 4 * 208, 3)  # two lines of text, two rows of steps, a line of names


def test_a_sheet_shows_one_picture(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """--sheet with several pictures is a usage error, and writes nothing."""
    status, _, _ = _predict(sealed, pictures, "seven.png", "four.png", "--sheet", str(tmp_path / "sheet.png"))
    assert status == 2
    assert "for one picture only" in " ".join(_predict(sealed, pictures, "--help")[1].split())
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("sheet.txt", "a file ending in .png"),
        ("nowhere/sheet.png", "there is no such folder"),
        ("four.png", "is the picture itself"),
    ],
)
def test_a_sheet_is_a_new_png(sheet: str, message: str, sealed: Project, pictures: Path) -> None:
    """A sheet in another format, in a missing folder or over the picture itself is refused at once."""
    before = {path: path.stat().st_mtime_ns for path in pictures.iterdir()}
    status, out, err = _predict(sealed, pictures, "four.png", "--sheet", sheet)
    assert (status, out, message in err) == (2, "", True)
    assert {path: path.stat().st_mtime_ns for path in pictures.iterdir()} == before


@pytest.mark.parametrize("columns", [30, 60, 80])
def test_the_output_fits_the_terminal(columns: int, sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """No line of the table, chart or drawings is wider than the terminal."""
    long = tmp_path / f"{'a long name of a picture ' * 3}.png"
    shutil.copy(pictures / "seven.png", long)
    command = [str(DIGITS), "-C", str(sealed.path), "predict", long.name, "--show"]
    session = run_in_terminal(command, columns, sealed.variables(), tmp_path)
    plain = re.sub(r"\x1b\[[\d;]*m", "", session.raw.decode())
    assert session.status == 0
    assert max(map(len, plain.splitlines())) <= columns


def test_no_color_is_honoured(sealed: Project, pictures: Path) -> None:
    """On a terminal the answer is coloured, unless NO_COLOR is set."""
    command = [str(DIGITS), "-C", str(sealed.path), "predict", str(pictures / "four.png"), "--show"]
    variables = sealed.variables() | {"COLORTERM": "truecolor"}
    assert b"\x1b[" in run_in_terminal(command, 80, variables).raw
    assert b"\x1b[" not in run_in_terminal(command, 80, variables | {"NO_COLOR": "1"}).raw


def test_no_slow_library_is_imported(sealed: Project, pictures: Path) -> None:
    """The command imports neither TensorFlow nor the data libraries."""
    command = [sys.executable, "-c", LOADED, sealed.path, "predict", pictures / "four.png"]
    done = subprocess.run(command, env=sealed.variables(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""
