"""The history of promotions, promotions.jsonl: a line for each, every one with the hash of the line before."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from schemas.document import refuse_newer
from schemas.record import Record

__all__ = ["HISTORY", "History", "Promotion", "read_history"]

HISTORY = "promotions.jsonl"
BEGINNING = "0" * 64


class Promotion(Record, kw_only=True):
    """One change of the champion, or one model written to a folder of TensorFlow Serving; a line of the history."""

    number: int
    """1 for the first line."""
    time: str
    """UTC, ISO 8601."""
    by: Literal["run", "promote", "rollback"]
    """What promoted: a run, or a person with `digits promote` or `digits rollback`."""
    bundle: str
    """Path of the promoted bundle, relative to artifacts/."""
    content: str
    """Content digest of that bundle."""
    before: str | None
    """Path of the champion until then; None if there was none."""
    run: str | None = None
    """Name of the run that promoted; None if a person did."""
    override: str | None = None
    """Why a person promoted what no gate had blessed; None if a gate had."""
    to: str | None = None
    """The folder of TensorFlow Serving that the model was written to; None if the model became the champion."""
    previous: str
    """Hash of the line before; zeros in the first line."""
    hash: str = ""
    """The sha256 of this line with an empty `hash`, in hexadecimal."""

    def sealed(self) -> Promotion:
        """Return the promotion with its hash."""
        return self.changed(hash=hashlib.sha256(msgspec.json.encode(self.changed(hash=""))).hexdigest())

    def line(self) -> bytes:
        """Return the line of the history, with its line break."""
        return msgspec.json.encode(self) + b"\n"


@dataclass(frozen=True)
class History:
    """The history of promotions as it was found.

    Attributes:
        promotions: the readable lines, oldest first.
        damage: what is wrong with lines that were changed, removed or added; empty if the chain holds, and its end
            names the champion.
        whole: number of bytes up to the end of the last whole line.
        torn: whether more bytes follow: the beginning of a line that a killed process did not finish.
        champion: path of the champion; None if there is none.
    """

    promotions: list[Promotion]
    damage: list[str]
    whole: int
    torn: bool
    champion: str | None

    @property
    def champions(self) -> list[Promotion]:
        """The promotions that changed the champion, newest first; one that was killed on the way changed nothing."""
        lines = [each for each in self.promotions if each.to is None]
        found_next = [*(each.before for each in lines[1:]), self.champion]
        pairs = zip(lines, found_next, strict=False)
        return [each for each, found in pairs if found is None or found != each.before][::-1]

    def next_line(self) -> tuple[int, str]:
        """Return the number of the next line, and the hash that it names as `previous`."""
        return (self.promotions[-1].number + 1, self.promotions[-1].hash) if self.promotions else (1, BEGINNING)


def read_history(artifacts: Path) -> History:
    """Read the history of a project and check its chain; without a file and a champion it is empty.

    Raises:
        InputError: a newer version of digits wrote a line of it.
    """
    path = artifacts / HISTORY
    data = path.read_bytes() if path.is_file() else b""
    *lines, rest = data.split(b"\n")
    promotions: list[Promotion] = []
    damage: list[str] = []
    number, previous = 1, BEGINNING
    for place, line in enumerate(lines, start=1):
        try:
            found = Promotion.from_json(line)
        except ValueError:
            _refuse_newer(line, path)
            damage.append(f"line {place} cannot be read")
            number, previous = number + 1, ""
            continue
        if found.hash != found.sealed().hash:
            damage.append(f"line {place} was changed")
        elif found.number != number or previous not in {found.previous, ""}:
            damage.append(f"line {place} does not follow the line before")
        promotions.append(found)
        number, previous = found.number + 1, found.hash
    link = artifacts / "champion"
    champion = str(link.readlink()) if link.is_symlink() else None
    damage += _unrecorded_champion(promotions, champion)
    if champion and not lines:
        damage.append(f"{'no line is whole' if path.is_file() else 'it is gone'}, although {champion} is the champion")
    return History(promotions, damage, len(data) - len(rest), bool(rest), champion)


def _refuse_newer(line: bytes, path: Path) -> None:
    """Raise InputError if a line says that it has a newer schema; those of today say nothing."""
    with suppress(ValueError, TypeError, AttributeError):
        refuse_newer(int(json.loads(line).get("schema", 0)), f"a line of {path}")


def _unrecorded_champion(promotions: list[Promotion], champion: str | None) -> list[str]:
    """Return what is wrong if the last line of a history does not name the champion: later lines were cut off.

    A process that was killed while it promoted leaves the champion before.
    """
    last = next((each for each in reversed(promotions) if each.to is None), None)
    lost = champion is not None and last is not None and champion not in {last.bundle, last.before}
    return [f"no line names {champion}, the champion, as the last promoted"] if lost else []
