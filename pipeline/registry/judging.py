"""The pipeline that judges a bundle: the stages that make the test pictures, and one that reads them with it."""

from __future__ import annotations

from dataclasses import replace

from pipeline.registry.bundles import JUDGE
from pipeline.specification.component import load_component
from pipeline.specification.resolve import contract_of
from pipeline.specification.stage import FILE, Pipeline, Stage
from schemas.errors import UsageError
from schemas.records.execution import Version

__all__ = ["judging"]

GATE = "components.evaluate"


def judging(pipeline: Pipeline, bundle: Version, name: str | None = None) -> Pipeline:
    """Return the pipeline with a bundle in the place of the model that its gate judges, and nothing that it lacks.

    Args:
        pipeline: of the project.
        bundle: the bundle.
        name: the stage that judges; None for the one whose blessing the last export requires.

    Raises:
        UsageError: that stage cannot judge a bundle.
    """
    exports = (each for each in reversed(pipeline.stages) if each.contract.bundles and each.requires)
    required = next((each.requires.stage for each in exports if each.requires), None)
    gate = next((each for each in pipeline.stages if each.name == (name or required)), None)
    if gate is None or gate.name != required or gate.contract.module != GATE:
        judges = [each.name for each in pipeline.stages if each.name == required and each.contract.module == GATE]
        raise UsageError(
            f"{name or required} cannot judge a bundle",
            found=gate.contract.module if gate else "no such stage",
            expected=judges[0] if judges else "a stage that uses evaluate, and whose blessing export requires",
        )
    component = load_component(JUDGE, FILE)
    judge = Stage(
        name=JUDGE,
        contract=contract_of(component),
        inputs={each: port for each, port in gate.inputs.items() if each in component.inputs},
        requires=None,
        settings=gate.settings,
        given={"bundle": bundle},
    )
    return replace(pipeline, stages=(*_above(judge, pipeline), judge))


def _above(judge: Stage, pipeline: Pipeline) -> list[Stage]:
    """Return the stages that a stage needs, and those that they need, in the order they run."""
    wanted = {port.stage for port in judge.ports}
    found: list[Stage] = []
    for stage in reversed(pipeline.stages):
        if stage.name in wanted:
            found.insert(0, stage)
            wanted |= {port.stage for port in stage.ports}
    return found
