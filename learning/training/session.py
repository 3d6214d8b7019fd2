"""TensorFlow's process-wide settings: threads, determinism and a fresh, seeded state for each stage."""

from __future__ import annotations

import os

__all__ = ["configure", "device", "restart"]


def configure(threads: int) -> None:
    """Fix the number of threads and turn op determinism on, without importing TensorFlow: it reads them when it starts.

    The same inputs, seed and library versions then give the same weights bit for bit in a
    new process with the same number of threads on the same kind of processor; another number
    of threads sums in another order, and so gives other weights.

    Args:
        threads: of one operation (intra-op); operations also run side by side (inter-op).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    os.environ["TF_DETERMINISTIC_OPS"] = "1"


def restart(seed: int) -> None:
    """Forget what earlier stages built in this process and seed Python, numpy and TensorFlow."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)


def device() -> str:
    """Name what TensorFlow computes on: a GPU where it sees one, else the CPU with its number of threads."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        return f"the GPU {tf.config.experimental.get_device_details(gpu).get('device_name', gpu.name)}"
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS", "all")
    return f"the CPU, {threads} thread{'s' if threads != '1' else ''}"
