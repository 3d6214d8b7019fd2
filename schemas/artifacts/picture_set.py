"""Which pictures a model was trained on: a digest of 40 bits for each, sorted.

`python -m tests.benchmarks.reading.trained_on` counts how often a picture is taken for another.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PictureSet"]

BYTES = 5
"""Of a digest: with 62,000 pictures in the set, another picture is taken for one of them once in 18 million times."""


class PictureSet:
    """A set of pictures, as sorted digests: BLAKE2b of the 784 pixels, row by row, cut to BYTES bytes.

    Args:
        digests: uint64, sorted, each once.
    """

    def __init__(self, digests: NDArray[np.uint64]) -> None:
        self._digests = digests

    def __len__(self) -> int:
        """Return the number of different pictures."""
        return len(self._digests)

    @classmethod
    def of(cls, *images: NDArray[np.uint8]) -> PictureSet:
        """Return the set of the pictures in some arrays, each uint8 [n, 28, 28]."""
        import numpy as np

        return cls(np.unique(np.concatenate([np.zeros(0, np.uint64), *map(_digests, images)])))

    def joined(self, other: PictureSet) -> PictureSet:
        """Return the pictures in this set or the other."""
        import numpy as np

        return PictureSet(np.union1d(self._digests, other._digests))

    @classmethod
    def read(cls, path: Path) -> PictureSet:
        """Read a set.

        Raises:
            InputError: the file does not hold a set.
        """
        data = path.read_bytes()
        if len(data) % BYTES:
            raise InputError(f"{path} holds no set of pictures", found=f"{len(data)} bytes", do="digits verify")
        return cls(_numbers(data))

    def write(self, path: Path) -> None:
        """Write the set: the digests in ascending order, big-endian, BYTES bytes each."""
        import numpy as np

        whole = self._digests.astype(">u8").view(np.uint8).reshape(-1, 8)
        path.write_bytes(whole[:, 8 - BYTES :].tobytes())

    def holds(self, images: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return whether the set holds each picture, bool [n], of uint8 [n, 28, 28]."""
        import numpy as np

        return np.isin(_digests(images), self._digests)


def _digests(images: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return _numbers(b"".join(hashlib.blake2b(image.tobytes(), digest_size=BYTES).digest() for image in images))


def _numbers(digests: bytes) -> NDArray[np.uint64]:
    import numpy as np

    given = np.frombuffer(digests, np.uint8).reshape(-1, BYTES)
    whole = np.zeros((len(given), 8), np.uint8)
    whole[:, 8 - BYTES :] = given
    return whole.view(">u8").reshape(-1).astype(np.uint64)
