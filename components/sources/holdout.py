"""A test split drawn from pictures that come without one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["choose_test"]


def choose_test(images: NDArray[np.uint8], labels: NDArray[np.int32], share: float, seed: int) -> NDArray[np.bool_]:
    """Choose the same share of each label's pictures, at least one of two and never all.

    Each picture's place is a hash of seed and pixels: copies stay together, names and order do not
    matter, and a picture more moves hardly any other from one split to the other.

    Args:
        images: uint8, shape [n, 28, 28].
        labels: int32, shape [n].
        share: of each label's different pictures; 0 chooses none.
        seed: of the draw.

    Returns:
        bool, shape [n]: whether a picture is to be tested on.
    """
    import numpy as np

    key = seed.to_bytes(8, "big")
    drawn = [hashlib.blake2b(image.tobytes(), key=key, digest_size=16).digest() for image in images]
    chosen: set[tuple[int, bytes]] = set()
    places: dict[int, set[bytes]] = {}
    for label, place in zip(labels.tolist(), drawn, strict=True):
        places.setdefault(label, set()).add(place)
    for label, different in places.items():
        chosen |= {(label, place) for place in sorted(different)[: _count(len(different), share)]}
    return np.array([each in chosen for each in zip(labels.tolist(), drawn, strict=True)], bool)


def _count(different: int, share: float) -> int:
    return min(max(round(share * different), 1), different - 1) if share else 0
