"""The bundles in a project's store: who made them, and what the gate said about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.champion import champion
from pipeline.store import Store
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest
from schemas.records.execution import Execution, Version
from schemas.records.promotion import History, read_history

__all__ = [
    "JUDGE",
    "all_makers",
    "blessed",
    "bundles",
    "judges",
    "makers",
    "override_of",
    "standing",
    "verdict_on",
    "version_of",
]

JUDGE = "evaluate_bundle"
"""The component that judges a bundle, and the name of the stage in which `digits rerun --model` places it."""

UNJUDGED = "not judged by a gate here"


def bundles(artifacts: Path) -> list[str]:
    """Return the paths of all bundles in the store, relative to *artifacts*, those of the highest versions first."""
    found = (artifacts / "store").glob(f"*/*/v*/{Bundle.LITERT}")
    folders = sorted((file.parent for file in found), key=lambda folder: (folder.name, str(folder)), reverse=True)
    return [folder.relative_to(artifacts).as_posix() for folder in folders]


def version_of(artifacts: Path, path: str) -> Version | None:
    """Return the version at a path relative to *artifacts*; None if there is no manifest of a bundle."""
    manifest = Manifest.read(artifacts / path)
    return Version(path=path, content=manifest.content) if manifest and manifest.type == Bundle.__name__ else None


def makers(path: str, store: Store) -> list[Execution]:
    """Return the executions that produced a bundle, newest first."""
    made = store.executions(path.split("/")[1]) if path.startswith("store/") else []
    return [each for each in made if any(version.path == path for version in each.outputs.values())]


def judges(path: str, store: Store) -> list[Execution]:
    """Return the executions that judged a bundle as it is, whoever made it, newest first."""
    return [each for each in store.executions(JUDGE) if "bundle" in each.inputs and each.inputs["bundle"].path == path]


def all_makers(store: Store) -> dict[str, list[Execution]]:
    """Return the executions that produced each bundle, newest first, by its path: each record is read once."""
    paths = bundles(store.artifacts)
    made = [each for stage in {path.split("/")[1] for path in paths} for each in store.executions(stage)]
    outputs = [(each, {version.path for version in each.outputs.values()}) for each in made]
    return {path: [each for each, produced in outputs if path in produced] for path in paths}


def blessed(path: str, store: Store, made: list[Execution] | None = None) -> bool | None:
    """Return whether a gate of this project blessed the model of a bundle; None if no record tells.

    Args:
        path: of the bundle, relative to artifacts/.
        store: of the project.
        made: its makers, if they are known already.

    Raises:
        InputError: a verdict cannot be read.
    """
    judged = [verdict.blessed for verdict in _verdicts_here(path, store)]
    if True in judged:
        return True
    carried = Bundle(store.artifacts / path).judgement
    if carried and not carried.blessed:
        return False
    made = makers(path, store) if made is None else made
    verdicts = [carried is not None or _blessed_for(each, store.artifacts) for each in made]
    return next((verdict for verdict in (True, False) if verdict in [*verdicts, *judged]), None)


def verdict_on(path: str, store: Store) -> Verdict | None:
    """Return the gate's newest verdict on a bundle of this project, in favour if there is one; None if none is left.

    Raises:
        InputError: a verdict cannot be read.
    """
    made = (each for execution in makers(path, store) for each in _verdicts(execution.inputs, store.artifacts))
    verdicts = [*_verdicts_here(path, store), *made]
    return next((each for each in verdicts if each.blessed), verdicts[0] if verdicts else None)


def override_of(path: str, history: History) -> str | None:
    """Return the reason with which a person last promoted a bundle that no gate had blessed; None if nobody did."""
    reasons = (each.override for each in reversed(history.promotions) if each.bundle == path)
    return next(filter(None, reasons), None)


def standing(path: str, store: Store, made: list[Execution] | None = None, history: History | None = None) -> str:
    """Return what to say beside a bundle's name; empty if a gate blessed it, or if an older version promoted it.

    The arguments are those of `blessed`, and the history of promotions, if it is known already.
    """
    verdict = blessed(path, store, made)
    if verdict:
        return ""
    override = override_of(path, history or read_history(store.artifacts))
    if verdict is None and not override and champion(store.artifacts) == path:
        return ""
    text = UNJUDGED if verdict is None else "refused by the gate"
    return f"{text}; promoted by override: {override}" if override else text


def _blessed_for(execution: Execution, artifacts: Path) -> bool | None:
    """Return whether the blessings that an execution took bless; None if one may be gone.

    An execution that took none ran because the runner found the blessing that its stage requires.
    """
    found = _verdicts(execution.inputs, artifacts)
    if found:
        return all(verdict.blessed for verdict in found)
    gone = any(Manifest.read(artifacts / each.path) is None for each in execution.inputs.values())
    return None if gone else True


def _verdicts_here(path: str, store: Store) -> list[Verdict]:
    """Return the verdicts on a bundle itself, newest first: it was judged as it is, on this project's pictures."""
    verdicts = [each for judge in judges(path, store) for each in _verdicts(judge.outputs, store.artifacts)]
    version = version_of(store.artifacts, path)
    return [each for each in verdicts if version and each.bundle == version.content]


def _verdicts(versions: Mapping[str, Version], artifacts: Path) -> list[Verdict]:
    """Return the verdicts among some versions, without those whose files are gone."""
    manifests = {each.path: Manifest.read(artifacts / each.path) for each in versions.values()}
    paths = [path for path, manifest in manifests.items() if manifest and manifest.type == Blessing.__name__]
    return [Blessing(artifacts / path).verdict for path in paths]
