"""The settings of a stage: strict, frozen, resolved before anything runs."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr

__all__ = ["Config", "Counts"]

Counts = Literal["always", "fallback", "never"]
"""When a setting is part of a stage's fingerprint: always; only where a fallback stood in; or never."""


class Config(BaseModel):
    """Base of every component's settings.

    Unknown keys are refused, numbers must be finite, and nothing changes after
    validation. What a field declares in `json_schema_extra`:

    - `"env": "NAME"`: the environment variable NAME, where set, overrides pipeline.yaml; `--set` overrides both.
    - `"data": "folder"`, `"file"`, or True for either: the path of data whose content counts as an input's does.
    - `"counts": "never"`: the setting cannot change what the stage writes, so a new value reruns nothing.
    - `"counts": "fallback"`: it only says where the data lie or how to reach them. It counts where they could not be
      reached and a fallback stood in, because another value may reach them.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True, protected_namespaces=()
    )

    _was_unreachable: bool = PrivateAttr(default=False)

    @property
    def was_unreachable(self) -> bool:
        """Whether the component could not reach what the settings ask for."""
        return self._was_unreachable

    def note_unreachable(self) -> None:
        """Note that what the settings ask for cannot be reached now: the run then uses what an earlier one took."""
        self._was_unreachable = True

    def check_named(self) -> None:
        """Check that what the settings name, beside data, is there; called by `digits check` and before a run.

        Raises:
            InputError: it is missing or damaged.
        """

    def counted(self, *, fallback: bool = False) -> dict[str, Any]:
        """Return the settings that are part of the fingerprint, as JSON.

        Args:
            fallback: with those that count only where a fallback stood in.
        """
        shown = self.model_dump(mode="json")
        kept = {"always", "fallback"} if fallback else {"always"}
        names = [name for name in type(self).model_fields if self.counts(name) in kept]
        return {name: _counted(getattr(self, name), shown[name], fallback=fallback) for name in names}

    @classmethod
    def counts(cls, name: str) -> Counts:
        """Say when a setting is part of the fingerprint."""
        extra = cls.model_fields[name].json_schema_extra
        return cast("dict[str, Any]", extra).get("counts", "always") if isinstance(extra, dict) else "always"


def _counted(value: object, shown: Any, *, fallback: bool) -> Any:  # noqa: ANN401  (JSON)
    """Leave out what does not count of configs that are the value of a setting, alone or in a list."""
    if isinstance(value, Config):
        return value.counted(fallback=fallback)
    if isinstance(value, list):
        items = zip(cast("list[object]", value), shown, strict=True)
        return [_counted(item, each, fallback=fallback) for item, each in items]
    return shown
