"""The champion: one relative link to a bundle, recorded before it is swapped, and swapped atomically."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pipeline.history import hold
from pipeline.promotions import append
from pipeline.specification.stage import CHAMPION, Stage
from pipeline.store import Store
from schemas.artifacts.blessing import Blessing
from schemas.errors import InputError
from schemas.manifest import Manifest, fsync, replace_link
from schemas.records.execution import Execution, Version
from schemas.records.promotion import Promotion, read_history

__all__ = ["baseline", "champion", "clear_drafts", "crown", "given_up", "promote"]

GIVE_UP = "digits verify; or rm artifacts/champion: the next model then counts as the first"


def champion(artifacts: Path) -> str | None:
    """Return the champion's path relative to *artifacts*, or None."""
    try:
        return str((artifacts / "champion").readlink())
    except OSError:
        return None


def baseline(stage: Stage, name: str, inputs: Mapping[str, Version], store: Store) -> Version | None:
    """Return the bundle that a stage compares its model with: the champion, or None if there is none.

    If the champion contains the very model being judged, return what the champion itself was compared with, so that
    a repeated run has the same inputs and the same verdict. For the same reason, a stage that made the champion's model
    from an earlier champion and the same other inputs gets that earlier champion.

    Args:
        stage: the stage that compares and blesses, or that starts from the champion.
        name: of its input for the champion.
        inputs: its other inputs.
        store: of the project.

    Raises:
        InputError: No execution in the store produced the champion, and nobody promoted it.
    """
    path = champion(store.artifacts)
    if path is None:
        return None
    makers = store.executions(path.split("/")[min(path.count("/"), 1)])
    made = next((each for each in makers if _output(each, path)), None)
    if made is None:
        return _promoted(path, store)
    judges = bool(stage.contract.blessings)
    fixed = [key for key in inputs if not judges or "Model" in stage.contract.inputs[key]]
    for earlier in store.executions(stage.name) if fixed else ():
        given, outputs = earlier.inputs, list(earlier.outputs.values())
        same = all(key in given and given[key].content == inputs[key].content for key in fixed)
        went_in = [_blessing(earlier, stage)] if judges else outputs if name in given else []
        if same and any(each in made.inputs.values() for each in went_in):
            return given.get(name)
    return _output(made, path)


def promote(bundle: Version, judges: Sequence[Stage], store: Store, done: Mapping[str, Execution], run: str) -> None:
    """Make a bundle the champion if its blessing is still valid for the store and champion as they are now.

    Args:
        bundle: to promote.
        judges: the stages that blessed its model; the blessing of the last one is the one that counts.
        store: of the project.
        done: the executions of the run, by stage.
        run: name of the run, for the history.

    Raises:
        InputError: The blessing is not valid.
    """
    with hold(store.artifacts / "store"):
        reasons = (_why_uncompared(each, store, done[each.name]) for each in judges)
        if reason := next(filter(None, reasons), None) or _why_invalid(judges[-1], store, done[judges[-1].name]):
            raise InputError(f"{bundle.path} is not promoted", found=reason, do="digits run")
        crown(bundle, store.artifacts, by="run", run=run)


def crown(
    bundle: Version,
    artifacts: Path,
    *,
    by: Literal["run", "promote", "rollback"],
    run: str | None = None,
    override: str | None = None,
) -> None:
    """Record that a bundle becomes the champion, then point the link at it; nothing changes if it is the champion.

    A process that is killed in between leaves the old champion: whatever is champion is on record. The caller holds
    the lock of the store.

    Args:
        bundle: the new champion.
        artifacts: of the project.
        by: what promotes it.
        run: that promotes it.
        override: the reason to promote what no gate has blessed.
    """
    before = champion(artifacts)
    if before != bundle.path:
        clear_drafts(artifacts)
        append(artifacts, bundle, by=by, before=before, run=run, override=override)
        replace_link(artifacts / "champion", bundle.path)
        fsync(artifacts)


def clear_drafts(artifacts: Path) -> None:
    """Remove the links that killed promotions did not swap in; the caller holds the lock of the store, as they did."""
    for draft in artifacts.glob(".champion.*"):
        if draft.is_symlink():
            draft.unlink(missing_ok=True)


def given_up(artifacts: Path, path: str) -> Promotion | None:
    """Return the rollback that put another bundle in the place of this one; None if it was promoted since, or never."""
    for each in read_history(artifacts).champions:
        if each.bundle == path:
            return None
        if each.before == path and each.by == "rollback":
            return each
    return None


def _why_uncompared(judge: Stage, store: Store, judged: Execution) -> str | None:
    """Return that a stage compared its model with another champion than the present one, or None."""
    for name in (each for each, port in judge.inputs.items() if port == CHAMPION):
        if baseline(judge, name, judged.inputs, store) != judged.inputs.get(name):
            return f"it was not compared with the present champion, {champion(store.artifacts) or 'none'}"
    return None


def _why_invalid(judge: Stage, store: Store, judged: Execution) -> str | None:
    """Return why a blessing is not valid, or None; it must bless, and all it judged must be intact in the store."""
    ports, given = judge.inputs, judged.inputs | judged.outputs
    versions = {name: version for name, version in given.items() if ports.get(name) != CHAMPION}
    kinds = judge.contract.inputs | judge.contract.outputs
    if damage := next(filter(None, map(store.damage_of, versions.values())), None):
        return damage.text
    blessing = _blessing(judged, judge)
    needed = versions.keys() - set(judge.contract.optional)  # optional inputs are evidence, not what was judged
    used = [(kind, versions[name].content) for name in needed for kind in kinds[name]]
    return Blessing(store.artifacts / blessing.path).refusal(used) if blessing else "no stage judged it"


def _promoted(path: str, store: Store) -> Version:
    """Return the champion that no execution made, such as a bundle from elsewhere: its promotion is on record."""
    manifest = Manifest.read(store.artifacts / path)
    if manifest and any(each.bundle == path for each in read_history(store.artifacts).champions):
        return Version(path=path, content=manifest.content)
    raise InputError(
        f"{store.artifacts / 'champion'} points to nothing that this project produced", found=path, do=GIVE_UP
    )


def _output(execution: Execution, path: str) -> Version | None:
    return next((version for version in execution.outputs.values() if version.path == path), None)


def _blessing(execution: Execution, stage: Stage) -> Version | None:
    names = stage.contract.blessings
    return next((execution.outputs[name] for name in names if name in execution.outputs), None)
