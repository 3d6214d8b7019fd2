"""No name can forge a line of what is printed or logged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline import log
from pipeline.log import LOGGER, capture_output, write_log
from schemas.errors import InputError, printable
from tests.project import Project, toy_project
from tests.samples import write_digits
from tests.waiting import wait_for

HOSTILE = "a\nerror: forged\r\x1b[2J\u202egnp.\u2066\u2028b"
"""A name with line breaks, control characters, and some that turn the text around."""
SHOWN = r"a\nerror: forged\r\x1b[2J\u202egnp.\u2066\u2028b"


def test_a_name_is_one_line() -> None:
    """Whatever does not print is escaped; what does, and a no-break space, stays."""
    assert printable(HOSTILE) == SHOWN
    assert printable("é 7\N{NO-BREAK SPACE}%.png") == "é 7\N{NO-BREAK SPACE}%.png"


def test_every_part_of_an_error_is_one_line() -> None:
    """A name in any part of an error makes no further line."""
    error = InputError(HOSTILE, found=HOSTILE, expected=HOSTILE, do=HOSTILE)
    assert str(error).splitlines() == [
        SHOWN,
        *(f"  {each:10}{SHOWN}" for each in ("found:", "expected:", "do:")),
    ]


def test_a_line_of_the_log_cannot_be_forged(tmp_path: Path) -> None:
    """A name in a message stays in it: one line of JSON in ASCII."""
    with write_log(tmp_path / "log.jsonl"):
        LOGGER.info("read %s", HOSTILE)
    [line] = (tmp_path / "log.jsonl").read_bytes().decode("ascii").splitlines()
    assert json.loads(line)["message"] == f"read {HOSTILE}"


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log ends with a line that says it is full, and a long message is cut."""
    monkeypatch.setattr(log, "MOST", 100_000)
    with write_log(tmp_path / "log.jsonl"):
        for _ in range(50):
            LOGGER.warning("x" * 1_000_000)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert "the log is full" in json.loads(lines[-1])["message"]
    assert (tmp_path / "log.jsonl").stat().st_size < 130_000


def test_what_a_stage_prints_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning and the end of a long output are kept."""
    monkeypatch.setattr(log, "MOST", 1000)
    with capture_output(tmp_path / "output.txt"):
        os.write(1, b"first\n" + b"x" * 10_000 + b"\nlast\n")
    text = (tmp_path / "output.txt").read_text()
    assert (text.splitlines()[0], text.splitlines()[-1], len(text) < 1100) == ("first", "last", True)


def test_what_a_stage_prints_is_bounded_while_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that prints without end does not fill the disk; the file says how many bytes are left out."""
    monkeypatch.setattr(log, "MOST", 100_000)
    path, written = tmp_path / "output.txt", 0
    with capture_output(path):
        while path.stat().st_size == written and written < 1_000_000_000:
            written += os.write(1, b"%09d\n" % written * 100)
        wait_for(lambda: b"bytes left out" in path.read_bytes(), "the output to be cut")
        os.write(1, b"the end\n")
    text = path.read_text()
    left_out = int(text.partition("\n[... about ")[2].partition(" bytes left out ...]\n")[0].replace(",", ""))
    assert (text[:10], text.splitlines()[-1]) == ("000000000\n", "the end")
    assert 0 < left_out < written


def test_no_file_name_forges_a_line(project: Project) -> None:
    """Hostile names of pictures, of an added file and of a run's folder are escaped in what commands print and log."""
    forged = toy_project(
        project.path.parent / "forged", "stages:\n  ingest:\n    config: {source: folder, folder: mine}\n"
    )
    write_digits(forged.path / "mine", {"1": 5, "2": 5})
    (forged.path / "mine" / "1" / f"{HOSTILE}.png").write_text("no picture")
    ran = forged.digits("run")
    [version] = forged.artifacts.glob("store/ingest/examples/v*")
    (version / HOSTILE).touch()
    (forged.artifacts / "runs" / HOSTILE).mkdir()
    (forged.artifacts / "runs" / HOSTILE / "x").write_text("x")
    printed = [
        ran,
        forged.digits("show"),
        forged.digits("verify", status=4),
        forged.digits("gc"),
        forged.digits("plan"),
    ]
    for each in printed:
        assert SHOWN in each.stdout
        assert not any(line.startswith("error: forged") for line in (each.stdout + each.stderr).splitlines())
        assert not {"\u202e", "\x1b", "\u2066"} & set(each.stdout + each.stderr)
    assert (forged.artifacts / "latest" / "log.jsonl").read_bytes().isascii()
