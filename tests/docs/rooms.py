"""Draws the rooms and the imports between them into docs/architecture.md: python -m tests.docs.rooms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import pairwise

import grimp

from tests.project import HOUSE

__all__ = ["PAGE", "ROOMS", "draw", "drawn"]

PAGE = HOUSE / "docs" / "architecture.md"
ROOMS = ("pipeline", "components", "learning", "inference", "schemas")
BLOCK = re.compile(r"(?<=<!-- python -m tests\.docs\.rooms -->\n)```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)


def draw() -> str:
    """Return the drawing in Mermaid: each room with its sub-rooms, and an arrow from who imports to who is imported.

    Inside a room an arrow that follows from others is left out. Of the rooms each points to the next.
    """
    edges = _imports()
    lines = ["```mermaid", "flowchart TD"]
    for room in ROOMS:
        inside = {
            parent: {each for each in edges[parent] if _room(each) == room} for parent in edges if _room(parent) == room
        }
        lines += [f"  subgraph {room}", *(f"    {_node(each)}" for each in sorted(inside))]
        lines += [f"    {_id(a)} --> {_id(b)}" for a, b in _without_shortcuts(inside)]
        lines.append("  end")
    lines += [f"  {room} --> {below}" for room, below in pairwise(ROOMS)]
    return "\n".join([*lines, "```", ""])


def drawn() -> str:
    """Return the drawing that the page has."""
    found = BLOCK.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def _imports() -> dict[str, set[str]]:
    """Return by sub-room those whose modules it imports."""
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    edges: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        place = _place(module)
        edges[place] |= {_place(each) for each in graph.find_modules_directly_imported_by(module)} - {place}
    return edges


def _place(module: str) -> str:
    """Return the sub-room a module lies in; the room itself for what lies in none."""
    room, *rest = module.split(".")
    inside = [each for each in rest if (HOUSE / room / each).is_dir()][:1]
    return ".".join([room, *inside])


def _room(place: str) -> str:
    return place.partition(".")[0]


def _without_shortcuts(edges: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield the arrows that do not follow from two or more others."""
    below: dict[str, set[str]] = {}
    for place in TopologicalSorter(edges).static_order():
        below[place] = set().union(*({each} | below[each] for each in edges.get(place, ())))
    for place in sorted(edges):
        far = set[str]().union(*(below[each] for each in edges[place]))
        yield from ((place, each) for each in sorted(edges[place] - far))


def _id(place: str) -> str:
    return place.replace(".", "_") + "_" * ("." not in place)


def _node(place: str) -> str:
    return f'{_id(place)}["{place.partition(".")[2] or f"{place} itself"}"]'


def main() -> None:
    """Put the drawing into the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda _: draw(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
