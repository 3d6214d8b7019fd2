"""Base class of settings: strict, frozen, and validated before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

__all__ = ["Config", "Counts", "FunctionName"]

Counts = Literal["always", "fallback", "never"]
"""When a setting is part of a stage's fingerprint: always, only if a fallback was used, or never."""
FunctionName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]
"""A function in a module beside pipeline.yaml: `mynets.wide`. A setting of this type declares `"code": True`."""


class Config(BaseModel):
    """Base of every component's settings.

    Unknown keys are refused, numbers must be finite, and instances are immutable. A field may declare in
    `json_schema_extra`:

    - `"env": "NAME"`: the environment variable NAME, if set, overrides pipeline.yaml; `--set` overrides both.
    - `"data": "folder"`, `"file"`, or True for either: the path of data whose content is part of the
      fingerprint, like that of an input.
    - `"code": True`: the dotted name of a function, `module.function`, or several; their modules, with all they
      import, are part of the fingerprint. A name without a dot is none.
    - `"counts": "never"`: the setting cannot change what the stage writes, so a new value does not rerun it.
    - `"counts": "fallback"`: it only says where the data are or how to reach them. It counts if they could not be
      reached and a fallback was used, because another value may reach them.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True, protected_namespaces=()
    )

    _was_unreachable: bool = PrivateAttr(default=False)

    @property
    def was_unreachable(self) -> bool:
        """Whether the component could not reach the data that the settings name."""
        return self._was_unreachable

    def note_unreachable(self) -> None:
        """Record that the data could not be reached, so that the run can reuse those of an earlier run."""
        self._was_unreachable = True

    def forget_unreachable(self) -> None:
        """Forget what an earlier call of the component noted, so that the next one notes for itself."""
        self._was_unreachable = False

    @property
    def takes_corrections(self) -> bool:
        """Whether the settings ask for the corrections of the project; the runner then passes them."""
        return False

    @property
    def takes_champion(self) -> bool:
        """Whether the settings ask for the champion; the runner then passes it, though pipeline.yaml names no input."""
        return False

    @property
    def names_paths(self) -> bool:
        """Whether `check_paths` has something to check; if it has not, a cached run need not import the component."""
        return type(self).check_paths is not Config.check_paths

    def check_paths(self) -> None:
        """Check what the settings name and `missing` does not cover; called by `digits check` and before a run.

        Raises:
            InputError: something they name is missing or damaged.
        """

    def data_paths(self) -> Iterator[tuple[Path, str]]:
        """Yield the paths of data, each with `folder`, `file`, or '' for either; nested configs are included."""
        for name, info in type(self).model_fields.items():
            value: object = getattr(self, name)
            extra = info.json_schema_extra
            kind = cast("dict[str, str | bool]", extra).get("data") if isinstance(extra, dict) else None
            for item in cast("list[object]", value) if isinstance(value, list) else [value]:
                if isinstance(item, Config):
                    yield from item.data_paths()
                elif kind and isinstance(item, Path):
                    yield item, kind if isinstance(kind, str) else ""

    def functions(self) -> Iterator[tuple[str, str]]:
        """Yield the functions that settings name, as the name of the setting and the dotted name of the function."""
        for field, info in type(self).model_fields.items():
            extra, value = info.json_schema_extra, cast("object", getattr(self, field))
            if isinstance(extra, dict) and cast("dict[str, Any]", extra).get("code"):
                names = cast("list[object]", value) if isinstance(value, list) else [value]
                yield from ((field, name) for name in names if isinstance(name, str) and "." in name)

    def counted(self, *, fallback: bool = False) -> dict[str, Any]:
        """Return the settings that are part of the fingerprint, as JSON values.

        Args:
            fallback: include those that count only if a fallback was used.
        """
        shown = self.model_dump(mode="json")
        kept = {"always", "fallback"} if fallback else {"always"}
        names = [name for name in type(self).model_fields if self.counts(name) in kept]
        return {name: _counted(getattr(self, name), shown[name], fallback=fallback) for name in names}

    @classmethod
    def counts(cls, name: str) -> Counts:
        """Return when a setting is part of the fingerprint."""
        extra = cls.model_fields[name].json_schema_extra
        return cast("dict[str, Any]", extra).get("counts", "always") if isinstance(extra, dict) else "always"


def _counted(value: object, shown: Any, *, fallback: bool) -> Any:  # noqa: ANN401  (JSON)
    """Drop the settings that do not count from nested configs, single or in a list."""
    if isinstance(value, Config):
        return value.counted(fallback=fallback)
    if isinstance(value, list):
        items = zip(cast("list[object]", value), shown, strict=True)
        return [_counted(item, each, fallback=fallback) for item, each in items]
    return shown
