"""Read pipeline.yaml and check all of it before anything runs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.component import Component, load_component, make_importable
from schemas.artifacts.artifact import Artifact
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.errors import UsageError, nearest
from schemas.file_cache import FileCache
from schemas.settings.config import Config
from schemas.settings.document import Document, Location, read_document
from schemas.settings.pipeline_file import CHAMPION, PipelineEntry, Port, StageEntry, override
from schemas.settings.resolve import resolve_settings, validate

__all__ = ["FILE", "Pipeline", "Stage", "load_pipeline"]

FILE = "pipeline.yaml"
READER = Path(inspect.getfile(read_document))
Outputs = Mapping[str, type[Artifact]]
STAGE_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Stage:
    """A component placed in the pipeline."""

    name: str
    component: Component
    inputs: dict[str, Port]
    requires: Port | None
    config: Config

    @property
    def ports(self) -> list[Port]:
        """The outputs the stage waits for: its inputs from other stages, and the blessing it requires."""
        return [port for port in (*self.inputs.values(), self.requires) if port and port != CHAMPION]


@dataclass(frozen=True)
class Pipeline:
    """The ordered stages of a project.

    Attributes:
        project: the folder of pipeline.yaml.
        threads: number of TensorFlow's threads.
        stages: in the order they run; a stage takes inputs only from stages above it.
        overrides: the `--set` options, as given.
    """

    project: Path
    threads: int
    stages: tuple[Stage, ...]
    overrides: tuple[str, ...]


def load_pipeline(project: Path, overrides: tuple[str, ...] = ()) -> Pipeline:
    """Read a project's pipeline.yaml, apply the overrides and the environment, and check all of it.

    Args:
        project: the folder of pipeline.yaml.
        overrides: `stage.key=value`, with values in YAML; `threads=1` for the pipeline itself.

    Raises:
        UsageError: Something is invalid; it says where, what was found and what was expected.
    """
    document = _read(project)
    overrides = tuple(override(document, given) for given in overrides)
    entry = validate(PipelineEntry, document.value, document, ())
    make_importable(project)
    stages: dict[str, Stage] = {}
    for name, stage_entry in entry.stages.items():
        stages[name] = _place_stage(name, stage_entry, document, stages, project)
    return Pipeline(project, entry.threads, tuple(stages.values()), overrides)


def _read(project: Path) -> Document:
    """Read pipeline.yaml, or take it as an earlier process read it, while neither it nor its reader moved."""
    path = project / FILE
    known = FileCache(project / "artifacts" / ".pipeline.json", str(READER))

    def read() -> tuple[list[Any], list[Path]]:
        document = read_document(path)
        return [document.value, list(document.places.items())], [path, READER]

    value, places = known.get(str(path), read)
    known.save()
    return Document(FILE, value, {tuple(location): place for location, place in places})


def _place_stage(name: str, entry: StageEntry, document: Document, above: dict[str, Stage], project: Path) -> Stage:
    at: Location = ("stages", name)
    if not STAGE_NAME.fullmatch(name):
        raise UsageError(
            f"{document.place(at)}: {name} is not a valid stage name", expected="lower-case letters, digits and _"
        )
    component = load_component(entry.uses or name, document.place((*at, "uses")))
    _check_names(component, entry, document, at)
    known = {each.name: each.component.outputs for each in above.values()}
    champion = {CHAMPION.stage: {CHAMPION.output: Bundle}}
    inputs: dict[str, Port] = {}
    for given, text in entry.inputs.items():
        wanted = component.inputs[given]
        may_be = known | (champion if given in component.optional and issubclass(Bundle, wanted) else {})
        inputs[given] = _port(text, wanted, document, (*at, "inputs", given), may_be)
    requires = _port(entry.requires, Blessing, document, (*at, "requires"), known) if entry.requires else None
    config = resolve_settings(component.config, entry.config, document, (*at, "config"), project)
    if requires is None and any(issubclass(kind, Bundle) for kind in component.outputs.values()):
        raise UsageError(
            f"{document.place(at)}: {name} exports a bundle that no stage has judged",
            expected="requires: stage.blessing",
        )
    return Stage(name, component, inputs, requires, config)


def _check_names(component: Component, entry: StageEntry, document: Document, at: Location) -> None:
    """Raise UsageError for an unknown input, or a missing one.

    The champion is optional but must be named: if it were forgotten, every model would count as the first.
    """
    known = list(component.inputs)
    for given in entry.inputs:
        if given not in known:
            raise UsageError(
                f'{document.place((*at, "inputs", given))}: {component.module} has no input "{given}"',
                expected=", ".join(known) or "no inputs",
                do=nearest(given, known),
            )
    for parameter, wanted in component.inputs.items():
        is_optional = parameter in component.optional
        if parameter not in entry.inputs and (wanted is Bundle or not is_optional):
            given = CHAMPION if is_optional else "stage.output"
            raise UsageError(
                f"{document.place((*at, 'inputs'))}: {at[1]} lacks its input {parameter}",
                expected=f"inputs: {{{parameter}: {given}}}, of type {wanted.__name__}",
            )


def _port(text: str, wanted: type[Artifact], document: Document, at: Location, known: Mapping[str, Outputs]) -> Port:
    stage, _, output = text.partition(".")
    place = document.place(at)
    if stage not in known:
        what = f"{stage} is not" if stage in document.value["stages"] else f"there is no stage {stage}"
        expected = ", ".join(known) or "a stage above; there is none"
        raise UsageError(
            f"{place}: {what} above {at[1]}", found=text, expected=expected, do=nearest(stage, list(known))
        )
    outputs = known[stage]
    if output not in outputs:
        raise UsageError(
            f'{place}: {stage} has no output "{output}"',
            expected=", ".join(outputs),
            do=nearest(output, list(outputs)),
        )
    if not issubclass(outputs[output], wanted):
        raise UsageError(
            f"{place}: {text} has the wrong type", found=outputs[output].__name__, expected=wanted.__name__
        )
    return Port(stage, output)
