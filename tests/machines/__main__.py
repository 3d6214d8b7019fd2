"""Run the default tests as on other machines, one setting after another.

Usage: python -m tests.machines [--weights] [--record] [SETTING ...]

Without a name it runs every setting, which takes hours; --weights runs only the tests that start TensorFlow. It prints
a row for each setting, with --record also into the table of docs/measurements.md, and exits with 1 if a test failed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.project import HOUSE

__all__ = ["SETTINGS", "Setting"]

TABLE = HOUSE / "docs" / "measurements.md"
HEADER = "| setting | tests | passed | failed | wall s | which failed |\n|---|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Setting:
    """How a setting differs from this machine.

    Attributes:
        variables: environment variables.
        processors: how many the tests may use; 0 is all of them.
        needs: a processor flag that must be in /proc/cpuinfo.
        python: the interpreter, for which a clean clone makes an environment.
        loaded: whether every processor is kept busy by another process.
    """

    variables: dict[str, str] = field(default_factory=dict[str, str])
    processors: int = 0
    needs: str = ""
    python: str = ""
    loaded: bool = False


SETTINGS = {
    "as-it-is": Setting(),
    "SSE41": Setting({"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    "AVX2": Setting({"ONEDNN_MAX_CPU_ISA": "AVX2"}, needs="avx2"),
    "AVX512": Setting({"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}, needs="avx512f"),
    "oneDNN-off": Setting({"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "Haswell": Setting({"OPENBLAS_CORETYPE": "Haswell"}, needs="avx2"),
    "SkylakeX": Setting({"OPENBLAS_CORETYPE": "SkylakeX"}, needs="avx512f"),
    "one-processor": Setting(processors=1),
    "two-processors": Setting(processors=2),
    "one-thread": Setting({"DIGITS_TEST_THREADS": "1"}),
    **{f"seed-{seed}": Setting({"DIGITS_TEST_SEED": f"{seed}"}) for seed in range(1, 6)},
    "python3.11": Setting(python="python3.11"),
    "python3.13": Setting(python="python3.13"),
    "loaded": Setting(loaded=True),
}


@dataclass(frozen=True)
class Outcome:
    """The result of the tests under one setting."""

    passed: int
    failed: list[str]
    seconds: float

    def row(self, name: str, tests: str) -> str:
        """Return the row of the table; *tests* says which tests ran."""
        cells = name, tests, self.passed, len(self.failed), f"{self.seconds:.0f}", ", ".join(self.failed)
        return f"| {' | '.join(map(str, cells))} |\n"


def main() -> int:
    """Run the named settings, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weights", action="store_true", help="only the tests that start TensorFlow")
    parser.add_argument("--record", action="store_true", help="write each row into docs/measurements.md")
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=", ".join(SETTINGS))
    given = parser.parse_args()
    if unknown := set(given.settings) - set(SETTINGS):
        parser.error(f"there is no setting {', '.join(sorted(unknown))}; expected: {', '.join(SETTINGS)}")
    failed = [name for name in given.settings or SETTINGS if not _try(name, given)]
    return 1 if failed else 0


def _try(name: str, given: argparse.Namespace) -> bool:
    """Run the tests under a setting and report; return whether none failed or this machine cannot have the setting."""
    setting = SETTINGS[name]
    if setting.needs not in Path("/proc/cpuinfo").read_text():
        print(f"| {name} | this processor has no {setting.needs} |")
        return True
    with _prepared(setting) as python:
        options = ["--only", "tensorflow"] if given.weights else []
        outcome = _run([*python, "-m", "pytest", "-n", "auto", "-q", "-rfE", "--tb=short", *options], setting)
    row = outcome.row(name, "TensorFlow" if given.weights else "all")
    print(row, end="", flush=True)
    if given.record:
        TABLE.write_text(with_row(TABLE.read_text(), name, row))
    return not outcome.failed


def _run(command: list[str], setting: Setting) -> Outcome:
    begun = time.monotonic()
    folder = Path(command[0]).parents[2] if setting.python else HOUSE
    done = subprocess.run(
        command, cwd=folder, env=os.environ | setting.variables, capture_output=True, text=True, check=False
    )
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    passed = re.search(r"(\d+) passed", done.stdout)
    nothing = [] if done.returncode == 0 or failed else [f"pytest ended with {done.returncode}"]
    return Outcome(int(passed[1]) if passed else 0, failed or nothing, time.monotonic() - begun)


@contextmanager
def _prepared(setting: Setting) -> Generator[list[str]]:
    """Put the machine into the setting; yield the command of the interpreter."""
    before = os.sched_getaffinity(0)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in before if setting.loaded]
    if setting.processors:
        os.sched_setaffinity(0, sorted(before)[: setting.processors])
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield [_clone(Path(folder), setting.python) if setting.python else sys.executable]
    finally:
        os.sched_setaffinity(0, before)
        for process in busy:
            process.kill()
            process.wait()


def _clone(folder: Path, python: str) -> str:
    """Clone the repository and install it for an interpreter, as README.md describes; return the interpreter's path."""
    subprocess.run(["git", "clone", "-q", HOUSE, folder / "digits"], check=True)
    subprocess.run(["make", "-s", "-C", folder / "digits", f"PYTHON={python}", ".venv/installed-dev"], check=True)
    return str(folder / "digits" / ".venv" / "bin" / "python")


def with_row(text: str, name: str, row: str) -> str:
    """Return the page with this row in its table of settings, replacing the setting's earlier row."""
    above, table, below = text.partition(HEADER)
    if not table:
        raise ValueError(f"{TABLE} has no table of settings")
    old = re.search(rf"^\| {re.escape(name)} \|.*\n", below, re.MULTILINE)
    if old:
        return above + table + below[: old.start()] + row + below[old.end() :]
    rows = re.match(r"(\|.*\n)*", below)
    end = rows.end() if rows else 0
    return above + table + below[:end] + row + below[end:]


if __name__ == "__main__":
    sys.exit(main())
