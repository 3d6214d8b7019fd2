"""Hold out a test split from pictures that come without one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["choose_test", "is_held_out"]

WHOLE = 2**64


def choose_test(images: NDArray[np.uint8], labels: NDArray[np.int32], share: float, seed: int) -> NDArray[np.bool_]:
    """Choose the same share of each label's pictures for the test split: at least one of two, never all.

    Pictures are ranked by a hash of seed and pixels. So copies stay together, names and order do not matter, and an
    added picture moves hardly any other between the splits.

    Args:
        images: uint8, shape [n, 28, 28].
        labels: int32, shape [n].
        share: share of each label's distinct pictures, 0 to 1; 0 chooses none.
        seed: of the hash, below 2**64.

    Returns:
        bool, shape [n]: whether the picture belongs to the test split.
    """
    import numpy as np

    key = seed.to_bytes(8, "big")
    hashes = [hashlib.blake2b(image.tobytes(), key=key, digest_size=16).digest() for image in images]
    chosen: set[tuple[int, bytes]] = set()
    distinct: dict[int, set[bytes]] = {}
    for label, digest in zip(labels.tolist(), hashes, strict=True):
        distinct.setdefault(label, set()).add(digest)
    for label, digests in distinct.items():
        chosen |= {(label, digest) for digest in sorted(digests)[: _count(len(digests), share)]}
    return np.array([each in chosen for each in zip(labels.tolist(), hashes, strict=True)], bool)


def is_held_out(image: NDArray[np.uint8], share: float) -> bool:
    """Tell whether a picture belongs to the test split, whatever other pictures there are.

    A hash of its pixels decides: a picture never changes sides, and copies stay together.

    Args:
        image: uint8, shape [28, 28].
        share: of all pictures, 0 to 1, that belong to the test split on average.
    """
    digest = hashlib.blake2b(image.tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * WHOLE


def _count(distinct: int, share: float) -> int:
    return min(max(round(share * distinct), 1), distinct - 1) if share else 0
