"""What a pipeline.yaml and `--set` give, setting by setting, and how two runs differ in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from schemas.settings.document import read_document
from schemas.settings.pipeline_file import override

__all__ = ["differences", "given_settings"]

LISTED = 4


def given_settings(path: Path, overrides: Iterable[str]) -> dict[str, object]:
    """Return what is set, by `stage.key`; what is left at its default is not there.

    Args:
        path: of a pipeline.yaml.
        overrides: the `--set` options that came with it.

    Raises:
        UsageError: the file is gone or invalid, or an override does not fit it.
    """
    document = read_document(path)
    for each in overrides:
        override(document, each)
    stages = cast("dict[str, dict[str, Any] | None]", document.value["stages"])
    return {
        f"{name}.{key}": value
        for name, entry in stages.items()
        for key, value in _flat((entry or {}).get("config") or {})
    }


def differences(old: dict[str, object], new: dict[str, object], stages: Sequence[str]) -> tuple[str, str]:
    """Return how the settings of some stages differ: `train.recipe=best, train.seed=1`, and `standard, unset`."""
    keys = [key for key in {**old, **new} if key.partition(".")[0] in stages and old.get(key) != new.get(key)]
    shown = keys[:LISTED]
    more = [f"and {len(keys) - LISTED} more"] if len(keys) > LISTED else []
    first = [f"{key}={old[key]}" if key in old else f"{key} unset" for key in shown]
    second = [str(new[key]) if key in new else "unset" for key in shown]
    return ", ".join(first + more), ", ".join(second)


def _flat(config: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in config.items():
        if isinstance(value, dict):
            rows += _flat(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", value))
    return rows
