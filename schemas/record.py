"""The base class of records: values that are written as JSON, and checked when they are read."""

from __future__ import annotations

from typing import Any, Self, dataclass_transform

import msgspec

__all__ = ["Record", "json_text"]


@dataclass_transform(kw_only_default=True, frozen_default=True)  # which type checkers do not inherit
class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable value with typed fields.

    A subclass may say `frozen=False`, and has to say `kw_only=True` if optional fields come before required ones.

    Not a pydantic model, because nearly every command reads records: to import pydantic and to build its models took
    more than half of a run in which nothing changed.
    """

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Read a record.

        Raises:
            ValueError: the text is not JSON, lacks a field, has an unknown one, or a value of another type.
        """
        return msgspec.json.decode(text, type=cls)

    @classmethod
    def from_values(cls, values: object) -> Self:
        """Return the record with these JSON values; raises ValueError as `from_json` does."""
        return msgspec.convert(values, cls)

    def to_values(self) -> dict[str, Any]:
        """Return the fields as JSON values, in their order: a float field is a float, even if it was set to 0.

        Raises:
            ValueError: a field has a value of another type.
        """
        checked = msgspec.convert(msgspec.to_builtins(self, enc_hook=_without_numpy), type(self))
        return msgspec.to_builtins(checked)

    def to_json(self) -> str:
        """Return the record as JSON, indented by 2; a float that is not a number becomes null.

        Raises:
            ValueError: a field has a value of another type.
        """
        return json_text(self.to_values())

    def changed(self, **fields: Any) -> Self:  # noqa: ANN401  (of any field's type)
        """Return a copy with other values of some fields."""
        return msgspec.structs.replace(self, **fields)


def json_text(values: object) -> str:
    """Return JSON values as text, indented by 2."""
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode()


def _without_numpy(value: Any) -> Any:  # noqa: ANN401  (numpy is not imported here)
    """Return a number of numpy as one of Python."""
    if not hasattr(value, "item"):
        raise TypeError(f"a record cannot hold {value!r}")
    return value.item()
