"""The bundle in a folder, and the folders in which clouds put it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemas.artifacts.bundle import Bundle
from schemas.errors import InputError
from schemas.manifest import Manifest

__all__ = ["MOUNTS", "find_bundle_in", "find_mounted"]

MOUNTS = (Path("/opt/ml/model"), Path("/mnt/models"))
"""Where SageMaker and KServe put a model."""


def find_mounted(places: Iterable[Path] = MOUNTS) -> Path | None:
    """Return the bundle in the first of these places that is there and not empty; None if none is.

    Raises:
        InputError: that place holds something else: another model than the one that was put there is never served.
    """
    full = (place for place in places if place.is_dir() and any(place.iterdir()))
    place = next(full, None)
    return find_bundle_in(place) if place else None


def find_bundle_in(folder: Path) -> Path:
    """Return the folder itself if it is a bundle, or the only bundle in it.

    Raises:
        InputError: there is no such folder, or it has no bundle or several.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", expected="the folder of a bundle")
    found = [each for each in (folder, *sorted(folder.iterdir())) if _is_bundle(each)]
    if folder in found or len(found) == 1:
        return found[0]
    raise InputError(
        f"{folder} is not a bundle",
        found=", ".join(each.name for each in found) or "no manifest.json of a bundle",
        expected="the folder of one bundle, such as artifacts/champion/, or a folder with one in it",
    )


def _is_bundle(folder: Path) -> bool:
    manifest = Manifest.read(folder)
    return manifest is not None and manifest.type == Bundle.__name__
