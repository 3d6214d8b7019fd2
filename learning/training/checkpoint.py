"""The checkpoint of a training: one file from which a killed training resumes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from schemas.artifacts.model import History

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["restore_checkpoint", "save_checkpoint"]

NAME = "checkpoint.npz"


def save_checkpoint(
    folder: Path, network: keras.Model, history: History, best_weights: list[NDArray[np.float32]]
) -> None:
    """Write weights, optimizer and dropout state, history and best weights to one file, atomically."""
    import numpy as np

    arrays = [*map(np.asarray, _variables(network)), *best_weights]
    draft = folder / f".{NAME}"
    with draft.open("wb") as file:
        np.savez(file, *arrays, history=np.frombuffer(history.to_json().encode(), np.uint8))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / NAME)


def restore_checkpoint(folder: Path, network: keras.Model) -> tuple[History, list[NDArray[np.float32]]] | None:
    """Restore a compiled network from the checkpoint in *folder*.

    Returns:
        The history and the weights of the best round so far; None if there is no intact checkpoint.
    """
    import zipfile

    import numpy as np

    try:
        with np.load(folder / NAME) as file:
            history = History.from_json(file["history"].tobytes())
            arrays = [file[f"arr_{i}"] for i in range(len(file.files) - 1)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    variables = _variables(network)
    for variable, array in zip(variables, arrays, strict=False):
        variable.assign(array)
    return history, arrays[len(variables) :]


def _variables(network: keras.Model) -> list[Any]:
    model: Any = network
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
