"""Say what a stage could not write when the disk is full."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from schemas.errors import StageError

__all__ = ["explain_full_disk"]

FULL = (errno.ENOSPC, errno.EDQUOT)
MEGA = 1e6


def explain_full_disk(error: BaseException, stage: str, artifacts: Path) -> BaseException:
    """Return the error of a stage; if the disk was full, one that names the file, what is free and what is needed.

    What the stage has written goes, so that the record of the run can be written; its scratch stays.

    Args:
        error: that the stage raised.
        stage: its name.
        artifacts: of the project.
    """
    code = error.errno if isinstance(error, OSError) else None
    if code not in FULL and os.strerror(errno.ENOSPC) not in str(error):  # native libraries raise errors of their own
        return error
    free = shutil.disk_usage(artifacts).free
    files = [path for path in artifacts.glob(f".staging/{stage}-*/outputs/**/*") if path.is_file()]
    written = sum(path.stat().st_size for path in files)
    latest = max(files, key=lambda path: path.stat().st_mtime_ns, default=artifacts)
    name = os.path.relpath(latest, artifacts.parent)
    for folder in artifacts.glob(f".staging/{stage}-*/outputs"):
        shutil.rmtree(folder, ignore_errors=True)
    versions = artifacts.glob(f"store/{stage}/*/v*")
    needed = max([written, *(sum(path.stat().st_size for path in each.rglob("*")) for each in versions)])
    return StageError(
        f"the disk is full: {stage} could not write {name}",
        found=f"{free / MEGA:,.1f} MB free, and {written / MEGA:,.1f} MB that the stage had written and were removed",
        expected=f"more than {needed / MEGA:,.1f} MB",
        do="free some space, then digits run; digits gc says what may go",
    )
