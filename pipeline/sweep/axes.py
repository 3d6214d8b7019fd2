"""The settings that a sweep varies: what --sweep gives, checked, and every combination of their values."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.errors import UsageError

__all__ = ["Axis", "combinations", "read_axes"]

MOST = 1000  # combinations, each with a record
NAME = re.compile(r"[^.=\s]+(\.[^.=\s]+)+")
RANGE = re.compile(r"(-?[0-9]+)\.\.(-?[0-9]+)")
LIKE_A_RANGE = re.compile(r"[-+.0-9]+\.\.[-+.0-9]+")
EXPECTED = "stage.key=VALUE,VALUE or, of whole numbers, stage.key=0..4"


@dataclass(frozen=True)
class Axis:
    """A setting that a sweep varies.

    Attributes:
        name: of the setting, `train.seed`.
        values: as `--set` takes them, each once.
    """

    name: str
    values: tuple[str, ...]

    @property
    def is_seed(self) -> bool:
        """Whether its values are chance: combinations that differ in seeds only are repetitions of one."""
        return self.name.rpartition(".")[2] == "seed"


def read_axes(given: Sequence[str], overrides: Sequence[str]) -> list[Axis]:
    """Return the axes that --sweep gives; the values themselves are checked when the pipeline is resolved.

    Args:
        given: each `stage.key=VALUES`: values in YAML with commas between them, and ranges `0..4` with both ends.
        overrides: what --set gives.

    Raises:
        UsageError: one is no axis, a value or a setting is there twice, or there are too many combinations.
    """
    axes = [_read_axis(each) for each in given]
    fixed = [each.partition("=")[0] for each in overrides]
    for position, axis in enumerate(axes):
        others = [each.name for each in axes[:position]]
        if twice := next((name for name in others if _overlap(name, axis.name)), None):
            raise UsageError(f"--sweep {axis.name}: it is swept already", found=f"--sweep {twice}", expected=EXPECTED)
        if twice := next((name for name in fixed if name == axis.name or name.startswith(f"{axis.name}.")), None):
            raise UsageError(f"--sweep {axis.name}: it is set, too", found=f"--set {twice}", do="leave one of them out")
    if (count := math.prod(len(axis.values) for axis in axes)) > MOST:
        raise UsageError("the sweep is too large", found=f"{count:,} combinations", expected=f"at most {MOST:,}")
    return axes


def combinations(axes: Sequence[Axis]) -> list[tuple[str, ...]]:
    """Return every combination of values, each as `--set` takes it; those of the last axis follow one another."""
    return list(itertools.product(*([f"{axis.name}={value}" for value in axis.values] for axis in axes)))


def _read_axis(given: str) -> Axis:
    name, equals, text = given.partition("=")
    if name == "threads":
        raise UsageError("--sweep threads: a process has one number of threads", do="digits run --set threads=N")
    if not equals or not NAME.fullmatch(name):
        raise UsageError(f"--sweep {given} sweeps nothing", found=given, expected=EXPECTED)
    values = [value for item in _items(text) for value in _expanded(name, item)]
    if twice := next((value for i, value in enumerate(values) if value in values[:i]), None):
        raise UsageError(f"--sweep {name}: a value is there twice", found=twice, expected="each value once")
    return Axis(name, tuple(values))


def _items(text: str) -> list[str]:
    """Return the parts between the commas that stand outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (depth or not parts[-1].strip()):
            quote = sign
        else:
            depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _expanded(name: str, item: str) -> Sequence[str]:
    """Return the values of one part: of a range all, else itself."""
    if not item:
        raise UsageError(f"--sweep {name}: a value is missing", found="nothing between two commas", expected=EXPECTED)
    if match := RANGE.fullmatch(item):
        first, last = int(match[1]), int(match[2])
        if first > last:
            raise UsageError(f"--sweep {name}: the range is empty", found=item, expected=f"{last}..{first}")
        if last - first >= MOST:
            found = f"{last - first + 1:,} values"
            raise UsageError(f"--sweep {name}: the range is too large", found=found, expected=f"at most {MOST:,}")
        return [str(value) for value in range(first, last + 1)]
    if LIKE_A_RANGE.fullmatch(item):
        raise UsageError(f"--sweep {name}: not a range of whole numbers", found=item, expected=EXPECTED)
    return [item]


def _overlap(first: str, second: str) -> bool:
    """Return whether two settings are the same, or one is a part of the other."""
    return f"{first}.".startswith(f"{second}.") or f"{second}.".startswith(f"{first}.")
