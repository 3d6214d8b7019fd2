"""The files of a bundle that reading pictures needs, verified and in memory."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from inference.model.pinned import check_content
from schemas.artifacts.bundle import Bundle, Judgement, version_of
from schemas.artifacts.calibration import Calibration, CalibrationRecord
from schemas.artifacts.golden import Golden
from schemas.errors import InputError
from schemas.manifest import Manifest

__all__ = ["LoadedBundle", "content_in", "read_manifest", "standing_in"]

FILES = (Bundle.LITERT, Bundle.LABELS, Calibration.RECORD)
MOST_BYTES = 2**28
"""Of a file."""


@dataclass(frozen=True)
class LoadedBundle:
    """A bundle in memory, which can be sent to machines without its folder.

    Attributes:
        version: the name of its folder, such as v0003-8f3c1d2a; in a folder of another name, that and its digest.
        content: its content digest.
        files: the content of each file, by name.
    """

    version: str
    content: str
    files: dict[str, bytes]

    @classmethod
    def read(cls, folder: Path, content: str = "", also: tuple[str, ...] = ()) -> LoadedBundle:
        """Read a sealed bundle or a link to one: each file once, and the bytes that are hashed are kept.

        Args:
            folder: of the bundle.
            content: the content digest that it must have; '' for any.
            also: files to keep beside those that reading pictures needs.

        Raises:
            InputError: not a bundle, it has another digest, its manifest states another digest than that of the files
                it lists, or a needed file is missing or differs from its checksum.
        """
        folder = Path(os.path.realpath(folder))  # resolve raises for a loop of links
        manifest = read_manifest(folder)
        check_content(manifest.content, content, str(folder))
        version = version_of(folder, manifest.content)
        names = [*FILES, *also, *(name for name in (Bundle.JUDGEMENT, Bundle.GOLDEN) if name in manifest.files)]
        return cls(version, manifest.content, {name: _read_sealed(folder, name, manifest) for name in names})

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class.

        Raises:
            InputError: the file holds something else than different names.
        """
        try:
            names = msgspec.json.decode(self.files[Bundle.LABELS], type=tuple[str, ...])
        except ValueError as error:
            raise self._of_another_version(Bundle.LABELS) from error
        if not all(names) or len({*names}) < max(len(names), 2):
            raise self._of_another_version(Bundle.LABELS)
        return names

    @property
    def standing(self) -> str:
        """What to say beside its version: `refused by the gate`; empty for a blessed model.

        Raises:
            InputError: it was written by another version of digits.
        """
        return _standing(self.files.get(Bundle.JUDGEMENT), self.version)

    @property
    def model(self) -> bytes:
        """The LiteRT model."""
        return self.files[Bundle.LITERT]

    @property
    def golden(self) -> Golden | None:
        """Its golden examples; None if it was made before bundles had any.

        Raises:
            InputError: they were written by another version of digits.
        """
        try:
            return Golden.from_json(self.files[Bundle.GOLDEN]) if Bundle.GOLDEN in self.files else None
        except ValueError as error:
            raise self._of_another_version(Bundle.GOLDEN) from error

    @property
    def calibration(self) -> CalibrationRecord:
        """The calibration of its confidences.

        Raises:
            InputError: it was written by another version of digits.
        """
        try:
            return CalibrationRecord.from_json(self.files[Calibration.RECORD])
        except ValueError as error:
            raise self._of_another_version(Calibration.RECORD) from error

    def _of_another_version(self, name: str) -> InputError:
        return _of_another_version(self.version, name)


def read_manifest(bundle: Path) -> Manifest:
    """Return the manifest of a bundle.

    Raises:
        InputError: the folder is not a sealed bundle, or the digest by which people know it is not that of its files.
    """
    manifest = Manifest.read(bundle)
    if manifest is None or manifest.type != Bundle.__name__:
        raise InputError(
            f"{bundle} is not a sealed bundle", found="no manifest.json of a bundle", do="digits run makes one"
        )
    for name in Bundle.CONTENT_FILES:
        _need(bundle, name, manifest)
    if Bundle.content(bundle, manifest.files) != manifest.content:
        raise InputError(
            f"{bundle} is not a sealed bundle",
            found="a manifest.json with another content digest than its files have",
            do="get the bundle again",
        )
    return manifest


def content_in(bundle: Path) -> str:
    """Return the content digest of a bundle, computed from its files: they are hashed, and nothing parses them.

    Raises:
        InputError: the folder is not a sealed bundle, or a file that the digest covers is missing or differs.
    """
    manifest = read_manifest(bundle)
    later = (name for name in Bundle.LATER_CONTENT if name in manifest.files)
    for name in (*Bundle.CONTENT_FILES, *later):
        _read_sealed(bundle, name, manifest)
    return manifest.content


def standing_in(bundle: Path, manifest: Manifest) -> str:
    """Return what to say beside the version of a bundle, as `LoadedBundle.standing` does, from its verdict alone.

    Args:
        bundle: its folder.
        manifest: of that folder.

    Raises:
        InputError: the verdict differs from its checksum, or was written by another version of digits.
    """
    verdict = _read_sealed(bundle, Bundle.JUDGEMENT, manifest) if Bundle.JUDGEMENT in manifest.files else None
    return _standing(verdict, version_of(bundle, manifest.content))


def _standing(verdict: bytes | None, version: str) -> str:
    try:
        return Judgement.from_json(verdict).standing if verdict is not None else ""
    except ValueError as error:
        raise _of_another_version(version, Bundle.JUDGEMENT) from error


def _of_another_version(version: str, name: str) -> InputError:
    return InputError(
        f"the bundle {version} cannot be used",
        found=f"a {name} of another version of digits",
        do="digits run; if it is the champion, rm artifacts/champion first: the next model counts as the first",
    )


def _need(bundle: Path, name: str, manifest: Manifest) -> None:
    if name not in manifest.files:
        raise InputError(f"{bundle} has no {name}", found="a bundle of another version", do="digits run")


def _read_sealed(bundle: Path, name: str, manifest: Manifest) -> bytes:
    _need(bundle, name, manifest)
    path, sealed = bundle / name, manifest.files[name]
    fits = path.is_file() and path.stat().st_size == sealed.size <= MOST_BYTES
    data = path.read_bytes() if fits else b""
    if not fits or hashlib.sha256(data).hexdigest() != sealed.sha256:
        raise InputError(
            f"{bundle / name} is damaged", expected="its sealed content", do="digits run, or copy the bundle again"
        )
    return data
