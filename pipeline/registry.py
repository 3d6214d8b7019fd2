"""Which bundle is the champion: one relative link, moved atomically, and by a blessing that holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.history import hold
from pipeline.specification import Stage
from pipeline.store import Store
from schemas.artifacts.blessing import Blessing
from schemas.errors import InputError
from schemas.manifest import point
from schemas.records.execution import Execution, Version
from schemas.settings.pipeline_file import CHAMPION

__all__ = ["baseline", "champion", "promote"]

GIVE_UP = "digits verify; rm artifacts/champion gives the champion up: the next model counts as the first"


def champion(artifacts: Path) -> str | None:
    """Give the champion's path relative to *artifacts*, or None."""
    try:
        return str((artifacts / "champion").readlink())
    except OSError:
        return None


def baseline(stage: Stage, name: str, inputs: Mapping[str, Version], store: Store) -> Version | None:
    """Give the bundle that a stage is to compare its model with: the champion, or None while there is none.

    Where the champion holds the very model that is judged, it is what the champion was compared with itself,
    so that a run that is repeated has the same inputs, and the same verdict.

    Args:
        stage: that compares, and blesses.
        name: of its input for the champion.
        inputs: its other inputs.
        store: of the artifacts.

    Raises:
        InputError: nothing in the store made the champion.
    """
    path = champion(store.artifacts)
    if path is None:
        return None
    makers = store.executions(path.split("/")[min(path.count("/"), 1)])
    made = next((each for each in makers if _output(each, path)), None)
    if made is None:
        raise InputError(f"{store.artifacts / 'champion'} leads to nothing that was made here", found=path, do=GIVE_UP)
    models = [key for key in inputs if "Model" in (base.__name__ for base in stage.component.inputs[key].__mro__)]
    for judged in store.executions(stage.name):
        same = all(key in judged.inputs and judged.inputs[key].content == inputs[key].content for key in models)
        if models and same and _blessing(judged, stage) in made.inputs.values():
            return judged.inputs.get(name)
    return _output(made, path)


def promote(bundle: Version, judge: Stage, store: Store, done: Mapping[str, Execution]) -> None:
    """Make a bundle the champion, if its blessing holds now: of what the store holds, against the champion of now.

    Args:
        bundle: to promote.
        judge: the stage that blessed its model.
        store: of the artifacts.
        done: the executions of the run.

    Raises:
        InputError: it does not hold.
    """
    with hold(store.artifacts / "store"):
        if reason := _why_not(judge, store, done[judge.name]):
            raise InputError(f"{bundle.path} is not promoted", found=reason, do="digits run")
        point(store.artifacts / "champion", bundle.path)


def _why_not(judge: Stage, store: Store, judged: Execution) -> str | None:
    """Say what of a blessing does not hold: it must bless, and all it judged be in the store, as it was sealed."""
    ports, given = judge.inputs, judged.inputs | judged.outputs
    versions = {name: version for name, version in given.items() if ports.get(name) != CHAMPION}
    kinds = judge.component.inputs | judge.component.outputs
    for name in ports.keys() - versions.keys():
        if baseline(judge, name, judged.inputs, store) != judged.inputs.get(name):
            return f"the champion is {champion(store.artifacts) or 'none'} by now, with which it was not compared"
    if damage := next(filter(None, map(store.damage_of, versions.values())), None):
        return damage.text
    blessing = _blessing(judged, judge)
    needed = versions.keys() - judge.component.optional  # what else is brought is evidence, and not what was judged
    used = [(base.__name__, versions[name].content) for name in needed for base in kinds[name].__mro__]
    return Blessing(store.artifacts / blessing.path).refusal(used) if blessing else "nothing has judged it"


def _output(execution: Execution, path: str) -> Version | None:
    return next((version for version in execution.outputs.values() if version.path == path), None)


def _blessing(execution: Execution, stage: Stage) -> Version | None:
    names = [name for name, kind in stage.component.outputs.items() if issubclass(kind, Blessing)]
    return next((execution.outputs[name] for name in names if name in execution.outputs), None)
