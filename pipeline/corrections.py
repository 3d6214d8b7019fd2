"""The corrections of a project: the newest version in the store, and storing one more."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from pipeline.history import new_run_name
from pipeline.store import Store
from schemas.artifacts.corrections import Correction, Corrections, Kept
from schemas.errors import InputError
from schemas.records.execution import Execution, Version
from schemas.records.fingerprint import Parts

__all__ = ["newest_corrections", "store_correction"]

STAGE = OUTPUT = "corrections"
"""Where the store keeps them: store/corrections/corrections/."""


def newest_corrections(store: Store) -> Version | None:
    """Return the newest version; None if nothing has been stored.

    Raises:
        InputError: it is damaged.
    """
    versions = (execution.outputs[OUTPUT] for execution in store.executions(STAGE))
    newest = next((version for version in versions if (store.artifacts / version.path).exists()), None)
    if newest and (damage := store.damage_of(newest)):
        raise InputError(
            "the stored corrections are damaged",
            found=damage.text,
            do="digits verify --set-aside: the version before is used then",
        )
    return newest


def store_correction(artifacts: Path, correction: Correction, picture: bytes) -> Kept:
    """Publish a version with one more correction; none if it is stored already.

    Args:
        artifacts: of the project.
        correction: what the model answered and the right digit.
        picture: a PNG.

    Raises:
        InputError: the corrections before it are damaged.
        OSError: the store cannot be written.
    """
    store, started = Store(artifacts), datetime.now(UTC)
    with store.lock(STAGE, lambda: None):
        before = newest_corrections(store)
        old = Corrections(artifacts / before.path) if before else None
        rows = old.read() if old else []
        if before and any((each.picture, each.digit) == (correction.picture, correction.digit) for each in rows):
            return Kept(Path(before.path).name, len(rows), new=False)
        parts = Parts(
            source={},
            config={"picture": correction.picture, "digit": correction.digit},
            inputs={"before": before.content} if before else {},
            libraries={},
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
            threads=None,
        )
        workspace = store.open_workspace(STAGE, parts.fingerprint, [OUTPUT])
        count = Corrections.write(workspace.outputs[OUTPUT], correction, picture, old)
        outputs = store.publish(STAGE, workspace, {OUTPUT: Corrections}, None)
        now = datetime.now(UTC)
        store.record(
            Execution(
                stage=STAGE,
                run=new_run_name(now, (each.run for each in store.executions(STAGE))),
                fingerprint=parts.fingerprint,
                parts=parts,
                inputs={},
                outputs=outputs,
                environment={},
                started=started.isoformat(timespec="seconds"),
                seconds=round((now - started).total_seconds(), 3),
            )
        )
        return Kept(Path(outputs[OUTPUT].path).name, count, new=True)
