"""The pictures of intermediate steps, recorded on request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Trace"]


@dataclass
class Trace:
    """Records the picture of each step.

    Attributes:
        wanted: whether to record anything.
        kept: name and picture, uint8, of each step.
    """

    wanted: bool
    kept: list[tuple[str, NDArray[np.uint8]]] = field(default_factory=list)

    def __call__(self, name: str, picture: NDArray[Any]) -> None:
        """Record a picture, bool or of values 0 to 255."""
        import numpy as np

        if self.wanted:
            scale = 255 if picture.dtype == np.bool_ else 1
            self.kept.append((name, np.clip(picture.astype(np.float32) * scale, 0, 255).astype(np.uint8)))
