"""How a run went: its stages and their times, its lineage, its versions, and how to do it again."""

from __future__ import annotations

import shlex
from typing import Any

from pipeline.report.html.markup import Html, bar, command, details, element, figure, joined, paragraph, table
from pipeline.report.lineage.graph import trace_run
from pipeline.report.lineage.lanes import draw_lanes
from pipeline.report.material import Material, MissingError
from schemas.artifacts.model import Model
from schemas.records.run import RunRecord, StageRecord

__all__ = ["again", "lineage", "reproduction", "stages", "versions"]

IDLE = {"stale", "skipped", "blocked"}


def stages(material: Material) -> Html:
    """Give each stage's outcome, reason and time; of one that did not run, the time it took when it did."""
    if not material.record.stages:
        raise MissingError("No stage was reached.")
    took = {each.stage: _seconds(material, each.stage, each.seconds, each.outcome) for each in material.record.stages}
    most = max(took.values())
    rows = [
        (
            each.stage,
            joined(each.outcome, element("small", _reason(each, material.record))),
            "" if each.outcome in IDLE else bar(took[each.stage] / most if most else 0, f"{took[each.stage]:.1f} s"),
        )
        for each in material.record.stages
    ]
    said = f"The run took {material.record.seconds:.1f} s. Of an unchanged stage the time is that of when it last ran."
    return joined(paragraph(said), table("Stages", ("stage", "outcome", "time"), rows))


def _reason(stage: StageRecord, record: RunRecord) -> str:
    if stage.outcome == "blocked" and record.verdict and record.verdict.rules:
        return "not blessed: see the rules"
    if stage.outcome == "unchanged":
        return stage.reason.removeprefix("unchanged (").removesuffix(")")
    return stage.error or stage.reason


def _seconds(material: Material, stage: str, seconds: float, outcome: str) -> float:
    execution = material.execution(stage) if outcome == "unchanged" else None
    return execution.seconds if execution else seconds


def lineage(material: Material) -> Html:
    """Give the lineage as lanes."""
    traced = trace_run(material.artifacts, material.record)
    if not traced.executions:
        raise MissingError("No stage of this run is on record.")
    caption = (
        "From top to bottom: a box is an Execution, the names below it are the Artifacts it put out (ring). A dot "
        "on an artifact's line is an Execution that took it."
    )
    return figure(draw_lanes(traced), caption, Html(" As text: "), command(f"digits lineage {material.record.run}"))


def versions(material: Material) -> Html:
    """Give the versions of everything the run depended on."""
    environment = material.record.environment
    libraries: dict[str, Any] = environment.get("libraries") or {}
    if not environment:
        raise MissingError("The record of the environment is gone.")
    named = [("python", environment.get("python")), *((name, libraries[name]) for name in sorted(libraries))]
    items = [element("li", f"{name} ", element("strong", str(version))) for name, version in named]
    said = f"{environment.get('platform', 'an unknown platform')}, {environment.get('cpus', '?')} processors."
    return joined(paragraph(said), element("ul", *items, class_="versions"))


def reproduction(material: Material) -> Html:
    """Give the commands that do the run again, the settings, and the digests to compare with."""
    record = material.record
    commit = record.environment.get("git")
    lines = [f"git checkout {str(commit).removesuffix('-dirty')}"] if commit else []
    lines += ["make install", f".venv/bin/{again(record)}"]
    dirty = "Files differed from that commit when it ran. " if str(commit).endswith("-dirty") else ""
    known = "" if commit else "The project was no git repository. "
    return joined(
        paragraph(f"{dirty}{known}{Model.NOTE}"),
        element("pre", command("\n".join(lines))),
        details("pipeline.yaml as it was", element("pre", element("code", _pipeline(material)))),
        _digests(material),
    )


def again(record: RunRecord) -> str:
    """Give the command that carries the pipeline out with the settings of a run."""
    settings = [word for override in record.overrides for word in ("--set", override)]
    return shlex.join(["digits", "run", *settings])


def _pipeline(material: Material) -> str:
    try:
        return (material.folder / "pipeline.yaml").read_text(encoding="utf-8", errors="backslashreplace")
    except OSError:
        return "gone"


def _digests(material: Material) -> Html:
    rows = [
        (f"{stage.stage}.{name}", path.rpartition("/")[2])
        for stage in material.record.stages
        for name, path in stage.outputs.items()
    ]
    said = "What it put out; behind the dash the beginning of the content digest, equal where the content is"
    return details("Versions of its artifacts", table(said, ("artifact", "version"), rows, unseen=False))
