"""What an execution depends on, its fingerprint, and why two of them differ."""

from __future__ import annotations

import sys
from typing import Any, cast

from pipeline.source import file_of, library_versions, read_source
from pipeline.specification import Pipeline, Stage
from schemas.execution import Parts
from schemas.manifest import digest_of
from schemas.outside import read_outside

__all__ = ["explain", "fingerprint", "read_parts"]

LISTED = 4


def read_parts(stage: Stage, pipeline: Pipeline, inputs: dict[str, str]) -> Parts:
    """Collect the parts of a stage whose inputs have these content digests."""
    source = read_source(stage.component.module, pipeline.project)
    return Parts(
        source=source.modules,
        config=stage.config.model_dump(mode="json"),
        inputs=inputs,
        libraries=library_versions(source.libraries),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        threads=None if source.libraries.isdisjoint({"tensorflow", "keras"}) else pipeline.threads,
        data=read_outside(stage.config, pipeline.project),
    )


def fingerprint(parts: Parts) -> str:
    """Give the sha256 over all parts."""
    return digest_of(parts.model_dump(mode="json", exclude_defaults=True))


def explain(old: Parts, new: Parts) -> str | None:
    """Say in what the parts differ: 'config changed: epochs 5 -> 6'; None where they do not."""
    reasons = [
        _listed("code changed", [_path_of(name) for name in _changed(old.source, new.source)]),
        _listed("config changed", _config_changes(old.config, new.config)),
        _listed("input changed", _changed(old.inputs, new.inputs)),
        _listed("data changed", _data_changes(old.data, new.data)),
        _listed("library changed", _value_changes(old.libraries, new.libraries)),
        _listed("python changed", [f"{old.python} -> {new.python}"] if old.python != new.python else []),
        _listed("threads changed", [f"{old.threads} -> {new.threads}"] if old.threads != new.threads else []),
    ]
    return "; ".join(filter(None, reasons)) or None


def _listed(title: str, changes: list[str]) -> str:
    if len(changes) > LISTED:
        changes = [*changes[:LISTED], f"and {len(changes) - LISTED} more"]
    return f"{title}: {', '.join(changes)}" if changes else ""


def _changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]


def _value_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [f"{name} {_said(old.get(name))} -> {_said(new.get(name))}" for name in _changed(old, new)]


def _data_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Name the folders that changed: 'mine/3 (12 -> 13 files)', 'mine/4 (12 files, other content)', 'mine/5 (new)'."""
    return [f"{name} ({_said_of_files(old.get(name), new.get(name))})" for name in _changed(old, new)]


def _said_of_files(old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "new" if new else "gone"
    before, now = old.split()[0], new.split()[0]
    if now == before:
        return "other content" if now == "1" else f"{now} files, other content"
    return f"{before} -> {now} files"


def _said(value: object) -> str:
    return "unset" if value is None else str(value)


def _config_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return _value_changes(_flatten(old), _flatten(new))


def _flatten(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            flat |= _flatten(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _path_of(module: str) -> str:
    path = file_of(module)
    if path is None:
        return module
    return "/".join(path.parts[-(module.count(".") + (2 if path.name == "__init__.py" else 1)) :])
