"""Prove a bundle: its files are as they were sealed, and its formats answer as they did when it was exported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from inference.litert.network import LiteRtModel
from inference.model.bundle import LoadedBundle, read_manifest
from inference.model.golden import deviation, largest_difference
from inference.model.pinned import check_content
from schemas.artifacts.bundle import version_of
from schemas.artifacts.formats import FORMATS, formats_in
from schemas.errors import DigitsError
from schemas.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.golden import Golden
    from schemas.manifest import Manifest

__all__ = ["FormatProof", "Selftest", "selftest"]

OWN = "litert"
UNREGISTERED = "it is in no store of this project: digits import takes it in"
UNVOUCHED = "nothing vouches for it"


class FormatProof(Record):
    """The proof of one format."""

    format: str
    """Its name in the settings of export."""
    largest: float | None = None
    """Largest difference of a probability from the golden one; None if it was not run."""
    problem: str = ""
    """How its answers deviate, or why it cannot be run; '' if they do not."""
    skipped: str = ""
    """Why it was not run; '' if it was."""


class Selftest(Record):
    """The result of a self-test; the document that `selftest --json` prints."""

    bundle: str
    """Its version."""
    content: str
    """Its content digest."""
    files: int
    """Number of files that its manifest lists."""
    damaged: list[str]
    """Files that changed, are missing or were added since it was sealed."""
    examples: int
    """Number of golden examples; 0 if it was made before bundles had any, or nothing vouches for it."""
    formats: list[FormatProof]
    """The proof of each format; none if files are damaged."""

    @property
    def opened(self) -> bool:
        """Whether its network was opened: not if nothing vouches for the bundle."""
        return UNVOUCHED not in {each.skipped for each in self.formats}

    @property
    def sound(self) -> bool:
        """Whether no file is damaged, there are golden examples, and no format deviates from them."""
        return not self.damaged and self.examples > 0 and not any(each.problem for each in self.formats)


def selftest(
    folder: Path, *, every: bool = False, registered: bool = False, vouched_for: bool = True, content: str = ""
) -> Selftest:
    """Check the files of a bundle and hold its formats against its golden examples.

    Args:
        folder: of the bundle, or a link to it.
        every: whether to run every format, each in a process of its own, and not LiteRT alone.
        registered: whether it lies in the project's store. A SavedModel is a program, and the manifest of a folder
            from elsewhere proves nothing: of that, only LiteRT is run.
        vouched_for: whether anything may be run; if not, its files are hashed, and nothing opens its network.
        content: the content digest that it must have; '' for any.

    Raises:
        InputError: not a bundle, or it has another digest.
    """
    manifest = read_manifest(folder)
    check_content(manifest.content, content, str(folder))
    damaged = sorted(manifest.damage(folder))
    if not vouched_for:
        return _hashed(folder, manifest, damaged)
    loaded = None if damaged else LoadedBundle.read(folder, manifest.content)
    golden = loaded.golden if loaded else None
    return Selftest(
        bundle=version_of(folder.resolve(), manifest.content),
        content=manifest.content,
        files=len(manifest.files),
        damaged=damaged,
        examples=len(golden.examples) if golden else 0,
        formats=_prove(folder, loaded, golden, every=every, registered=registered) if loaded and golden else [],
    )


def _hashed(folder: Path, manifest: Manifest, damaged: list[str]) -> Selftest:
    """Return what is known of a bundle from its hashes alone."""
    names = [] if damaged else [OWN, *(name for name in formats_in(folder) if name != OWN)]
    return Selftest(
        bundle=version_of(folder.resolve(), manifest.content),
        content=manifest.content,
        files=len(manifest.files),
        damaged=damaged,
        examples=0,
        formats=[FormatProof(format=name, skipped=UNVOUCHED) for name in names],
    )


def _prove(folder: Path, loaded: LoadedBundle, golden: Golden, *, every: bool, registered: bool) -> list[FormatProof]:
    model = LiteRtModel(loaded.model)
    own = _proof(OWN, golden, model(golden.images)["probabilities"])
    if model.classes != len(loaded.classes):
        own = own.changed(problem=f"a network of {model.classes} classes, and names for {len(loaded.classes)}")
    others = [name for name in formats_in(folder) if name != OWN]
    if not (every and registered):
        why = UNREGISTERED if every else "not asked for: --all"
        return [own, *(FormatProof(format=name, skipped=why) for name in others)]
    return [own, *(_prove_apart(folder, name, golden) for name in others)]


def _prove_apart(folder: Path, name: str, golden: Golden) -> FormatProof:
    """Prove a format in a process of its own."""
    from inference.model.processes import start_processes

    form = FORMATS[name]
    if find_spec(form.library.partition(".")[0]) is None:
        return FormatProof(format=name, skipped=f"{form.package} is not installed")
    with TemporaryDirectory() as scratch, start_processes(folder, Path(scratch), [name]) as processes:
        processes.show(golden.images)
        try:
            answers = processes.answers(name)
        except DigitsError as error:
            return FormatProof(format=name, problem=f"{error.headline}: {error.found}")
    return _proof(name, golden, answers["probabilities"])


def _proof(name: str, golden: Golden, probabilities: NDArray[np.float32]) -> FormatProof:
    problem = deviation(golden, probabilities, exact=name != "litert_int8")
    same_shape = probabilities.shape == golden.probabilities.shape
    return FormatProof(
        format=name, largest=largest_difference(golden, probabilities) if same_shape else None, problem=problem
    )
