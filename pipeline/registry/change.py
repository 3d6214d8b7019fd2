"""Change the champion by hand: promote a version, or go back to the champion before."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pipeline.champion import champion, crown
from pipeline.history import hold
from pipeline.promotions import append
from pipeline.registry.bundles import blessed, bundles, standing, version_of
from pipeline.registry.serving_tree import write_serving_tree
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.manifest import make_folder
from schemas.records.execution import Version
from schemas.records.promotion import read_history

__all__ = ["intact", "previous_champion", "promote_version", "rollback", "serve_version"]


def promote_version(path: str, store: Store, override: str | None = None) -> None:
    """Make a bundle the champion.

    Args:
        path: of the bundle, relative to artifacts/.
        store: of the project.
        override: the reason to promote what no gate has blessed; it is recorded for ever.

    Raises:
        InputError: the bundle is damaged.
        UsageError: no gate has blessed it and there is no override, or there is one without need.
    """
    with _locked(store):
        bundle = _permitted(path, store, override)
        crown(bundle, store.artifacts, by="promote", override=override)


def serve_version(path: str, to: Path, store: Store, override: str | None = None) -> int:
    """Write a bundle as the newest version of a model of TensorFlow Serving, and return that version's number.

    Args:
        path: of the bundle, relative to artifacts/.
        to: the folder of the model, which TensorFlow Serving calls its base path.
        store: of the project.
        override: as for `promote_version`.

    Raises:
        InputError: the bundle is damaged, or has no SavedModel.
        UsageError: as for `promote_version`.
    """
    with _locked(store):
        bundle = _permitted(path, store, override)
        number = write_serving_tree(store.artifacts / path, bundle.content, to)
        place = str((to / str(number)).resolve())
        known = (each for each in read_history(store.artifacts).promotions if each.to == place)
        if not any(each.content == bundle.content for each in known):
            before = champion(store.artifacts)
            append(store.artifacts, bundle, by="promote", before=before, override=override, to=place)
        return number


def rollback(store: Store) -> str:
    """Make the champion before the present one the champion again, and return its path.

    Raises:
        InputError: no champion before is on record, or it is damaged.
    """
    with _locked(store):
        path = previous_champion(store.artifacts)
        if path is None:
            others = ", ".join(Path(each).name for each in bundles(store.artifacts)) or "none"
            raise InputError(
                "there is no champion to go back to",
                found=f"{_present(store.artifacts)}, and none before it on record",
                do=f"digits promote VERSION; the models are {others}",
            )
        crown(intact(path, store), store.artifacts, by="rollback")
        return path


def previous_champion(artifacts: Path) -> str | None:
    """Return the path of the bundle that was champion before the present one was promoted; None if none is on record.

    Going back twice goes back by two: what a rollback made champion has as predecessor that of its own promotion.
    """
    present = champion(artifacts)
    promoted = (each for each in read_history(artifacts).champions if each.bundle == present and each.by != "rollback")
    found = next(promoted, None)
    return found.before if found else None


@contextmanager
def _locked(store: Store) -> Generator[None]:
    make_folder(store.artifacts / "store")
    with hold(store.artifacts / "store"):
        yield


def _permitted(path: str, store: Store, override: str | None) -> Version:
    bundle = intact(path, store)
    name = Path(path).name
    if blessed(path, store):
        if override is not None:
            raise UsageError(f"{name} is blessed: it needs no --override", do=f"digits promote {name}")
    elif override is None:
        raise UsageError(
            f"{name} is not promoted",
            found=standing(path, store) or "no record of a blessing",
            expected="a model that a gate has blessed",
            do=f"digits rerun evaluate --model {name} lets the gate judge it; or digits promote {name} --override "
            '--reason "...", which stays on record',
        )
    return bundle


def intact(path: str, store: Store) -> Version:
    """Return the version at a path relative to artifacts/; raise InputError if no intact bundle is there."""
    bundle = version_of(store.artifacts, path)
    damage = store.damage_of(bundle) if bundle else None
    if bundle is None or damage:
        found = damage.text if damage else "no bundle there"
        raise InputError(f"{path} cannot be used", found=found, do="digits verify; digits run makes it again")
    return bundle


def _present(artifacts: Path) -> str:
    present = champion(artifacts)
    return f"the champion {Path(present).name}" if present else "no champion"
