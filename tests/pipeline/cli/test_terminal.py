"""What the command shows: in terminals of two widths, without colour, off a terminal, in an old locale."""

from __future__ import annotations

import re
import sys

import pytest

from tests.project import DIGITS, HOUSE, Project
from tests.terminal import run_in_terminal


def _variables(project: Project, **more: str) -> dict[str, str]:
    own = {name: value for name, value in project.variables().items() if name != "NO_COLOR"}
    return own | more


@pytest.mark.parametrize("columns", [80, 140])
def test_the_table_fits_the_terminal(columns: int, ran: Project) -> None:
    """A long reason is wrapped inside its column: every other line begins with a stage or with blanks."""
    command = [str(DIGITS), "-C", str(ran.path), "run", "--set", "say.word=" + "a long word " * 20]
    session = run_in_terminal(command, columns, _variables(ran))
    assert session.status == 0
    lines = session.text.splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("stage "))) :]
    starts = {line.split()[0] for line in table[: table.index("")] if not line.startswith(" ")}
    assert starts == {"stage", "say", "shout", "bless", "pack"}
    assert "a long word" in session.text


def test_off_a_terminal_a_long_reason_is_wrapped_too(ran: Project) -> None:
    """Piped, the table of stages has at most 120 columns, and no word of a reason is lost."""
    word = "a long word " * 20
    lines = ran.digits("plan", "--set", f"say.word={word}").stdout.splitlines()
    table = lines[: lines.index("")]
    assert max(map(len, table)) <= 120
    assert " ".join(table).count("long") == 20


def test_a_terminal_has_colours(ran: Project) -> None:
    """The outcome is coloured on a terminal."""
    assert b"\x1b[32mpromoted" in run_in_terminal([str(DIGITS), "-C", str(ran.path), "run"], 100, _variables(ran)).raw


def test_no_color_is_honoured(ran: Project) -> None:
    """With NO_COLOR no colour is set, on a terminal either."""
    session = run_in_terminal([str(DIGITS), "-C", str(ran.path), "run"], 100, _variables(ran, NO_COLOR="1"))
    assert b"\x1b[3" not in session.raw


def test_a_live_line_goes_when_its_stage_ends(project: Project) -> None:
    """While a stage runs its line is there; at the end of the run none is left."""
    command = [str(DIGITS), "-C", str(project.path), "run", "--set", "say.seconds=0.2"]
    session = run_in_terminal(command, 100, _variables(project))
    assert any("say: first run" in frame and "0:00:0" in frame for frame in session.frames)
    assert "0:00:0" not in session.text
    assert re.search(r"say done in \d+\.\d s", session.text)


LIVE = r"files 617/2000  38 files/s  36 s left"
TOLD = """
import sys
import termios
from pipeline.cli.printing.progress import show_progress
from schemas import progress

quiet = termios.tcgetattr(0)
quiet[3] &= ~termios.ECHO
termios.tcsetattr(0, termios.TCSANOW, quiet)
with show_progress("scoring"):
    progress.report(progress.Progress(617, 2000, "files", rate=38.0))
    sys.stdin.readline()
    progress.tell("the job [x] is :x: cancelled")
"""


def test_what_is_told_has_a_line_of_its_own(ran: Project) -> None:
    """What a stage tells stands above its live line, as it is, and stays; the time left is in the live line."""
    session = run_in_terminal([sys.executable, "-c", TOLD], 100, _variables(ran), HOUSE, {LIVE: b"\n"})
    assert session.text == "scoring: the job [x] is :x: cancelled"
    assert any(re.search(LIVE, frame) for frame in session.frames)


def test_off_a_terminal_there_are_no_escape_codes(project: Project) -> None:
    """Piped output is plain, on both streams."""
    done = project.digits("run")
    assert "\x1b" not in done.stdout + done.stderr


def test_data_goes_to_stdout_and_progress_to_stderr(project: Project) -> None:
    """The table is on standard output, the lines about stages on standard error."""
    done = project.digits("run")
    assert done.stdout.startswith("stage ")
    assert done.stderr.startswith("say: first run")


def test_an_old_locale_does_no_harm(project: Project) -> None:
    """In the C locale, without UTF-8 mode, what cannot be shown is escaped, and the run succeeds."""
    project.environment.update({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    project.digits("run")
    done = project.digits("run", "--set", "say.word=zwölf")
    assert "word hello -> zw" in done.stdout


def test_a_closed_pipe_is_no_traceback(ran: Project) -> None:
    """`digits runs | head` ends quietly."""
    import subprocess

    done = subprocess.run(
        ["bash", "-c", f"{DIGITS} -C {ran.path} show --json | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env=ran.variables(),
        check=False,
    )
    assert "Traceback" not in done.stderr
