"""How many threads numpy and OpenCV use."""

from __future__ import annotations

import os
import sys

__all__ = ["use_one_thread"]


def use_one_thread() -> None:
    """Keep them from starting threads, here and in processes started from here: that costs more than one picture.

    numpy looks at the environment only when it is imported; in a worker of Beam's it has been.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, "blas")
    import cv2

    cv2.setNumThreads(1)
