"""Say what the machine refused a command - space, memory, open files - and what to do about it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from schemas.errors import StageError

__all__ = ["ADVICE", "explain_machine_error"]

FULL = (errno.ENOSPC, errno.EDQUOT)
ADVICE = {
    **dict.fromkeys(FULL, "free some space, and run the command again; digits gc says what may go"),
    errno.EACCES: "let this user read and write there (ls -l says who may), and run the command again",
    errno.EFBIG: "allow larger files (ulimit -f), and run the command again",
    errno.EROFS: "make the file system writable, and run the command again",
    errno.EIO: "the disk fails: look at the system's log (dmesg), and run the command again on one that works",
    errno.EMFILE: "allow more open files (ulimit -n), and run the command again",
    errno.ENFILE: "end other programs, which have too many files open, and run the command again",
    errno.ESTALE: "the file server lost a file: run the command again",
    errno.ENOLCK: "keep artifacts/ on a file system with locks (flock), and run the command again",
    errno.ENOMEM: "free some memory, or allow more (ulimit -v), and run the command again",
}
"""What to do about each error that is no fault of the program or its input."""
MEGA = 1e6


def explain_machine_error(error: BaseException, stage: str, artifacts: Path) -> BaseException:
    """Return the error of a stage; if the machine refused something, one that says what, and what to do.

    If the disk was full, what the stage has written goes, so that the record of the run can be written; its scratch
    stays.

    Args:
        error: that the stage raised.
        stage: its name.
        artifacts: of the project.
    """
    code = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError):
        code = errno.ENOMEM
    if code in FULL or os.strerror(errno.ENOSPC) in str(error):  # native libraries raise errors of their own
        return _explain_full_disk(stage, artifacts, quota=code == errno.EDQUOT)
    if code not in ADVICE:
        return error
    name = getattr(error, "filename", None)
    return StageError(f"{name}: {os.strerror(code)}" if name else os.strerror(code), do=ADVICE[code])


def _explain_full_disk(stage: str, artifacts: Path, *, quota: bool) -> StageError:
    free = shutil.disk_usage(artifacts).free / MEGA
    files = [path for path in artifacts.glob(f".staging/{stage}-*/outputs/**/*") if path.is_file()]
    written = sum(path.stat().st_size for path in files)
    latest = max(files, key=lambda path: path.stat().st_mtime_ns, default=artifacts)
    name = os.path.relpath(latest, artifacts.parent)
    for folder in artifacts.glob(f".staging/{stage}-*/outputs"):
        shutil.rmtree(folder, ignore_errors=True)
    versions = artifacts.glob(f"store/{stage}/*/v*")
    needed = max([written, *(sum(path.stat().st_size for path in each.rglob("*")) for each in versions)])
    full, left = ("the quota is used up", "a full quota") if quota else ("the disk is full", f"{free:,.1f} MB free")
    return StageError(
        f"{full}: {stage} could not write {name}",
        found=f"{left}, and {written / MEGA:,.1f} MB that the stage had written and were removed",
        expected=f"more than {needed / MEGA:,.1f} MB",
        do="free some space, then digits run; digits gc says what may go",
    )
