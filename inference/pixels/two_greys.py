"""Split a small picture into two greys: ink and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["border_of", "find_ink_by_greys"]


def find_ink_by_greys(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the ink of a picture, uint8 [h, w], as bool [h, w], split at Otsu's threshold.

    The paper is the class of most corners or, if they tie, of most of the border.
    """
    import cv2
    import numpy as np

    light = np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.bool_)
    corners = float(light[[0, 0, -1, -1], [0, -1, 0, -1]].mean())
    on_light = corners if corners != 0.5 else float(border_of(light).mean())  # noqa: PLR2004  (a tie)
    return ~light if on_light > 0.5 else light  # noqa: PLR2004


def border_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the outermost pixels of a mask, bool [h, w], in order around it."""
    import numpy as np

    return np.concatenate([mask[0], mask[1:, -1], mask[-1, -2::-1], mask[-2:0:-1, 0]])
