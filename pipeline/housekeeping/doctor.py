"""Look over an installation and a project: what works, what may be in the way, and what is broken."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import schemas
from pipeline.housekeeping.missing import find_missing
from pipeline.housekeeping.sizes import size_of, size_text
from pipeline.pieces import misplaced
from schemas.record import Record

__all__ = ["Finding", "examine"]

PYTHONS = ((3, 11), (3, 14))
LOCK = "requirements.lock"
HOUSE = Path(schemas.__path__[0]).parent
LITTLE, NONE = 2_000_000_000, 100_000_000  # bytes free: a first run on the full MNIST takes a tenth of the first
PATIENCE = 3.0  # seconds for the network
COMPLETIONS = {
    "bash": ".bash_completions/digits.sh",
    "zsh": ".zfunc/_digits",
    "fish": ".config/fish/completions/digits.fish",
}
MNIST = "https://storage.googleapis.com/"
LISTED = 4


class Finding(Record):
    """One line of the examination."""

    what: str
    state: Literal["ok", "warning", "broken"]
    found: str
    do: str = ""
    """What to do; empty if nothing has to be done."""


def examine(artifacts: Path | None, house: Path = HOUSE) -> list[Finding]:
    """Examine the installation, and a project if there is one.

    Takes at most three seconds for the network, and reads no artifact: that is what `digits verify` does.

    Args:
        artifacts: of the project; None outside a project.
        house: the folder with the source of `digits`, and its lock file if it has one.
    """
    found = [_python(), _libraries(house / LOCK), _disk(artifacts or Path())]
    found += [_store(artifacts), _leftovers(artifacts)] if artifacts else []
    return [*found, _network(), _devices(), *_extras(), _completion()]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    low, high = PYTHONS
    if low <= sys.version_info[:2] < high:
        return Finding(what="python", state="ok", found=f"{version} in {sys.prefix}")
    return Finding(what="python", state="broken", found=version, do="install Python 3.11, 3.12 or 3.13, then make")


def _libraries(lock: Path) -> Finding:
    """Compare the installed libraries with the lock file, if this is a copy of the source that has one."""
    if not lock.is_file():
        return Finding(what="libraries", state="ok", found=f"no {LOCK} to compare with: installed as a package")
    wanted = dict(_locked(lock.read_text(encoding="utf-8")))
    found = {name: _installed(name) for name in wanted}
    missing = [name for name in wanted if found[name] is None]
    other = [f"{name} {found[name]}, not {wanted[name]}" for name in wanted if found[name] not in {None, wanted[name]}]
    if missing:
        return Finding(what="libraries", state="broken", found=f"missing: {_some(missing)}", do="make install")
    if other:
        do = "make install puts the locked versions back; with others, stages run again and results may differ"
        return Finding(what="libraries", state="warning", found=_some(other), do=do)
    return Finding(what="libraries", state="ok", found=f"{len(wanted)} as in {LOCK}")


def _locked(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and version of each library of a lock file that this machine needs."""
    from packaging.requirements import Requirement

    for line in text.splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            wanted = Requirement(line.rstrip("\\ "))
            if wanted.marker is None or wanted.marker.evaluate():
                yield wanted.name, str(wanted.specifier).removeprefix("==")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _disk(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    found = f"{size_text(free)} free for {there}" + ("" if writable else ", which cannot be written")
    state = "broken" if free < NONE or not writable else "warning" if free < LITTLE else "ok"
    do = {"broken": "free some space, or change the permissions", "warning": "digits gc says what may go"}
    return Finding(what="disk", state=state, found=found, do=do.get(state, ""))


def _store(artifacts: Path) -> Finding:
    if wrong := next(misplaced(artifacts), None):
        found = f"{wrong.headline}: {wrong.found}, not {wrong.expected}"
        return Finding(what="store", state="broken", found=found, do=wrong.do)
    missing = find_missing(artifacts)
    count = sum(1 for _ in artifacts.glob("store/*/*/v*"))
    if missing:
        return Finding(what="store", state="broken", found=f"gone: {_some([*missing])}", do="digits verify")
    size = size_text(size_of(artifacts))
    return Finding(
        what="store",
        state="ok",
        found=f"{count:,} artifact{'s' * (count != 1)}, {size}; digits verify reads every file",
    )


def _leftovers(artifacts: Path) -> Finding:
    aside, trash = (size_of(artifacts / name) for name in (".quarantine", ".trash"))
    if trash:
        return Finding(
            what="leftovers",
            state="warning",
            found=f"{size_text(trash)} of a gc that was killed",
            do="digits gc --delete",
        )
    if aside:
        found = f"{size_text(aside)} in {artifacts / '.quarantine'}"
        return Finding(what="leftovers", state="warning", found=found, do="look at it, and rm -r what you do not need")
    return Finding(what="leftovers", state="ok", found="none")


def _network() -> Finding:
    host = urlsplit(MNIST).hostname or ""
    if os.environ.get("DIGITS_OFFLINE") == "1":
        return Finding(what="network", state="ok", found="not asked: DIGITS_OFFLINE is 1")
    if os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return Finding(what="network", state="ok", found="not asked: downloads go through HTTPS_PROXY")
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(_reaches(host)), daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if answers == [True]:
        return Finding(what="network", state="ok", found=f"{host} answers")
    do = "no MNIST download: DIGITS_TFDS_MANUAL_DIR names a folder with its four files; or else the sample is used"
    return Finding(what="network", state="warning", found=f"{host} does not answer in {PATIENCE:.0f} s", do=do)


def _reaches(host: str) -> bool:
    try:
        with socket.create_connection((host, 443), timeout=PATIENCE):
            return True
    except OSError:
        return False


def _devices() -> Finding:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    gpu = "an NVIDIA GPU" if Path("/proc/driver/nvidia/version").exists() else "no NVIDIA GPU"
    return Finding(what="devices", state="ok", found=f"{available} processors, {gpu}")


def _extras() -> Iterator[Finding]:
    """Yield a finding for each extra of the distribution: installed or not."""
    from packaging.requirements import Requirement

    try:
        distribution = metadata.distribution("digits")
    except metadata.PackageNotFoundError:
        return
    wanted = [Requirement(text) for text in distribution.requires or ()]
    for extra in distribution.metadata.get_all("Provides-Extra") or ():
        needed = [each.name for each in wanted if each.marker and each.marker.evaluate({"extra": extra})]
        missing = [name for name in needed if _installed(name) is None]
        found = f"not installed: {_some(missing)}" if missing else "installed"
        yield Finding(what=f"extra {extra}", state="ok", found=found)


def _completion() -> Finding:
    shell = Path(os.environ.get("SHELL", "")).name
    if shell not in COMPLETIONS:
        return Finding(what="completion", state="ok", found=f"none for the shell {shell or 'of this process'}")
    file = Path.home() / COMPLETIONS[shell]
    if file.exists():
        return Finding(what="completion", state="ok", found=f"installed for {shell}")
    return Finding(
        what="completion", state="warning", found=f"not installed for {shell}", do="digits --install-completion"
    )


def _some(items: list[str]) -> str:
    more = len(items) - LISTED
    return ", ".join(items[:LISTED]) + (f" and {more} more" if more > 0 else "")
