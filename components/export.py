"""Export a judged model as a bundle, and prove that its formats answer like the model."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import PositiveFloat, PositiveInt

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle, Judgement, Latency
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import SIDE, Examples
from schemas.artifacts.model import Model
from schemas.artifacts.statistics import Statistics
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from schemas.progress import report_part
from schemas.settings.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.decision import Decisions
    from inference.model.litert import LiteRtModel

__all__ = ["ExportConfig", "export"]

PICTURES = "pictures.npy"
CALLS = 50  # timed calls, of which the median is reported


class ExportConfig(Config):
    """Settings of the export stage."""

    pictures: PositiveInt = 1000
    """Number of test pictures on which each format is compared with the model; all if there are fewer."""
    tolerance: PositiveFloat = 1e-4
    """Largest allowed difference of a probability, logit or feature, divided by 1 + its absolute value."""


def export(  # noqa: PLR0913, PLR0917  (inputs are named one by one)
    model: Model,
    transform: Transform,
    examples: Examples,
    calibration: Calibration,
    statistics: Statistics,
    evaluation: Evaluation,
    blessing: Blessing,
    bundle: Output[Bundle],
    config: ExportConfig,
) -> None:
    """Write SavedModel, LiteRT model, labels, calibration, transform, statistics, model card and verdict of a model.

    The runner passes a refused model only to somebody who asks for it; its bundle says that the gate refused it.

    Raises:
        StageError: the verdict is not about these artifacts, or a format does not answer like the model.
        InputError: the verdict is damaged.
    """
    from learning.card import write_card

    judged = (model, examples, evaluation, calibration)
    if reason := blessing.mismatch((type(each).__name__, each.digest) for each in judged):
        raise StageError("the model was not judged", found=reason, expected="a verdict on this model")
    with _fresh_processes(bundle) as processes:
        report_part("loading the model")
        network = model.load()
        _write_formats(network, calibration.record.temperature, bundle.path)
        images = examples.read("test").images[: config.pictures]
        _prove_parity(network, calibration, images, processes, bundle.scratch, config.tolerance)
    shutil.copy(model.path / "classes.json", bundle.path / Bundle.LABELS)
    if (model.path / Model.TRAINED_ON).is_file():
        shutil.copy(model.path / Model.TRAINED_ON, bundle.path / Bundle.TRAINED_ON)
    shutil.copy(calibration.path / Calibration.RECORD, bundle.path)
    shutil.copy(transform.path / "transform.json", bundle.path)
    shutil.copy(statistics.path / "statistics.json", bundle.path)
    card = write_card(
        model=model.digest, classes=model.classes, statistics=statistics.read(), metrics=evaluation.metrics
    )
    (bundle.path / "README.md").write_text(card, encoding="utf-8")
    judgement = Judgement(blessed=blessing.verdict.blessed, reasons=blessing.verdict.reasons)
    (bundle.path / Bundle.JUDGEMENT).write_text(judgement.to_json() + "\n", encoding="utf-8")
    _write_latency(images, bundle.path)


@contextmanager
def _fresh_processes(bundle: Output[Bundle]) -> Generator[dict[str, subprocess.Popen[bytes]]]:
    """Start a process for each format, which imports its library while this one writes the formats."""
    from inference.model.format_answers import FORMATS

    command = [sys.executable, "-P", "-m", "inference.model.format_answers", str(bundle.path)]
    processes = {
        form: subprocess.Popen(
            [*command, form, str(bundle.scratch / PICTURES), str(bundle.scratch / f"{form}.npz")],
            stdin=subprocess.PIPE,
        )
        for form in FORMATS
    }
    try:
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()


def _write_formats(network: keras.Model, temperature: float, folder: Path) -> None:
    import keras
    import tensorflow as tf

    model: Any = network

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        logits = model(images, training=False)
        return {"logits": logits, "probabilities": tf.nn.softmax(logits / temperature)}

    report_part("writing SavedModel")
    archive: Any = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serving_default", serve, [tf.TensorSpec((None, SIDE, SIDE), tf.uint8, name="images")])
    archive.write_out(str(folder / Bundle.SAVED_MODEL), verbose=False)
    report_part("converting to LiteRT")
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder / Bundle.SAVED_MODEL))
    (folder / Bundle.LITERT).write_bytes(converter.convert())


def _prove_parity(  # noqa: PLR0913, PLR0917  (the model, its pictures, and who is asked)
    network: keras.Model,
    calibration: Calibration,
    images: NDArray[np.uint8],
    processes: dict[str, subprocess.Popen[bytes]],
    scratch: Path,
    tolerance: float,
) -> None:
    """Run every format in its fresh process and compare its answers with the model's.

    Raises:
        StageError: an output differs by more than *tolerance*, a decision differs, a format cannot be loaded, or
            there are no test pictures.
    """
    import numpy as np

    from inference.model.decision import decide, softmax
    from learning.logits import infer

    if not len(images):
        raise StageError("the formats cannot be compared with the model", found="no test pictures")
    logits = infer(network, images)
    expected = {"logits": logits, "probabilities": softmax(logits / calibration.record.temperature)}
    np.save(scratch / PICTURES, images)
    own = decide(logits, (), calibration.record)
    for done, (form, process) in enumerate(processes.items()):
        report_part(f"comparing {form} with the model", done, len(processes))
        answers = _ask(form, process, scratch)
        _compare(form, answers, expected, tolerance)
        _compare_decisions(form, decide(answers["logits"], (), calibration.record), own, tolerance)


def _write_latency(images: NDArray[np.uint8], folder: Path) -> None:
    """Measure the latency of the LiteRT model, for the report."""
    import numpy as np

    from inference.model.litert import BATCH, LiteRtModel

    report_part("latency")
    model = LiteRtModel(folder / Bundle.LITERT)
    batch = np.resize(images, (BATCH, *images.shape[1:]))
    latency = Latency(alone=_microseconds(model, images[:1]), batched=_microseconds(model, batch) / BATCH)
    (folder / Bundle.LATENCY).parent.mkdir()
    (folder / Bundle.LATENCY).write_text(latency.to_json() + "\n", encoding="utf-8")


def _microseconds(model: LiteRtModel, images: NDArray[np.uint8]) -> float:
    """Return the median duration of a call, in microseconds."""
    import statistics
    import time

    durations: list[float] = []
    for _ in range(CALLS):
        start = time.perf_counter()
        model(images)
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1e6


def _ask(form: str, process: subprocess.Popen[bytes], scratch: Path) -> dict[str, NDArray[np.float32]]:
    import numpy as np

    process.communicate(b"\n")
    if process.returncode:
        raise StageError(f"the {form} format cannot be loaded", found=f"exit status {process.returncode}")
    with np.load(scratch / f"{form}.npz") as file:
        return dict(file)


def _compare(
    form: str,
    answers: dict[str, NDArray[np.float32]],
    expected: dict[str, NDArray[np.float32]],
    tolerance: float,
) -> None:
    import numpy as np

    differences = {
        name: float(np.max(np.abs(answers[name] - values) / (1 + np.abs(values)))) for name, values in expected.items()
    }
    if not max(differences.values()) <= tolerance:
        found = ", ".join(f"{name} differ by up to {difference:.2g}" for name, difference in differences.items())
        raise StageError(f"the {form} format disagrees with the model", found=found, expected=f"at most {tolerance:g}")


def _compare_decisions(form: str, other: Decisions, own: Decisions, tolerance: float) -> None:
    """Require equal digits and equal refusals, except refusals of pictures whose evidence is at the threshold."""
    import numpy as np

    clear = np.abs(own.evidence - own.least) > tolerance * (1 + np.abs(own.evidence))
    differing = int(np.sum((other.read != own.read) | ((other.refused != own.refused) & clear)))
    if differing:
        raise StageError(
            f"the {form} format decides differently from the model",
            found=f"{differing} of {len(own.read)} decisions differ",
            expected="the same digits and refusals",
        )
