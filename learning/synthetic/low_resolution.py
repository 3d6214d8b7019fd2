"""Pictures as a small scan shows them once it is enlarged: soft, with the detail of 8 to 14 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["lowered", "with_lowered"]

SIDES = (8, 15)  # pixels, the upper end exclusive; MNIST's digits are 20 high
INK = 255


def lowered(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shrink a picture, uint8 [28, 28], to 8 to 14 pixels and enlarge it again; its strongest ink becomes 255."""
    import cv2
    import numpy as np

    side = int(rng.integers(*SIDES))
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    enlarge = cv2.INTER_CUBIC if rng.integers(2) else cv2.INTER_LINEAR
    soft = cv2.resize(small.astype(np.float32), (SIDE, SIDE), interpolation=enlarge)
    return np.clip(np.rint(soft * (INK / max(float(soft.max()), 1.0))), 0, INK).astype(np.uint8)


def with_lowered(split: Split, share: float, seed: int) -> Split:
    """Return a split with copies of some pictures at low resolution added at its end.

    Args:
        split: the training pictures.
        share: copies, as a share of the pictures, 0 to 1.
        seed: of the choice of the pictures and of their resolutions.
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = np.sort(rng.choice(len(split), round(share * len(split)), replace=False))
    copies = [lowered(split.images[i], rng) for i in chosen]
    return Split(
        np.concatenate([split.images, np.array(copies, np.uint8).reshape(-1, SIDE, SIDE)]),
        np.concatenate([split.labels, split.labels[chosen]]),
        [*split.ids, *(f"{split.ids[i]}/lowered" for i in chosen)],
        split.classes,
    )
