"""Records that are files of their own: their JSON begins with the version of the schema and ends with a checksum."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Self

import msgspec

from schemas.errors import InputError
from schemas.record import Record, json_text

__all__ = ["SCHEMA", "Document", "refuse_newer"]

SCHEMA = 2
"""The version that is written; a change that this code could not read raises it, and older ones are read for ever.

1: plain JSON, without a version and a checksum.
2: `schema` comes first and `sha256` last.
"""
HEAD = re.compile(rb'\{\n  "schema": (\d{1,9}),\n')
TAIL = b',\n  "sha256": "'


class Document(Record, frozen=True, kw_only=True):
    """A record in a file of its own.

    The file is canonical: UTF-8, indented by 2, fields in their order, a line break at the end, no NaN. `sha256` is
    that of all bytes before the comma that precedes it, in hexadecimal, so that no bit can flip unnoticed.
    """

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Read a document of this version or an older one, or the JSON of its record alone.

        Raises:
            InputError: a newer version of digits wrote it.
            ValueError: it was changed since it was written, or `Record.from_json` raises it.
        """
        data = text.encode() if isinstance(text, str) else text
        head = HEAD.match(data)
        if head is None:
            return msgspec.json.decode(data, type=cls)
        body, _, tail = data.rpartition(TAIL)
        if tail != _ending(body):
            raise ValueError("it was changed since it was written: its checksum is another")
        refuse_newer(int(head[1]), f"a record ({cls.__name__})")
        return msgspec.json.decode(b"{" + body[head.end() :] + b"}", type=cls)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a document from a file; raises OSError, and what `from_json` raises, naming the file."""
        data = path.read_bytes()
        try:
            return cls.from_json(data)
        except InputError as error:
            headline = f"{path}: {error.headline}"
            raise InputError(headline, found=error.found, expected=error.expected, do=error.do) from None

    def to_document(self) -> str:
        """Return the text of the file; raises ValueError if a field has a value of another type."""
        plain = json_text(self.to_values()).removeprefix("{\n").removesuffix("\n}")
        body = f'{{\n  "schema": {SCHEMA},\n{plain}'.encode()
        return (body + TAIL + _ending(body)).decode()


def refuse_newer(version: int, what: str) -> None:
    """Raise InputError if a version of the schema is newer than this code can read."""
    if version > SCHEMA:
        raise InputError(
            f"{what} was written by a newer version of digits",
            found=f"version {version} of its schema",
            expected=f"version {SCHEMA} or older",
            do="install that version; nothing was changed",
        )


def _ending(body: bytes) -> bytes:
    return f'{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode()
