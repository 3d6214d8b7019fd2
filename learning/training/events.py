"""Learning curves as TensorBoard events, which TensorFlow writes by itself; only who reads them needs TensorBoard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.artifacts.model import Round

__all__ = ["Events"]


class Events:
    """Writes the figures of each round.

    Args:
        folder: receives train/ and validation/, each with a file of events.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        self._train = tf.summary.create_file_writer(str(folder / "train"))
        self._validation = tf.summary.create_file_writer(str(folder / "validation"))

    def write(self, figures: Round) -> None:
        """Write loss and accuracy of a round, at its last step."""
        _write(self._train, {"loss": figures.loss, "accuracy": figures.accuracy}, figures.step)
        validation = {"loss": figures.validation_loss, "accuracy": figures.validation_accuracy}
        _write(self._validation, validation, figures.step)


def _write(writer: Any, figures: dict[str, float], step: int) -> None:  # noqa: ANN401  (TensorFlow has no types)
    import tensorflow as tf

    kind: Any = tf.compat.v1.SummaryMetadata
    scalar = kind(plugin_data=kind.PluginData(plugin_name="scalars"), data_class="DATA_CLASS_SCALAR")
    with writer.as_default():
        for name, value in figures.items():
            tf.summary.write(name, value, step, scalar)
    writer.flush()
