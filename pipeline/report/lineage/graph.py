"""The lineage of artifacts in the terms of ML Metadata: Artifact, Execution, Event (INPUT, OUTPUT), Context.

See https://www.tensorflow.org/tfx/guide/mlmd. An Execution is identified by its fingerprint and run, an Artifact
by its path below artifacts/; the Context of both is a run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.corrections import Corrections
from schemas.errors import printable
from schemas.manifest import Manifest
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord

__all__ = ["ArtifactNode", "Event", "Lineage", "short", "trace_artifact", "trace_run"]


@dataclass(frozen=True)
class ArtifactNode:
    """One version of an artifact.

    Attributes:
        path: relative to artifacts/.
        type: from its manifest; empty if that is gone.
        content: its content digest.
    """

    path: str
    type: str
    content: str

    @property
    def name(self) -> str:
        """The stage and output, as in pipeline.yaml: train.model."""
        return ".".join(Path(self.path).parts[-3:-1])

    @property
    def version(self) -> str:
        """The folder's name: v0003-8f3c1d2a."""
        return Path(self.path).name


@dataclass(frozen=True)
class Event:
    """An Execution used an Artifact (INPUT) or produced it (OUTPUT), under a name."""

    type: str
    execution: str
    artifact: str
    name: str


@dataclass
class Lineage:
    """Artifacts, the executions that produced them, and the events between them.

    Attributes:
        root: path of the artifact, or name of the run, whose lineage it is.
        artifacts: by path.
        executions: by name, in topological order.
        events: in the order of the executions, inputs first.
        takers: executions that used the root artifact.
        others: for an artifact, how many further recorded executions produced the same content.
    """

    root: str
    artifacts: dict[str, ArtifactNode] = field(default_factory=dict[str, ArtifactNode])
    executions: dict[str, Execution] = field(default_factory=dict[str, Execution])
    events: list[Event] = field(default_factory=list[Event])
    takers: list[Execution] = field(default_factory=list[Execution])
    others: dict[str, int] = field(default_factory=dict[str, int])

    def inputs(self, execution: str) -> list[tuple[str, str]]:
        """Return the name and path of each artifact that an execution used."""
        return [(e.name, e.artifact) for e in self.events if e.execution == execution and e.type == "INPUT"]

    def outputs(self, execution: str) -> list[tuple[str, str]]:
        """Return the name and path of each artifact that an execution produced."""
        return [(e.name, e.artifact) for e in self.events if e.execution == execution and e.type == "OUTPUT"]

    def maker(self, path: str) -> Execution | None:
        """Return the execution that produced an artifact; None if no record is left."""
        made = (e.execution for e in self.events if e.artifact == path and e.type == "OUTPUT")
        return self.executions.get(next(made, ""))

    def document(self) -> dict[str, Any]:
        """Return the lineage as a JSON document."""
        return {
            "root": self.root,
            "artifacts": [
                {"id": node.path, "type": node.type or None, "uri": f"artifacts/{node.path}", "content": node.content}
                for node in self.artifacts.values()
            ],
            "executions": [_execution_document(each) for each in self.executions.values()],
            "events": [
                {"type": event.type, "execution": event.execution, "artifact": event.artifact, "path": event.name}
                for event in self.events
            ],
            "contexts": sorted({each.run for each in self.executions.values()}),
            "takers": [{"id": each.name, "type": each.stage, "context": each.run} for each in self.takers],
        }

    def dot(self) -> str:
        """Return the lineage in Graphviz's dot language."""
        lines = ["digraph lineage {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
        lines += [
            f"  {_quoted(node.path)} [shape=ellipse, label={_label(node.name, node.version)}];"
            for node in self.artifacts.values()
        ]
        lines += [
            f"  {_quoted(each.name)} [shape=box, label={_label(each.stage, short(each.fingerprint))}];"
            for each in self.executions.values()
        ]
        for event in self.events:
            ends = (event.artifact, event.execution) if event.type == "INPUT" else (event.execution, event.artifact)
            lines.append(f"  {_quoted(ends[0])} -> {_quoted(ends[1])} [label={_quoted(event.name)}];")
        return "\n".join([*lines, "}"])

    def add(self, execution: Execution, artifacts: Path) -> None:
        """Add an execution with its inputs and outputs."""
        self.executions[execution.name] = execution
        for kind, versions in (("INPUT", execution.inputs), ("OUTPUT", execution.outputs)):
            for name, version in versions.items():
                self.artifacts.setdefault(version.path, _node(artifacts, version))
                self.events.append(Event(kind, execution.name, version.path, name))


def short(digest: str) -> str:
    """Return the start of a digest, as used in version names."""
    return digest[:8]


def trace_run(artifacts: Path, record: RunRecord) -> Lineage:
    """Return the lineage of all stages of a run, from their records, and of the corrections that they used."""
    lineage, store = Lineage(record.run), Store(artifacts)
    for stage in record.stages:
        execution = store.execution(stage.stage, stage.fingerprint, stage.run) if stage.outputs else None
        if execution and execution.name not in lineage.executions:
            for version in execution.inputs.values():
                if _node(artifacts, version).type == Corrections.__name__:
                    _trace(version.path, lineage, artifacts, set())
            lineage.add(execution, artifacts)
    return lineage


def trace_artifact(artifacts: Path, path: str) -> Lineage:
    """Trace an artifact back to the executions without inputs.

    If several executions produced the same content, the earliest on record is followed. An input bundle, such as the
    champion a model was compared with, is named but not traced further.

    Args:
        artifacts: the project's artifacts/.
        path: of the version, relative to *artifacts*.
    """
    lineage = Lineage(path)
    manifest = Manifest.read(artifacts / path)
    lineage.artifacts[path] = ArtifactNode(
        path, manifest.type if manifest else "", manifest.content if manifest else ""
    )
    _trace(path, lineage, artifacts, set())
    lineage.takers = [
        each
        for each in _executions((artifacts / "store").glob("*/executions/*.json"), path)
        if path in {version.path for version in each.inputs.values()}
    ]
    return lineage


def _trace(path: str, lineage: Lineage, artifacts: Path, seen: set[str]) -> None:
    if path in seen:
        return
    seen.add(path)
    files = (artifacts / "store" / Path(path).parts[1] / "executions").glob("*.json")
    makers = [e for e in _executions(files, path) if path in {version.path for version in e.outputs.values()}]
    if not makers:
        return
    lineage.others[path] = len(makers) - 1
    maker = makers[0]
    for version in maker.inputs.values():
        if _node(artifacts, version).type != Bundle.__name__:
            _trace(version.path, lineage, artifacts, seen)
    if maker.name not in lineage.executions:
        lineage.add(maker, artifacts)


def _executions(files: Iterable[Path], path: str) -> list[Execution]:
    """Return the executions that mention a version, earliest first."""
    named = (each for file in files if f'"{path}"'.encode() in file.read_bytes() and (each := _read(file)))
    return sorted(named, key=lambda each: (each.started, each.run))


def _read(path: Path) -> Execution | None:
    try:
        return Execution.load(path)
    except (OSError, ValueError):
        return None


def _node(artifacts: Path, version: Version) -> ArtifactNode:
    manifest = Manifest.read(artifacts / version.path)
    return ArtifactNode(version.path, manifest.type if manifest else "", version.content)


def _execution_document(execution: Execution) -> dict[str, Any]:
    return {
        "id": execution.name,
        "type": execution.stage,
        "context": execution.run,
        "started": execution.started,
        "seconds": execution.seconds,
    }


def _label(*lines: str) -> str:
    return _quoted("\n".join(lines))


def _quoted(text: str) -> str:
    return json.dumps("\n".join(map(printable, text.split("\n"))), ensure_ascii=False)
