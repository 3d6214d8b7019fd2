"""Convert colours to the grey in which ink stands out most, such as yellow on white or blue on grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.paper.background import fit_surface, noise_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LUMA", "choose_weights", "project"]

# LUMA is ITU-R BT.601's; BETTER is chosen by eye on the robustness suite's pictures.
LUMA = (0.114, 0.587, 0.299)  # blue, green, red
BETTER = 1.3  # least gain in contrast over luma that outweighs the coarser colours of a JPEG


def choose_weights(colours: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Choose the weights of blue, green and red that give ink and paper the best contrast-to-noise ratio.

    Args:
        colours: float32, shape [h, w, 3].
        region: bool, shape [h, w]: the paper.
    """
    import numpy as np

    relief = np.stack([colours[..., i] - fit_surface(colours[..., i], region) for i in range(3)], axis=-1)[region]
    strength = np.linalg.norm(relief, axis=1)
    ink = relief[strength >= 0.6 * np.percentile(strength, 99.5)]
    if not len(ink):
        return LUMA
    direction = np.linalg.eigh(ink.T @ ink)[1][:, -1]
    direction *= np.sign(direction @ np.asarray(LUMA)) or 1
    candidates = (LUMA, (0, 0, 1), (0, 1, 0), (1, 0, 0), tuple(direction / np.abs(direction).sum()))
    scores = [_contrast(relief, ink, np.asarray(each, np.float32)) for each in candidates]
    best = int(np.argmax(scores))
    return candidates[best] if scores[best] > BETTER * scores[0] else LUMA


def _contrast(relief: NDArray[np.float32], ink: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    import numpy as np

    return float(np.abs((ink @ weights).mean())) / (noise_of(relief @ weights) + 2)


def project(pixels: NDArray[np.uint8], weights: tuple[float, float, float]) -> NDArray[np.float32]:
    """Return the grey, float32 [h, w], 0 to 255, of grey [h, w] or coloured [h, w, 3] pixels."""
    import cv2
    import numpy as np

    if not pixels.shape[2:]:
        return pixels.astype(np.float32)
    grey = cv2.transform(pixels.astype(np.float32), np.asarray([weights], np.float32))
    darkest = 255 * sum(each for each in weights if each < 0)
    return np.asarray(grey, np.float32).reshape(pixels.shape[:2]) - np.float32(darkest)
