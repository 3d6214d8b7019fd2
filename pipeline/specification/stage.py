"""The stages of a pipeline, as far as a run needs to know them to decide what has to run."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.record import Record
from schemas.records.execution import Version

if TYPE_CHECKING:
    from pipeline.specification.component import Component
    from schemas.settings.config import Config

__all__ = ["CHAMPION", "CORRECTIONS", "FILE", "STANDING", "Contract", "Pipeline", "Port", "Settings", "Stage"]

FILE = "pipeline.yaml"


class Port(Record):
    """An output of a stage: `preprocess.examples`."""

    stage: str
    output: str

    def __str__(self) -> str:
        """Return it as written in pipeline.yaml."""
        return f"{self.stage}.{self.output}".rstrip(".")


CHAMPION = Port(stage="champion", output="")
"""The name of the promoted bundle as an input; the runner passes it, or None if there is no champion."""
CORRECTIONS = Port(stage="corrections", output="")
"""The name of the newest corrections as an input; the runner passes them, or None if there are none."""
STANDING = (CHAMPION, CORRECTIONS)
"""The inputs that no stage of the run makes."""


class Contract(Record):
    """The types of a component's inputs and outputs, each as the names of its class and of the bases of that class."""

    module: str
    """Dotted name of the component's module."""
    inputs: dict[str, list[str]]
    optional: list[str]
    """The inputs that may be None."""
    outputs: dict[str, list[str]]

    @property
    def blessings(self) -> list[str]:
        """The outputs that are a gate's verdict."""
        return [name for name, kinds in self.outputs.items() if "Blessing" in kinds]

    @property
    def bundles(self) -> list[str]:
        """The outputs that are an exported model."""
        return [name for name, kinds in self.outputs.items() if "Bundle" in kinds]


class Settings(Record):
    """The valid settings of a stage, as far as they decide whether it runs."""

    given: dict[str, Any]
    """As set by pipeline.yaml, the environment and `--set`, with absolute paths."""
    counted: dict[str, Any]
    """Those that are part of the fingerprint, with their defaults."""
    counted_with_fallback: dict[str, Any]
    """The same, with those that count only if a fallback was used."""
    data: list[tuple[str, str]]
    """Each path of data, with `folder`, `file`, or '' for either."""
    variables: list[str]
    """The environment variables that override a setting."""
    names_paths: bool
    """Whether Config.check_paths has something to check."""
    functions: list[str] = []
    """The dotted names of the functions that they name."""

    @property
    def data_paths(self) -> list[tuple[Path, str]]:
        """Each path of data, with what it should be, as Config.data_paths yields them."""
        return [(Path(path), kind) for path, kind in self.data]


class Stage(Record, dict=True):
    """A component placed in the pipeline. The component and its settings are imported when they are asked for."""

    name: str
    contract: Contract
    inputs: dict[str, Port]
    requires: Port | None
    settings: Settings
    given: dict[str, Version] = {}
    """The inputs that are a version of the store, whichever stage made it."""

    @property
    def ports(self) -> list[Port]:
        """The outputs the stage waits for: its inputs from other stages, and the blessing it requires."""
        return [port for port in (*self.inputs.values(), self.requires) if port and port not in STANDING]

    @property
    def functions(self) -> tuple[str, ...]:
        """The dotted names of the functions that its settings name."""
        return tuple(self.settings.functions)

    @cached_property
    def component(self) -> Component:
        """The component, imported."""
        from pipeline.specification.component import load_component

        return load_component(self.contract.module, FILE)

    @cached_property
    def config(self) -> Config:
        """The settings, as the component takes them."""
        return self.component.config.model_validate_json(json.dumps(self.settings.given), strict=True)

    def check_paths(self) -> None:
        """Check what the settings name, if they name anything that has to be checked.

        Raises:
            InputError: something is missing or damaged.
        """
        if self.settings.names_paths:
            self.config.check_paths()


@dataclass(frozen=True)
class Pipeline:
    """The ordered stages of a project.

    Attributes:
        project: the folder of pipeline.yaml.
        threads: number of TensorFlow's threads.
        stages: in the order they run; a stage takes inputs only from stages above it.
        overrides: the `--set` options, as given.
        file: that they are read from, relative to the project; None for pipeline.yaml.
    """

    project: Path
    threads: int
    stages: tuple[Stage, ...]
    overrides: tuple[str, ...]
    file: str | None = None

    @property
    def path(self) -> Path:
        """The file that they are read from."""
        return self.project / (self.file or FILE)

    def command(self, *words: str) -> str:
        """Return the shell command that runs this pipeline: `digits run -f other.yaml`, and these words."""
        return shlex.join(["digits", "run", *(["-f", self.file] if self.file else []), *words])

    @property
    def given(self) -> list[Version]:
        """The versions that stages take whichever stage made them: the bundle that is judged."""
        return [version for stage in self.stages for version in stage.given.values()]
