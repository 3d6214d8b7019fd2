"""Find an exported model of a project: the champion or another version."""

from __future__ import annotations

from pathlib import Path

from pipeline.registry import champion
from schemas.errors import InputError, UsageError

__all__ = ["bundle_versions", "find_bundle", "no_champion"]

BUNDLES = Path("store", "export", "bundle")
GET_ONE = "digits run trains, evaluates and promotes one"


def find_bundle(artifacts: Path, wanted: str | None = None) -> Path:
    """Return the folder of the champion, or of the *wanted* version.

    Args:
        artifacts: the project's artifacts/.
        wanted: a prefix of the version's name or of its content digest; None for the champion.

    Raises:
        InputError: There is no champion, or no model at all.
        UsageError: *wanted* matches no version, or more than one.
    """
    return _find_champion(artifacts) if wanted is None else _find_version(artifacts, Path(wanted).name)


def no_champion(artifacts: Path) -> InputError:
    """Return the error for a project without a champion: why there is none, and which models exist instead."""
    from pipeline.history import read_runs

    latest = next(read_runs(artifacts), None)
    others = ", ".join(path.name for path in bundle_versions(artifacts))
    other = f", or pass --model with one that was not promoted: {others}" if others else ""
    if latest and latest.outcome == "rejected":
        headline = f"there is no champion yet: the gate refused the model of the latest run, {latest.run}"
        return InputError(headline, do=f"digits show lists the rules it missed{other}")
    return InputError("there is no champion yet", do=GET_ONE + other)


def bundle_versions(artifacts: Path) -> list[Path]:
    """Return the folders of all versions, newest first."""
    return sorted((artifacts / BUNDLES).glob("v*-*"), reverse=True)


def _find_champion(artifacts: Path) -> Path:
    link = champion(artifacts)
    if link is None:
        raise no_champion(artifacts)
    if not (artifacts / link).is_dir():
        raise InputError("the champion is gone", expected=str(artifacts / link), do="digits run exports it again")
    return artifacts / link


def _find_version(artifacts: Path, wanted: str) -> Path:
    versions = bundle_versions(artifacts)
    if not versions:
        raise InputError("there is no model yet", do=GET_ONE)
    found = [path for path in versions if path.name.startswith(wanted) or _content(path).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found or versions)
    raise UsageError(
        f"{wanted} matches more than one model" if found else f"there is no model {wanted}",
        **({"found": names} if found else {"do": f"there are {names}"}),
    )


def _content(bundle: Path) -> str:
    from schemas.manifest import Manifest

    manifest = Manifest.read(bundle)
    return manifest.content if manifest else ""
