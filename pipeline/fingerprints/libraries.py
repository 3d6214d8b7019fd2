"""The installed versions of the libraries that stages import."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.file_cache import FileCache

if TYPE_CHECKING:
    from importlib import metadata

__all__ = ["library_versions"]

# Libraries whose distribution has another name; looking a name up is slow.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "pyyaml", "cv2": "opencv-python-headless", "PIL": "pillow"}


@cache
def library_versions(libraries: frozenset[str], project: Path) -> dict[str, str]:
    """Return the installed version of each imported library, by distribution name.

    The version is 'missing' if the library is not installed, and 'unknown' if it has no distribution (a folder on
    Python's path). A distribution is not read again (artifacts/.libraries.json) while its folder and the folders of
    Python's path in which it was looked for have not changed since an earlier process read it.
    """
    known = FileCache(project / "artifacts" / ".libraries.json", "\n".join([sys.version, *sys.path]))
    versions = dict(known.get(library, lambda library=library: _look_up(library)) for library in sorted(libraries))
    known.save()
    return versions


def _look_up(library: str) -> tuple[tuple[str, str], list[Path]]:
    """Return the name and version of a library, and the folders that change when it does."""
    searched = list(map(Path, sys.path))
    found = _distribution_of(library)
    if found is None:
        return (library, "unknown" if importlib.util.find_spec(library) else "missing"), searched
    info = Path(str(getattr(found, "_path", found.locate_file(""))))
    if info.parent in searched:
        searched = searched[: searched.index(info.parent) + 1]
    return (found.metadata["Name"], found.metadata["Version"]), [*searched, info]


def _distribution_of(library: str) -> metadata.Distribution | None:
    from importlib import metadata

    try:
        return metadata.distribution(DISTRIBUTIONS.get(library, library))
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(library)
        return metadata.distribution(names[0]) if names else None
