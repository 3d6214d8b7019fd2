"""Pictures that a person labelled after a model misread them."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas.artifacts.artifact import Artifact
from schemas.errors import InputError
from schemas.record import Record

__all__ = ["Correction", "Corrections", "Kept"]

NAME = 32  # hexadecimal digits of a picture's sha256 in its name


class Correction(Record):
    """The right digit of a picture, and what the model answered."""

    picture: str
    """Name of its file, made from its content."""
    digit: str
    """The name of the right class."""
    decision: str
    """`answered` or `unsure`."""
    reason: str | None
    """Why it was unsure; None if it was answered."""
    guess: str | None
    """The likeliest class, answered or not."""
    confidence: float | None
    """Calibrated probability of the guess, 0 to 1."""
    model: str
    """Version of the bundle that answered."""

    @staticmethod
    def name_of(picture: bytes) -> str:
        """Return the file name of a picture, a PNG: equal pictures have the same name."""
        return f"{hashlib.sha256(picture).hexdigest()[:NAME]}.png"


@dataclass(frozen=True)
class Kept:
    """A correction in the store.

    Attributes:
        version: of the Corrections that hold it.
        count: pictures in them.
        new: false if the same picture was stored with the same digit before.
    """

    version: str
    count: int
    new: bool


class Corrections(Artifact):
    """Corrected pictures, each once, with its newest label; a version holds those of the one before and one more.

    File structure:
        corrections.jsonl: a Correction per line, ordered by picture.
        pictures/NAME.png: the pictures.
    """

    TABLE = "corrections.jsonl"
    PICTURES = "pictures"

    def read(self) -> list[Correction]:
        """Read the table; raises InputError if it is not one."""
        path = self.path / self.TABLE
        try:
            return msgspec.json.decode(b"[%s]" % b",".join(path.read_bytes().splitlines()), type=list[Correction])
        except (OSError, ValueError) as error:
            raise InputError(f"{path} is no table of corrections", found=str(error), do="digits verify") from error

    def picture(self, correction: Correction) -> bytes:
        """Return the bytes of a picture."""
        return (self.path / self.PICTURES / correction.picture).read_bytes()

    @classmethod
    def write(cls, folder: Path, correction: Correction, picture: bytes, before: Corrections | None) -> int:
        """Write a correction and those before it into an output folder; return how many there are.

        An earlier correction of the same picture is replaced. Earlier pictures are linked, not copied, where the file
        system can.
        """
        pictures = folder / cls.PICTURES
        pictures.mkdir()
        (pictures / correction.picture).write_bytes(picture)
        rows = [correction]
        for each in before.read() if before else ():
            if before and each.picture != correction.picture:
                _link(before.path / cls.PICTURES / each.picture, pictures / each.picture)
                rows.append(each)
        rows.sort(key=lambda each: each.picture)
        (folder / cls.TABLE).write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in rows))
        return len(rows)


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:
        new.unlink(missing_ok=True)  # a file server may report an error for a link that it has made
        shutil.copyfile(old, new)
