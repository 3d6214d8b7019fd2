"""What an execution depends on, its fingerprint, and how two of them differ."""

from __future__ import annotations

from typing import Any, cast

from schemas.manifest import digest_of
from schemas.record import Record

__all__ = ["Parts"]

LISTED = 4


class Parts(Record):
    """Everything that determines what a stage writes."""

    source: dict[str, str]
    """Hash of each module, by dotted name."""
    config: dict[str, Any]
    inputs: dict[str, str]
    """Content digest of each input."""
    libraries: dict[str, str]
    """Version of each distribution the source imports."""
    python: str
    threads: int | None
    """TensorFlow threads; None for a stage that does not use TensorFlow."""
    data: dict[str, str] = {}
    """Number of files and their digest, for each folder outside artifacts/ that the config names as data."""

    @property
    def fingerprint(self) -> str:
        """The sha256 of all parts, in hex."""
        return digest_of({name: value for name, value in self.to_values().items() if name != "data" or value})

    def changes_to(self, new: Parts) -> str | None:
        """Return how *new* differs: 'config changed: epochs 5 -> 6'; None if it does not."""
        reasons = [
            _listed("code changed", _code_changes(self.source, new.source)),
            _listed("config changed", _value_changes(_flatten(self.config), _flatten(new.config))),
            _listed("input changed", _changed(self.inputs, new.inputs)),
            _listed("data changed", _data_changes(self.data, new.data)),
            _listed("library changed", _value_changes(self.libraries, new.libraries)),
            _listed("python changed", [f"{self.python} -> {new.python}"] if self.python != new.python else []),
            _listed("threads changed", [f"{self.threads} -> {new.threads}"] if self.threads != new.threads else []),
        ]
        return "; ".join(filter(None, reasons)) or None


def _listed(title: str, changes: list[str]) -> str:
    if len(changes) > LISTED:
        changes = [*changes[:LISTED], f"and {len(changes) - LISTED} more"]
    return f"{title}: {', '.join(changes)}" if changes else ""


def _changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]


def _value_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [f"{name} {_format_value(old.get(name))} -> {_format_value(new.get(name))}" for name in _changed(old, new)]


def _data_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """List the folders that changed: 'mine/3 (12 -> 13 files)', 'mine/4 (12 files, other content)', 'mine/5 (new)'."""
    return [f"{name} ({_file_change(old.get(name), new.get(name))})" for name in _changed(old, new)]


def _file_change(old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "new" if new else "gone"
    before, now = old.split()[0], new.split()[0]
    if now == before:
        return "other content" if now == "1" else f"{now} files, other content"
    return f"{before} -> {now} files"


def _format_value(value: Any) -> str:  # noqa: ANN401  (JSON)
    """Return a value as pipeline.yaml has it, without the entries that are unset."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return f"{{{', '.join(f'{name}: {_format_value(each)}' for name, each in entries if each is not None)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_format_value, cast('list[Any]', value)))}]"
    return "unset" if value is None else str(value)


def _flatten(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            flat |= _flatten(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _code_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """List the files of the modules that changed; a module with others below it is a package."""
    packages = {name.rpartition(".")[0] for name in {*old, *new}}
    return [name.replace(".", "/") + ("/__init__.py" if name in packages else ".py") for name in _changed(old, new)]
