"""The sealed bundle as the gate would have left it if it had refused its model."""

from __future__ import annotations

import shutil
from pathlib import Path

from schemas.artifacts.bundle import Bundle, Judgement
from schemas.manifest import MANIFEST
from tests.samples import seal
from tests.sealed.project import BUNDLE

__all__ = ["REASON", "write_refused"]

REASON = "accuracy 0.993 < 0.999, short by 0.006; 1,000 pictures; 6 more correct needed"


def write_refused(folder: Path) -> Bundle:
    """Write a copy of the sealed bundle, with a verdict that refuses it, into a new folder."""
    shutil.copytree(BUNDLE, folder)
    (folder / MANIFEST).unlink()
    judgement = Judgement(blessed=False, reasons=[REASON])
    (folder / Bundle.JUDGEMENT).write_text(judgement.to_json() + "\n", encoding="utf-8")
    return seal(Bundle, folder)
