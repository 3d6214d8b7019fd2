"""Draw a lineage as SVG: a row per execution and artifact, a lane from each artifact to its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.html.markup import Html, element

if TYPE_CHECKING:
    from pipeline.report.lineage.graph import Lineage

__all__ = ["draw_lanes"]

ROW, LANE, LEFT, TOP = 22, 16, 12, 8
TEXT = 196  # width of the longest artifact name; a phone's page is 340 units wide


def draw_lanes(lineage: Lineage) -> Html:
    """Draw executions and artifacts from top to bottom, in topological order.

    A ring marks where an artifact's lane begins; a dot on the lane is an execution that used it.
    """
    rows: dict[str, int] = {}
    lanes: dict[str, int] = {}
    for fingerprint in lineage.executions:
        for _, path in lineage.inputs(fingerprint):
            if path not in rows:  # no record of the execution that produced it
                rows[path], lanes[path] = len(rows), len(lanes)
        rows[fingerprint] = len(rows)
        for _, path in lineage.outputs(fingerprint):
            if path not in rows:
                rows[path], lanes[path] = len(rows), len(lanes)
    parts = [
        *(_lane(lineage, path, rows, lanes[path]) for path in lanes),
        *(_execution(lineage, fingerprint, rows[fingerprint], lanes) for fingerprint in lineage.executions),
        *(_artifact(lineage, path, rows[path], lane) for path, lane in lanes.items()),
    ]
    width, height = LEFT + TEXT + LANE * (len(lanes) + 1), TOP * 2 + ROW * len(rows)
    description = "; ".join(
        f"{each.stage} used {_names(lineage.inputs(name))} and produced {_names(lineage.outputs(name))}"
        for name, each in lineage.executions.items()
    )
    about = element("title", "Lineage", id="lineage-title") + element("desc", description, id="lineage-description")
    return Html(
        f'<svg class="lanes" viewBox="0 0 {width} {height}" style="max-width:{1.35 * width:.0f}px" role="img" '
        f'aria-labelledby="lineage-title lineage-description">{about}{"".join(parts)}</svg>'
    )


def _names(events: list[tuple[str, str]]) -> str:
    return ", ".join(name for name, _ in events) or "nothing"


def _x(lane: int) -> int:
    return LEFT + TEXT + LANE * (lane + 1) - LANE // 2


def _y(row: int) -> int:
    return TOP + ROW * row + ROW // 2


def _lane(lineage: Lineage, path: str, rows: dict[str, int], lane: int) -> Html:
    takers = [event.execution for event in lineage.events if event.artifact == path and event.type == "INPUT"]
    end = max((rows[taker] for taker in takers), default=rows[path])
    line = element("line", **_line(_x(lane), _y(rows[path]), _x(lane), _y(end)), class_="lane")
    dots = [element("circle", cx=str(_x(lane)), cy=str(_y(rows[taker])), r="4", class_="dot") for taker in takers]
    return Html(line + "".join(dots))


def _execution(lineage: Lineage, fingerprint: str, row: int, lanes: dict[str, int]) -> Html:
    execution = lineage.executions[fingerprint]
    taken = [lanes[path] for _, path in lineage.inputs(fingerprint)]
    reach = element("line", **_line(LEFT + 90, _y(row), _x(max(taken)), _y(row)), class_="take") if taken else Html("")
    box = element("rect", x="2", y=str(_y(row) - 9), width="94", height="18", rx="4", class_="execution")
    return Html(reach + box + element("text", execution.stage, x=str(LEFT - 3), y=str(_y(row) + 4), class_="stage"))


def _artifact(lineage: Lineage, path: str, row: int, lane: int) -> Html:
    node = lineage.artifacts[path]
    output = node.name.partition(".")[2]
    reach = element("line", **_line(LEFT + TEXT - 4, _y(row), _x(lane), _y(row)), class_="make")
    ring = element("circle", cx=str(_x(lane)), cy=str(_y(row)), r="4", class_="ring")
    version = element("tspan", f" {node.version}", class_="version")
    begin = LEFT + 10 if lineage.maker(path) else 2  # without a producing execution it is not indented
    text = element("text", output, version, x=str(begin), y=str(_y(row) + 4))
    return Html(reach + ring + text)


def _line(x1: int, y1: int, x2: int, y2: int) -> dict[str, str]:
    return {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)}
