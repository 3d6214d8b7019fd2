"""Read a flatbuffer without trusting it: every offset is checked before it is followed."""

from __future__ import annotations

import struct

__all__ = ["Table", "root"]

UNSIGNED, SIGNED, SHORT = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<H")


class Table:
    """A table of a flatbuffer, whose fields have numbers.

    Every method raises ValueError if an offset or a length leads out of the data.

    Args:
        data: the whole flatbuffer.
        at: where the table begins.
    """

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        fields = at - _read(SIGNED, data, at)
        size = _read(SHORT, data, fields)
        if size < 2 * SHORT.size or size % SHORT.size or fields + size > len(data):
            raise ValueError("a table of fields that leads out of the file")
        count = size // SHORT.size - 2
        self._fields: tuple[int, ...] = struct.unpack_from(f"<{count}H", data, fields + 2 * SHORT.size)

    def number(self, field: int, form: str = "<I") -> int:
        """Return a number, 0 if it is not there; *form* is its format for `struct`."""
        return _read(struct.Struct(form), self._data, place) if (place := self._place(field)) else 0

    def tables(self, field: int, most: int) -> list[Table]:
        """Return a list of tables, of which there are no more than *most*."""
        at, length = self._vector(field, UNSIGNED.size, most)
        return [Table(self._data, self._follow(at + UNSIGNED.size * i)) for i in range(length)]

    def numbers(self, field: int, most: int) -> tuple[int, ...]:
        """Return a list of int32, of which there are no more than *most*."""
        at, length = self._vector(field, SIGNED.size, most)
        return struct.unpack_from(f"<{length}i", self._data, at)

    def length(self, field: int, size: int = 1) -> int:
        """Return how many elements of *size* bytes a list has."""
        return self._vector(field, size, len(self._data))[1]

    def text(self, field: int) -> str:
        """Return a text; empty if it is not there."""
        at, length = self._vector(field, 1, len(self._data))
        return self._data[at : at + length].decode("utf-8", "backslashreplace")

    def has(self, field: int) -> bool:
        """Return whether a field is there."""
        return self._place(field) != 0

    def _place(self, field: int) -> int:
        offset = self._fields[field] if field < len(self._fields) else 0
        return self._at + offset if offset else 0

    def _follow(self, place: int) -> int:
        return place + _read(UNSIGNED, self._data, place)

    def _vector(self, field: int, size: int, most: int) -> tuple[int, int]:
        """Return where the elements of a list begin, and how many there are; 0 and 0 if it is not there."""
        place = self._place(field)
        if not place:
            return 0, 0
        at = self._follow(place)
        length = _read(UNSIGNED, self._data, at)
        if length > most:
            raise ValueError(f"a list of {length:,} elements, more than {most:,}")
        if at + UNSIGNED.size + length * size > len(self._data):
            raise ValueError("a list that leads out of the file")
        return at + UNSIGNED.size, length


def root(data: bytes, identifier: bytes) -> Table:
    """Return the outermost table of a flatbuffer.

    Raises:
        ValueError: it does not have the identifier, or the table does not lie in it.
    """
    if data[4:8] != identifier:
        raise ValueError(f"no {identifier.decode()} in its first bytes")
    return Table(data, _read(UNSIGNED, data, 0))


def _read(form: struct.Struct, data: bytes, at: int) -> int:
    if not 0 <= at <= len(data) - form.size:
        raise ValueError("an offset that leads out of the file")
    return form.unpack_from(data, at)[0]
