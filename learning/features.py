"""A network's logits, and the features they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["infer", "with_features"]

BATCH = 1000


def with_features(network: keras.Model) -> keras.Model:
    """Give a network with two outputs, `logits` and `features`: what its last layer takes."""
    import keras

    model: Any = network
    outputs = {"logits": model.output, "features": model.layers[-1].input}
    return keras.Model(model.input, outputs, name="answers")  # an automatic name would count those before it


def infer(both: keras.Model, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Give logits and features of pictures, float32 with a row a picture, by what with_features made."""
    import numpy as np

    model: Any = both
    batches = [model(images[i : i + BATCH], training=False) for i in range(0, max(len(images), 1), BATCH)]
    return {name: np.concatenate([np.asarray(batch[name]) for batch in batches]) for name in ("logits", "features")}
