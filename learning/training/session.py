"""TensorFlow's process-wide state: threads, determinism, and a fresh seed for each stage."""

from __future__ import annotations

import os

__all__ = ["configure", "device", "restart"]


def configure(threads: int) -> None:
    """Set the number of threads and turn on op determinism, by environment variables that TensorFlow reads on import.

    The same inputs, seed and library versions then yield bit-identical weights in any process with the same number
    of threads on the same kind of processor. Another number of threads sums in another order and yields other
    weights.

    Args:
        threads: threads of one operation (intra-op), and operations run in parallel (inter-op).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    os.environ["TF_DETERMINISTIC_OPS"] = "1"


def restart(seed: int) -> None:
    """Clear Keras's state from earlier stages, and seed Python, numpy and TensorFlow."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)


def device() -> str:
    """Return what TensorFlow computes on, in words: 'the GPU NAME' if there is one, else 'the CPU, 2 threads'."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        return f"the GPU {tf.config.experimental.get_device_details(gpu).get('device_name', gpu.name)}"
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS", "all")
    return f"the CPU, {threads} thread{'s' if threads != '1' else ''}"
