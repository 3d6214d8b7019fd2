"""Convert a SavedModel to LiteRT."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from learning.formats.saved_model import SERVING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["convert", "convert_int8"]


def convert(saved_model: Path) -> bytes:
    """Return a SavedModel's `serving_default` as a LiteRT model."""
    return _converter(saved_model).convert()


def convert_int8(saved_model: Path, representative: NDArray[np.uint8]) -> bytes:
    """Return a SavedModel's `serving_default` as a LiteRT model with 8-bit weights and activations.

    Args:
        saved_model: folder of the SavedModel.
        representative: uint8 [n, 28, 28], pictures whose activations set the ranges of the integers.
    """
    import tensorflow as tf

    def batches() -> Iterator[tuple[str, dict[str, NDArray[np.uint8]]]]:
        for i in range(len(representative)):
            yield SERVING, {"images": representative[i : i + 1]}

    converter = _converter(saved_model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that TensorFlow's own interpreter is to be replaced by LiteRT's
        return converter.convert()


def _converter(saved_model: Path) -> Any:  # noqa: ANN401  (TensorFlow has no types)
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_saved_model(str(saved_model), signature_keys=[SERVING])
