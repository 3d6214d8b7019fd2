"""How many threads numpy and OpenCV use."""

from __future__ import annotations

import os
import sys

__all__ = ["use_one_thread", "use_one_thread_of_blas"]


def use_one_thread() -> None:
    """Keep them from starting threads, here and in processes started from here: that costs more than one picture."""
    use_one_thread_of_blas()
    import cv2

    cv2.setNumThreads(1)


def use_one_thread_of_blas() -> None:
    """Keep numpy's linear algebra to one thread: two sum in another order, so a processor more changes the last bits.

    numpy looks at the environment only when it is imported; where it has been, its BLAS is told.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, "blas")
