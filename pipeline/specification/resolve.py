"""Resolve pipeline.yaml: import its components, and check all of it before anything runs."""

from __future__ import annotations

import copy
import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.specification.component import Component, load_component
from pipeline.specification.function import check_function
from pipeline.specification.stage import (
    CHAMPION,
    CORRECTIONS,
    STANDING,
    Contract,
    Pipeline,
    Port,
    Settings,
    Stage,
)
from schemas.artifacts.artifact import Artifact
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.corrections import Corrections
from schemas.errors import UsageError, nearest
from schemas.file_cache import FileCache
from schemas.settings.config import Config
from schemas.settings.document import Document, Location, read_document
from schemas.settings.pipeline_file import PipelineEntry, StageEntry, override
from schemas.settings.resolve import fill, validate, variables_of

__all__ = ["contract_of", "resolve_pipeline"]

READER = Path(inspect.getfile(read_document))
Outputs = Mapping[str, type[Artifact]]
STAGE_NAME = re.compile(r"[a-z][a-z0-9_]*")


def resolve_pipeline(project: Path, overrides: tuple[str, ...], known: FileCache, path: Path) -> Pipeline:
    """Read a pipeline.yaml, apply the overrides and the environment, and check all of it.

    Args:
        project: the folder from which modules can be imported, and that paths are relative to.
        overrides: `stage.key=value`, with values in YAML; `threads=1` for the pipeline itself.
        known: keeps the file as it was read, for the next process.
        path: of the file.

    Raises:
        UsageError: Something is invalid; it says where, what was found and what was expected.
    """
    document = _read(path, known)
    overrides = tuple(override(document, given) for given in overrides)
    entry = validate(PipelineEntry, document.value, document, ())
    stages: dict[str, Stage] = {}
    for name, stage_entry in entry.stages.items():
        stages[name] = _place_stage(name, stage_entry, document, stages, project)
    return Pipeline(project, entry.threads, tuple(stages.values()), overrides)


def _read(path: Path, known: FileCache) -> Document:
    """Read pipeline.yaml, or take it as an earlier process read it, while neither it nor its reader moved."""

    def read() -> tuple[list[Any], list[Path]]:
        document = read_document(path)
        return [document.value, list(document.places.items())], [path, READER]

    value, places = known.get(str(path), read)
    return Document(path.name, copy.deepcopy(value), {tuple(location): place for location, place in places})


def _place_stage(name: str, entry: StageEntry, document: Document, above: dict[str, Stage], project: Path) -> Stage:
    at: Location = ("stages", name)
    if not STAGE_NAME.fullmatch(name) or name in {port.stage for port in STANDING}:
        taken = ", ".join(port.stage for port in STANDING)
        raise UsageError(
            f"{document.place(at)}: {name} is not a valid stage name",
            expected=f"lower-case letters, digits and _, but not {taken}",
        )
    component = load_component(entry.uses or name, document.place((*at, "uses")))
    _check_names(component, entry, document, at)
    known = {each.name: each.component.outputs for each in above.values()}
    inputs: dict[str, Port] = {}
    for given, text in entry.inputs.items():
        wanted = component.inputs[given]
        may_be = known | (_standing(wanted) if given in component.optional else {})
        inputs[given] = _port(text, wanted, document, (*at, "inputs", given), may_be)
    requires = _port(entry.requires, Blessing, document, (*at, "requires"), known) if entry.requires else None
    given = fill(component.config, entry.config, document, (*at, "config"), project)
    config = validate(component.config, given, document, (*at, "config"))
    for field, function in config.functions():
        check_function(function, document.place((*at, "config", field)))
    for wanted, taken, port in (
        (Corrections, config.takes_corrections, CORRECTIONS),
        (Bundle, config.takes_champion, CHAMPION),
    ):
        names = (name for name, kind in component.inputs.items() if kind is wanted and name not in inputs)
        inputs |= dict.fromkeys(names if taken else (), port)
    if requires is None and any(issubclass(kind, Bundle) for kind in component.outputs.values()):
        raise UsageError(
            f"{document.place(at)}: {name} exports a bundle that no stage has judged",
            expected="requires: stage.blessing",
        )
    stage = Stage(
        name=name, contract=contract_of(component), inputs=inputs, requires=requires, settings=_settings(given, config)
    )
    vars(stage).update(component=component, config=config)  # as the properties would be when first asked for
    return stage


def _standing(wanted: type[Artifact]) -> dict[str, Outputs]:
    """Return the inputs of a type that no stage makes."""
    kinds: dict[Port, type[Artifact]] = {CHAMPION: Bundle, CORRECTIONS: Corrections}
    return {port.stage: {port.output: kind} for port, kind in kinds.items() if issubclass(kind, wanted)}


def contract_of(component: Component) -> Contract:
    """Return the types of a component's inputs and outputs by their names."""

    def names(kinds: Mapping[str, type[Artifact]]) -> dict[str, list[str]]:
        return {name: [base.__name__ for base in kind.__mro__] for name, kind in kinds.items()}

    return Contract(
        module=component.module,
        inputs=names(component.inputs),
        optional=sorted(component.optional),
        outputs=names(component.outputs),
    )


def _settings(given: dict[str, Any], config: Config) -> Settings:
    return Settings(
        given=json.loads(json.dumps(given, default=str)),
        counted=config.counted(),
        counted_with_fallback=config.counted(fallback=True),
        data=[(str(path), kind) for path, kind in config.data_paths()],
        variables=variables_of(type(config)),
        names_paths=config.names_paths,
        functions=[function for _, function in config.functions()],
    )


def _check_names(component: Component, entry: StageEntry, document: Document, at: Location) -> None:
    """Raise UsageError for an unknown input, or a missing one.

    For a stage that blesses, the champion is optional but must be named: if it were forgotten, every model would count
    as the first.
    """
    known = list(component.inputs)
    blesses = any(issubclass(kind, Blessing) for kind in component.outputs.values())
    for given in entry.inputs:
        if given not in known:
            raise UsageError(
                f'{document.place((*at, "inputs", given))}: {component.module} has no input "{given}"',
                expected=", ".join(known) or "no inputs",
                do=nearest(given, known),
            )
    for parameter, wanted in component.inputs.items():
        is_optional = parameter in component.optional
        if parameter not in entry.inputs and ((blesses and wanted is Bundle) or not is_optional):
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
    return Port(stage=stage, output=output)
