"""The model that is served: the champion, followed as it changes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.model.bundle import LoadedBundle
from inference.model.reader import Reader
from schemas.artifacts.examples import SIDE
from schemas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Followed", "Served"]

CARD = "README.md"


@dataclass(frozen=True)
class Served:
    """A verified bundle in memory, ready to answer.

    Attributes:
        folder: of the bundle, links resolved.
        bundle: its files.
        readers: one for each thread, because a reader is not thread-safe.
        card: the model card.
    """

    folder: Path
    bundle: LoadedBundle
    readers: tuple[Reader, ...]
    card: str

    @property
    def version(self) -> str:
        """The name of the bundle's folder, such as v0003-8f3c1d2a."""
        return self.bundle.version

    @property
    def standing(self) -> str:
        """What to say beside the version: `refused by the gate`; empty for a blessed model."""
        return self.bundle.standing

    @property
    def number(self) -> str:
        """The number in the version's name, such as 3, which TensorFlow Serving's clients send; '' if it has none."""
        digits = self.version.partition("-")[0].removeprefix("v")
        return str(int(digits)) if digits.isascii() and digits.isdigit() else ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class."""
        return self.readers[0].classes

    @classmethod
    def load(cls, folder: Path, threads: int, content: str = "") -> Served:
        """Load a bundle and read one picture with it in each reader, so that the first request does not wait.

        Args:
            folder: of the bundle, or a link to it.
            threads: how many readers.
            content: the content digest that it must have; '' for any.

        Raises:
            InputError: not a bundle, or it is damaged, has another digest or does not run.
        """
        import numpy as np

        folder = Path(os.path.realpath(folder))
        bundle = LoadedBundle.read(folder, content, (CARD,))
        try:
            readers = tuple(Reader(bundle) for _ in range(threads))
            for reader in readers:
                reader.read(np.zeros((1, SIDE, SIDE), np.uint8))
        except (ValueError, RuntimeError, LookupError) as error:
            raise InputError(f"{folder} does not run", found=str(error), do="digits verify") from error
        return cls(folder, bundle, readers, bundle.files[CARD].decode("utf-8", "replace"))


class Followed:
    """The model behind a link, loaded anew when the link points elsewhere.

    Args:
        link: the champion, or the folder of one version.
        threads: that read at the same time.
        report: takes a line about each change.
        content: the content digest that each of them must have; '' for any.

    Raises:
        InputError: the first model cannot be loaded.
    """

    def __init__(self, link: Path, threads: int, report: Callable[[str], None], content: str = "") -> None:
        self._link, self._threads, self._report, self._content = link, threads, report, content
        self._seen = os.path.realpath(link)
        self.current = Served.load(link, threads, content)
        self.refused = ""

    def changed(self) -> bool:
        """Tell whether the link points elsewhere than when it was last looked at."""
        return os.path.realpath(self._link) != self._seen

    def refresh(self) -> None:
        """Load the model that the link points to; keep the present one if the new one cannot be loaded.

        Attributes change in one step: requests that are being answered keep the model that they started with.
        """
        self._seen = os.path.realpath(self._link)
        try:
            self.current = Served.load(Path(self._seen), self._threads, self._content)
        except (InputError, OSError) as error:
            self.refused = Path(self._seen).name
            self._report(f"{self._seen} is refused, {self.current.version} stays: {error}")
        else:
            self.refused = ""
            self._report(f"now serving {', '.join(filter(None, (self.current.version, self.current.standing)))}")
