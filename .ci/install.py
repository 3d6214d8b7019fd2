"""Install a lock file with pip, in a few lines instead of pip's hundreds: python .ci/install.py LOCK.

Names each package of LARGE and more when pip starts to fetch it, then counts the others. What pip prints on standard
error (warnings, errors) is shown as it is, and pip's exit status is returned.
"""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

LARGE = 10.0  # MB
UNITS = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
FETCHED = re.compile(
    r"\s*(?:Downloading|Using cached) (?:\S*/)?([^\s/]+?)-(\d[^\s/-]*)-\S+\.whl \(([\d.]+) (bytes|kB|MB|GB)\)"
)
PIP = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
    "--no-compile",
    "--require-hashes",
    "-r",
]


def show(lines: Iterable[str]) -> None:
    """Print what pip's lines say about packages and their sizes."""
    small, size = 0, 0.0
    for line in lines:
        if found := FETCHED.match(line):
            megabytes = float(found[3]) * UNITS[found[4]]
            if megabytes >= LARGE:
                print(f"  {found[1].replace('_', '-')} {found[2]}: {megabytes:,.0f} MB", flush=True)
            else:
                small, size = small + 1, size + megabytes
        elif line.startswith("Installing collected packages"):
            more = f"{small} smaller: {size:,.0f} MB; " if small else ""
            print(f"  {more}unpacking {line.count(',') + 1} packages", flush=True)


def compile_modules() -> None:
    """Write the bytecode of what is installed, on all processors: pip itself uses one, for half a minute."""
    modules = sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_compile, [modules[part::processes] for part in range(processes)]))


def _compile(modules: list[Path]) -> None:
    for module in modules:
        compileall.compile_file(module, quiet=2)  # a template need not be valid Python


def main(lock: str) -> int:
    """Install what the lock file names, and return pip's exit status."""
    begun = time.monotonic()
    print(f"installing {lock}", flush=True)
    with subprocess.Popen([sys.executable, *PIP, lock], stdout=subprocess.PIPE, text=True) as pip:
        show(pip.stdout or ())
    if pip.returncode == 0:
        compile_modules()
        print(f"  done in {time.monotonic() - begun:.0f} s", flush=True)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
