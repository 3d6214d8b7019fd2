"""How many threads numpy and OpenCV use."""

from __future__ import annotations

import os

__all__ = ["use_one_thread"]


def use_one_thread() -> None:
    """Keep them from starting threads, here and in processes started from here: that costs more than one picture.

    numpy looks only when it is imported.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import cv2

    cv2.setNumThreads(1)
