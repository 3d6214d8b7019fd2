"""The picture of each step, kept where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Trace"]


@dataclass
class Trace:
    """Keeps the picture of each step.

    Attributes:
        wanted: whether to.
        kept: name and picture, uint8, of each.
    """

    wanted: bool
    kept: list[tuple[str, NDArray[np.uint8]]] = field(default_factory=list)

    def __call__(self, name: str, picture: NDArray[Any]) -> None:
        """Keep a picture: bool, or 0 to 255."""
        import numpy as np

        if self.wanted:
            scale = 255 if picture.dtype == np.bool_ else 1
            self.kept.append((name, np.clip(picture.astype(np.float32) * scale, 0, 255).astype(np.uint8)))
