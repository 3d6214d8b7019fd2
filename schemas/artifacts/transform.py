"""The normalisation of pictures, fitted on the train split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Transform"]


class Transform(Artifact):
    """Normalisation: (pixel / 255 - mean) / std, computed as pixel * scale + offset.

    File structure:
        transform.json: `mean` and `std` of the pixels, scaled to 0 to 1.
    """

    @property
    def scale(self) -> float:
        """Factor applied to a pixel, 0 to 255."""
        return 1 / (255 * self._figures["std"])

    @property
    def offset(self) -> float:
        """Term added after scaling."""
        return -self._figures["mean"] / self._figures["std"]

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return normalised pictures, float32 of the same shape."""
        import numpy as np

        return images.astype(np.float32) * np.float32(self.scale) + np.float32(self.offset)

    @staticmethod
    def write(folder: Path, *, mean: float, std: float) -> None:
        """Write the transform into an output folder; mean and std are of pixels scaled to 0 to 1."""
        (folder / "transform.json").write_text(
            json.dumps({"mean": mean, "std": std}, indent=2) + "\n", encoding="utf-8"
        )

    @property
    def _figures(self) -> dict[str, float]:
        return json.loads((self.path / "transform.json").read_bytes())
