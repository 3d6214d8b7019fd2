"""Limit the threads of numpy and OpenCV."""

from __future__ import annotations

import os
import sys

__all__ = ["use_one_blas_thread", "use_one_thread"]


def use_one_thread() -> None:
    """Limit numpy and OpenCV to one thread, also in child processes: threads cost more to start than a picture."""
    use_one_blas_thread()
    import cv2

    cv2.setNumThreads(1)


def use_one_blas_thread() -> None:
    """Limit numpy's BLAS to one thread: two sum in another order, so the number of cores would change the last bits.

    numpy reads the environment only when it is imported; after that, its BLAS is limited directly.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, "blas")
