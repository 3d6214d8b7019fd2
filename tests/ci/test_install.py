"""The script that `make` installs with: pip in a few lines, with its errors."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.project import HOUSE

SIZES = {"tall": 11, "short": 1}
"""Packages and the MB of their wheels."""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Return a lock file of two packages, whose wheels lie beside it."""
    lines = [f"{name}==1.0 --hash=sha256:{_make_wheel(tmp_path, name, size)}" for name, size in SIZES.items()]
    (tmp_path / "some.lock").write_text("\n".join(lines))
    return tmp_path / "some.lock"


def _make_wheel(folder: Path, name: str, megabytes: int) -> str:
    """Write a wheel and return its sha256."""
    path, info = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "#" * megabytes * 10**6)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _install(lock: Path) -> subprocess.CompletedProcess[str]:
    """Run the script, with the wheels on a local server; what it installs goes beside the lock file."""
    serve = partial(SimpleHTTPRequestHandler, directory=str(lock.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever).start()
        variables = os.environ | {
            "PIP_NO_INDEX": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_FIND_LINKS": f"http://127.0.0.1:{server.server_port}/",
            "PIP_TARGET": str(lock.parent / "installed"),
            "no_proxy": "127.0.0.1",
        }
        command = [sys.executable, HOUSE / ".ci" / "install.py", lock]
        try:
            return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        finally:
            server.shutdown()


def test_packages_are_installed(lock: Path) -> None:
    """What the lock file names is installed."""
    done = _install(lock)
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (lock.parent / "installed").glob("*.py")} == set(SIZES)


def test_large_packages_are_named_and_all_are_counted(lock: Path) -> None:
    """There is a line for the lock file, for each large package, for the others, and for the end."""
    *lines, last = _install(lock).stdout.splitlines()
    assert lines == [
        f"installing {lock}",
        "  tall 1.0: 11 MB",
        "  1 smaller: 1 MB; unpacking 2 packages",
    ]
    assert last.startswith("  done in ")


def test_an_error_of_pip_is_seen(lock: Path) -> None:
    """A wheel that differs from the lock file is an error, with pip's own message."""
    (lock.parent / "short-1.0-py3-none-any.whl").write_bytes(b"something else")
    done = _install(lock)
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "done in" not in done.stdout
