"""Report sections on a run: stages and times, lineage, versions, and how to reproduce it."""

from __future__ import annotations

import shlex
from typing import Any

from pipeline.report.html.markup import Html, bar, command, details, element, figure, joined, paragraph, table
from pipeline.report.lineage.graph import trace_run
from pipeline.report.lineage.lanes import draw_lanes
from pipeline.report.material import Material, MissingError
from schemas.artifacts.model import Model
from schemas.records.run import RunRecord, StageRecord

__all__ = ["lineage", "reproduction", "run_command", "stages", "versions"]

IDLE = {"stale", "skipped", "blocked"}


def stages(material: Material) -> Html:
    """Return each stage's outcome, reason and time; for an unchanged stage, the time of its last execution."""
    if not material.record.stages:
        raise MissingError("The run reached no stage.")
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
    intro = (
        f"The run took {material.record.seconds:.1f} s. For an unchanged stage, the time is that of its last execution."
    )
    return joined(paragraph(intro), table("Stages", ("stage", "outcome", "time"), rows))


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
    """Return the lineage as an SVG."""
    traced = trace_run(material.artifacts, material.record)
    if not traced.executions:
        raise MissingError("No execution of this run is on record.")
    caption = (
        "From top to bottom: a box is an Execution; the names below it are the Artifacts it produced (ring). A dot on "
        "an Artifact's line is an Execution that used it."
    )
    return figure(draw_lanes(traced), caption, Html(" As text: "), command(f"digits lineage {material.record.run}"))


def versions(material: Material) -> Html:
    """Return the versions of Python and the libraries, and the platform."""
    environment = material.record.environment
    libraries: dict[str, Any] = environment.get("libraries") or {}
    if not environment:
        raise MissingError("The record of the environment is gone.")
    named = [("python", environment.get("python")), *((name, libraries[name]) for name in sorted(libraries))]
    items = [element("li", f"{name} ", element("strong", str(version))) for name, version in named]
    intro = f"{environment.get('platform', 'an unknown platform')}, {environment.get('cpus', '?')} processors."
    return joined(paragraph(intro), element("ul", *items, class_="versions"))


def reproduction(material: Material) -> Html:
    """Return the commands that reproduce the run, its settings, and the digests to compare with."""
    record = material.record
    commit = record.environment.get("git")
    lines = [f"git checkout {str(commit).removesuffix('-dirty')}"] if commit else []
    lines += ["make install", f".venv/bin/{run_command(record)}"]
    dirty = "The working tree had uncommitted changes. " if str(commit).endswith("-dirty") else ""
    known = "" if commit else "The project was not a git repository. "
    return joined(
        paragraph(f"{dirty}{known}{Model.NOTE}"),
        element("pre", command("\n".join(lines))),
        details("pipeline.yaml as it was", element("pre", element("code", _pipeline(material)))),
        _digests(material),
    )


def run_command(record: RunRecord) -> str:
    """Return the command that runs the pipeline of a run with its overrides."""
    settings = [word for override in record.overrides for word in ("--set", override)]
    return shlex.join(["digits", "run", *record.file_option, *settings])


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
    caption = "Its outputs; after the dash, the start of the content digest, which is equal if the content is"
    return details("Versions of its artifacts", table(caption, ("artifact", "version"), rows, unseen=False))
