"""A trained network."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemas.artifacts.artifact import Artifact
from schemas.artifacts.picture_set import PictureSet
from schemas.manifest import FileEntry, digest_of, registered
from schemas.record import Record

if TYPE_CHECKING:
    import keras

__all__ = ["History", "Model", "Round", "write_keras"]


class Round(Record):
    """The metrics after one round of training steps."""

    step: int
    """Steps so far."""
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


class History(Record):
    """The metrics of every round of a training, and the round whose weights were kept."""

    rounds: list[Round]
    best: int
    """Index in *rounds* of the weights in model.keras: the round with the lowest validation loss."""

    def with_round(self, figures: Round) -> History:
        """Return the history with one more round, the best if its validation loss is the lowest so far."""
        rounds = [*self.rounds, figures]
        better = len(rounds) == 1 or figures.validation_loss < rounds[self.best].validation_loss
        return History(rounds=rounds, best=len(rounds) - 1 if better else self.best)

    def is_stale(self, patience: int | None) -> bool:
        """Return whether the last *patience* rounds had no lower validation loss than one before; never for None."""
        return patience is not None and len(self.rounds) - 1 - self.best >= patience


class Model(Artifact):
    """A trained Keras network: uint8 pictures [n, 28, 28] in, logits [n, classes] out, normalisation built in.

    File structure:
        model.keras: architecture and weights, without the optimizer, so that plain `keras.saving.load_model` loads it
            anywhere; its bytes differ from process to process.
        classes.json: the name of each logit.
        history.json: a History.
        trained_on.bin: a PictureSet, the pictures of the splits train and validation; older models have none.
        curves.png: the history as a plot.
    """

    CURVES = "curves.png"
    TRAINED_ON = "trained_on.bin"
    KERAS = "model.keras"
    HISTORY = "history.json"
    NOTE = (
        "The same inputs, seed, threads and library versions reproduce these weights bit for bit on the same kind of "
        "processor. Another number of threads, another kind of processor or a GPU sums in another order and yields "
        "other weights."
    )

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Return the digest of weights, architecture, class names and pictures: the .keras file contains a date."""
        with zipfile.ZipFile(path / cls.KERAS) as archive:
            architecture = _without_ids(json.loads(archive.read("config.json")))
            weights = _weight_digests(archive)
        others = [files[name].sha256 for name in ("classes.json", cls.TRAINED_ON) if name in files]
        return digest_of([architecture, weights, *others])

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each logit."""
        return tuple(json.loads((self.path / "classes.json").read_bytes()))

    @property
    def history(self) -> History:
        """The metrics of every round of the training."""
        return History.from_json((self.path / self.HISTORY).read_bytes())

    @property
    def trained_on(self) -> PictureSet | None:
        """The pictures that it was fitted and selected on; None if it does not say."""
        path = self.path / self.TRAINED_ON
        return PictureSet.read(path) if path.is_file() else None

    def load(self) -> keras.Model:
        """Load the network, if the file is the one that was sealed; imports keras.

        Raises:
            InputError: it is another one.
        """
        path = registered(self.path, self.KERAS)
        import keras

        saving: Any = keras.saving
        return saving.load_model(path, compile=False)

    @staticmethod
    def write(
        folder: Path,
        network: keras.Model,
        classes: tuple[str, ...],
        history: History,
        trained_on: PictureSet | None = None,
    ) -> None:
        """Write a network into an output folder.

        Args:
            folder: the output folder.
            network: to write.
            classes: the name of each logit.
            history: of its training.
            trained_on: the pictures that it was fitted and selected on, so that no test counts them later.
        """
        write_keras(folder / Model.KERAS, network)
        (folder / "classes.json").write_text(json.dumps(classes) + "\n", encoding="utf-8")
        (folder / Model.HISTORY).write_text(history.to_json() + "\n", encoding="utf-8")
        if trained_on is not None:
            trained_on.write(folder / Model.TRAINED_ON)


def write_keras(path: Path, network: keras.Model) -> None:
    """Write a network as a .keras file without its optimizer and loss, whose classes another program lacks."""
    model: Any = network
    plain: Any = cast("Any", type(network)).from_config(model.get_config())
    plain.set_weights(model.get_weights())
    plain.save(path)


def _without_ids(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _without_ids(item) for key, item in items if key != "shared_object_id"}
    if isinstance(value, list):
        return [_without_ids(item) for item in cast("list[Any]", value)]
    return value


def _weight_digests(archive: zipfile.ZipFile) -> dict[str, str]:
    import h5py

    digests: dict[str, str] = {}

    def visit(name: str, item: Any) -> None:  # noqa: ANN401  (h5py has no types)
        if isinstance(item, h5py.Dataset):
            array: Any = cast("Any", item)[()]
            digests[name] = hashlib.sha256(f"{array.dtype} {array.shape} ".encode() + array.tobytes()).hexdigest()

    with archive.open("model.weights.h5") as stream, h5py.File(stream, "r") as file:
        file.visititems(visit)  # pyright: ignore[reportUnknownMemberType]
    return digests
