"""Draw a lineage as a text tree; shared nodes are expanded once."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.artifacts.bundle import Bundle
from schemas.errors import printable

if TYPE_CHECKING:
    from pipeline.report.lineage.graph import Lineage
    from schemas.records.execution import Execution

__all__ = ["draw_tree"]

LEAST = 24  # columns of text at any depth


@dataclass
class _Drawing:
    lineage: Lineage
    width: int
    lines: list[str] = field(default_factory=list[str])
    drawn: set[str] = field(default_factory=set[str])

    def add(self, text: str, first: str, rest: str) -> None:
        """Add a text, wrapped: the first line after the prefix *first*, the others after *rest*."""
        width = max(self.width - len(first), LEAST)
        for number, part in enumerate(
            textwrap.wrap(printable(text), width, break_long_words=False, break_on_hyphens=False)
        ):
            self.lines.append((rest if number else first) + part)


def draw_tree(lineage: Lineage, width: int) -> str:
    """Return the tree of an artifact, or of the outputs of a run.

    An Artifact is above the Execution that produced it, which is above the Artifacts it used. A node that was
    expanded before is named only.

    Args:
        lineage: to draw.
        width: of a line, in columns.
    """
    drawing = _Drawing(lineage, width)
    if lineage.root in lineage.artifacts:
        _draw_artifact(drawing, lineage.root, "", ("", ""))
        _draw_takers(drawing, lineage.takers)
    else:
        drawing.add(f"Context run {lineage.root}", "", "  ")
        taken = {event.artifact for event in lineage.events if event.type == "INPUT"}
        ends = [path for path in lineage.artifacts if path not in taken]
        for path, (first, rest) in zip(ends, _guides(len(ends), ""), strict=True):
            _draw_artifact(drawing, path, "", (first, rest))
        if not ends:
            drawing.add("no stage of this run produced an output", "", "")
    return "\n".join(drawing.lines)


def _draw_artifact(drawing: _Drawing, path: str, role: str, guides: tuple[str, str]) -> None:
    lineage = drawing.lineage
    node = lineage.artifacts[path]
    again = path in drawing.drawn
    name = f"{role}: " if role else ""
    title = f"{name}Artifact {node.name} {node.version}"
    above = " (above)" if again and lineage.maker(path) else ""
    drawing.add(f"{title} {node.type or '(gone)'}{above}", guides[0], f"{guides[1]}  ")
    if again:
        return
    drawing.drawn.add(path)
    maker = lineage.maker(path)
    if maker is None and node.type == Bundle.__name__:
        drawing.add(
            f"digits lineage {node.name.replace('.', '/')}/{node.version}", f"{guides[1]}└ ", f"{guides[1]}    "
        )
    elif maker is None:
        drawing.add("no record of the Execution that produced it", f"{guides[1]}└ ", f"{guides[1]}    ")
    else:
        _draw_execution(drawing, maker, lineage.others.get(path, 0), guides[1])


def _draw_execution(drawing: _Drawing, execution: Execution, others: int, indent: str) -> None:
    again = execution.name in drawing.drawn
    more = f", and {others} more produced the same" if others else ""
    above = " (above)" if again else f", {_when(execution)}{more}"
    drawing.add(
        f"OUTPUT of Execution {execution.stage} {execution.fingerprint[:8]}{above}", f"{indent}└ ", f"{indent}    "
    )
    if again:
        return
    drawing.drawn.add(execution.name)
    inputs = drawing.lineage.inputs(execution.name)
    for (name, path), guides in zip(inputs, _guides(len(inputs), f"{indent}  "), strict=True):
        _draw_artifact(drawing, path, f"INPUT {name}", guides)


def _draw_takers(drawing: _Drawing, takers: Sequence[Execution]) -> None:
    for execution in takers:
        versions = ", ".join(version.path.removeprefix("store/") for version in execution.outputs.values())
        drawing.add(
            f"INPUT of Execution {execution.stage} {execution.fingerprint[:8]}, {_when(execution)}: {versions}",
            "",
            "  ",
        )


def _guides(count: int, indent: str) -> list[tuple[str, str]]:
    """Return for each of *count* branches the prefixes of its first line and of its other lines."""
    return [
        (f"{indent}├ ", f"{indent}│ ") if number < count - 1 else (f"{indent}└ ", f"{indent}  ")
        for number in range(count)
    ]


def _when(execution: Execution) -> str:
    return f"{execution.started[:16].replace('T', ' ')}, {execution.seconds:.1f} s"
