"""Forked processes are processes of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.faults.kills.killing import need_strace
from tests.forked import READ_AT_START, run_forked

SCRIPT = """\
import os, sys

print(sys.argv[1:], os.environ["PATH"], os.getcwd(), "HOME" in os.environ)
print("to stderr", file=sys.stderr)
os.kill(os.getpid(), 15) if sys.argv[1] == "killed" else sys.exit(7)
"""


def test_a_forked_process_has_its_own_arguments_variables_folder_and_streams(tmp_path: Path) -> None:
    """Nothing of the process it is forked from is in them."""
    script = _script(tmp_path)
    done = run_forked([str(script), "a", "b c"], {"PATH": "here"} | _started_with(), tmp_path)
    assert (done.returncode, done.stdout) == (7, f"['a', 'b c'] here {tmp_path} False\n")
    assert done.stderr == "to stderr\n"


def test_a_forked_process_that_is_killed_has_the_signal_as_its_status(tmp_path: Path) -> None:
    """The status is negative, as subprocess has it."""
    done = run_forked([str(_script(tmp_path)), "killed"], {"PATH": "here"} | _started_with(), tmp_path)
    assert done.returncode == -15


def test_a_forked_process_can_be_traced(tmp_path: Path) -> None:
    """Its system calls are seen, and its status is still its own."""
    need_strace()
    log = tmp_path / "calls"
    tracer = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=kill", "-e", "signal=none"]
    done = run_forked([str(_script(tmp_path)), "killed"], {"PATH": "here"} | _started_with(), tracer=tracer)
    assert done.returncode == -15
    assert [line.split()[1][:5] for line in log.read_text().splitlines() if "+++" not in line] == ["kill("]


def test_another_python_is_another_process(tmp_path: Path) -> None:
    """What Python reads when it starts is honoured."""
    (tmp_path / "found_here.py").touch()
    script = tmp_path / "script.py"
    script.write_text(f"#!{sys.executable}\nimport found_here\n")
    script.chmod(0o755)
    assert run_forked([str(script)], dict(os.environ) | {"PYTHONPATH": str(tmp_path)}).returncode == 0


def _script(folder: Path) -> Path:
    path = folder / "script.py"
    path.write_text(SCRIPT)
    return path


def _started_with() -> dict[str, str]:
    """Return the variables of this process that Python read when it started."""
    return {name: value for name, value in os.environ.items() if name.startswith(READ_AT_START)}
