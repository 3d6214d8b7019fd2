"""Output in terminals of two widths, without colour, in a pipe, and in an old locale."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.project import DIGITS, HOUSE, Project
from tests.terminal import run_in_terminal


def _variables(project: Project, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in project.variables().items() if name != "NO_COLOR"}
    return inherited | more


@pytest.mark.parametrize("columns", [80, 140])
def test_the_table_fits_the_terminal(columns: int, ran: Project) -> None:
    """A long reason wraps inside its column: each line of the table begins with a stage or with blanks."""
    command = [str(DIGITS), "-C", str(ran.path), "run", "--set", "say.word=" + "a long word " * 20]
    session = run_in_terminal(command, columns, _variables(ran))
    assert session.status == 0
    lines = session.text.splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("stage "))) :]
    starts = {line.split()[0] for line in table[: table.index("")] if not line.startswith(" ")}
    assert starts == {"stage", "say", "shout", "bless", "pack"}
    assert "a long word" in session.text


def test_a_pipe_has_no_width(ran: Project) -> None:
    """In a pipe, each stage of the table is one line with the whole reason, whatever COLUMNS says."""
    project = Project(ran.path, ran.environment | {"COLUMNS": "40"})
    lines = project.digits("plan", "--set", f"say.word={'a long word ' * 20}").stdout.splitlines()
    assert [line.split()[0] for line in lines[: lines.index("")]] == ["stage", "say", "shout", "bless", "pack"]
    assert lines[1].count("long") == 20


def test_a_name_of_a_run_is_not_broken(ran: Project) -> None:
    """On a narrow terminal, a reason breaks between words, not inside the name of a run."""
    run = ran.json("show")["run"]
    session = run_in_terminal([str(DIGITS), "-C", str(ran.path), "plan"], 60, _variables(ran))
    assert session.text.count(run) == 4


def test_a_terminal_has_colours(ran: Project) -> None:
    """On a terminal the outcome is coloured."""
    assert b"\x1b[32munchanged" in run_in_terminal([str(DIGITS), "-C", str(ran.path), "run"], 100, _variables(ran)).raw


def test_no_color_is_honoured(ran: Project) -> None:
    """NO_COLOR turns colours off on a terminal."""
    session = run_in_terminal([str(DIGITS), "-C", str(ran.path), "run"], 100, _variables(ran, NO_COLOR="1"))
    assert b"\x1b[3" not in session.raw


def test_a_live_line_disappears_when_its_stage_ends(project: Project) -> None:
    """A live line is shown while a stage runs, and none is left at the end of the run."""
    command = [str(DIGITS), "-C", str(project.path), "run", "--set", "say.seconds=0.2"]
    session = run_in_terminal(command, 100, _variables(project))
    assert any("say: first run" in frame and re.search(ELAPSED, frame) for frame in session.frames)
    assert not re.search(ELAPSED, session.text)
    assert re.search(r"say done in \d+\.\d s", session.text)


ELAPSED = r"\d:\d\d:\d\d"
LIVE = r"files 617/2000  38 files/s  36 s left"
REPORTER = """
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


def test_a_message_stays_above_the_live_line(ran: Project) -> None:
    """A stage's message stays above the live line with its markup unchanged; the live line has the time left."""
    session = run_in_terminal([sys.executable, "-c", REPORTER], 100, _variables(ran), HOUSE, {LIVE: b"\n"})
    assert session.text == "scoring: the job [x] is :x: cancelled"
    assert any(re.search(LIVE, frame) for frame in session.frames)


def test_what_a_stage_prints_passes_by_the_live_line(project: Project) -> None:
    """What a stage prints while its live line is shown goes to its log, not to the terminal."""
    session = run_in_terminal([str(DIGITS), "-C", str(project.path), "run"], 100, _variables(project))
    assert b"chatter" not in session.raw
    logged = (project.artifacts / "latest" / "logs" / "say" / "output.txt").read_text()
    assert logged.splitlines() == ["chatter on standard output", "chatter on standard error"]


NARROW = """
from pipeline.cli.printing.progress import show_progress
from schemas import progress

figures = {"loss": 0.2, "accuracy": 0.9, "validation loss": 0.2, "validation accuracy": 0.9}
with show_progress("train"):
    progress.report(progress.Progress(617, 2000, "step", figures))
    input()
"""


def test_a_narrow_terminal_leaves_out_figures(ran: Project) -> None:
    """Where not all figures of a live line fit, the first are left out, and none is cut."""
    session = run_in_terminal([sys.executable, "-c", NARROW], 72, _variables(ran), HOUSE, {"step": b"\n"})
    [shown] = {line.rstrip() for frame in session.frames for line in frame.splitlines() if "step" in line}
    assert re.search(r"train [━╸╺]+ step 617/2000  validation accuracy 0.9000 0:00:0\d$", shown)


SILENT = """
import sys
from pipeline.cli.printing import progress as shown
from schemas import progress

shown.SILENCE = 0.2
with shown.show_progress("evaluate"):
    progress.report_part("robustness pictures", 50, 180)
    sys.stdin.readline()
"""


def test_a_pipe_shows_after_a_silence_what_a_stage_does(ran: Project) -> None:
    """In a pipe, a stage that reports no milestone gets a line from time to time with its progress and its time."""
    with subprocess.Popen(
        [sys.executable, "-c", SILENT],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
        env=ran.variables(),
    ) as process:
        assert process.stderr
        lines = [process.stderr.readline() for _ in range(2)]
        process.communicate("\n")
    assert all(re.fullmatch(r"evaluate: robustness pictures 50/180  0:\d\d:\d\d\n", line) for line in lines)


def test_a_pipe_gets_no_escape_codes(project: Project) -> None:
    """Piped output has no escape codes on either stream."""
    done = project.digits("run")
    assert "\x1b" not in done.stdout + done.stderr


def test_data_goes_to_stdout_and_progress_to_stderr(project: Project) -> None:
    """The table goes to stdout, progress to stderr."""
    done = project.digits("run")
    assert done.stdout.startswith("stage ")
    assert done.stderr.startswith("say: first run")


def test_the_c_locale_does_not_fail_a_run(project: Project) -> None:
    """In the C locale without UTF-8 mode, the run succeeds and escapes what the locale cannot show."""
    project.environment.update({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    project.digits("run")
    done = project.digits("run", "--set", "say.word=zwölf")
    assert "word hello -> zw" in done.stdout


def test_a_closed_pipe_leaves_no_traceback(ran: Project) -> None:
    """A reader that closes the pipe early, as `head` does, causes no traceback."""
    done = subprocess.run(
        ["bash", "-c", f"{DIGITS} -C {ran.path} show --json | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env=ran.variables(),
        check=False,
    )
    assert "Traceback" not in done.stderr
