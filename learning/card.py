"""The model card: intended use, results and limits, with Hugging Face's front matter.

The format is that of https://huggingface.co/docs/hub/model-cards. The card is sealed with its bundle, so it holds no
time, path, host or user name.
"""

from __future__ import annotations

import math
import platform
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

from learning.programs import JAVASCRIPT, PYTHON
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.class_noun import noun
from schemas.artifacts.evaluation import Metrics, Tried
from schemas.artifacts.examples import DRAWN
from schemas.artifacts.formats import FORMATS
from schemas.artifacts.statistics import Source, StatisticsRecord

__all__ = ["write_card"]

MNIST = {"tfds", "sample"}
"""Sources that are MNIST or part of it."""
MNIST_TERMS = (
    "MNIST is licensed under Creative Commons Attribution-Share Alike 3.0, copyright Yann LeCun and Corinna Cortes, "
    "according to [TensorFlow's documentation]"
    "(https://www.tensorflow.org/api_docs/python/tf/keras/datasets/mnist/load_data), and under MIT according to "
    "[its card on Hugging Face](https://huggingface.co/datasets/ylecun/mnist)."
)
ABOUT_DRAWN = (
    "The digits of the source `drawn` are synthetic: a program drew them in writing styles that are rare in MNIST. "
    "They were used for training only, not for validation or testing."
)
HUB_NAME = "ylecun/mnist"
KNOWN = ("accuracy", "f1", "precision", "recall")
LIBRARIES = ("tensorflow", "keras", "ai-edge-litert", "numpy", "opencv-python-headless")
PLACES = 6
NAMED = 30  # classes named in the text
CONFUSIONS = 5
SUREST = (0.98, 0.95)
"""Coverages at which the card quotes the accuracy: the surest 98 % and 95 % of the pictures."""
ABOUT = {
    "saved_model": "TensorFlow SavedModel, laid out for TensorFlow Serving; its signature `serving_bytes` takes "
    "`pictures`, encoded PNG or JPEG files in MNIST's form, light on dark",
    "litert": "LiteRT (TensorFlow Lite), which `digits` itself reads with",
    "litert_int8": "LiteRT with 8-bit weights and activations: about as accurate, its probabilities in steps of 1/256",
    "onnx": "ONNX, opset 17",
    "keras": "Keras, for further training: `keras.saving.load_model`; returns logits only",
}
MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")


def write_card(
    *, model: str, classes: tuple[str, ...], statistics: StatisticsRecord, metrics: Metrics, formats: Sequence[str]
) -> str:
    """Return the README.md of a bundle.

    Args:
        model: content digest of the model.
        classes: the name of each logit.
        statistics: of the data it was trained and tested on.
        metrics: measured on the test split.
        formats: names of the formats in the bundle.
    """
    import yaml

    front = yaml.safe_dump(_front_matter(statistics.source, metrics), sort_keys=False, allow_unicode=True, width=120)
    parts = [
        f"---\n{front}---",
        f"# {_title(classes)}",
        *([f"**{_plain(statistics.source.notice)}**"] if statistics.source.notice else []),
        _use(classes, formats),
        _results(metrics),
        _limits(metrics),
        _data(statistics),
        _environment(model),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _front_matter(source: Source, metrics: Metrics) -> dict[str, Any]:
    is_mnist = source.name in MNIST
    figures = {name: value for name, value in metrics.scalars().items() if value is not None}
    dataset = {
        "name": source.dataset,
        "type": HUB_NAME if source.name == "tfds" else source.name,
        "split": metrics.split,
    }
    result = {
        "task": {"type": "image-classification", "name": "Image classification"},
        "dataset": dataset,
        "metrics": [
            {"type": name, "value": round(value, PLACES), "name": name.replace("_", " ")}
            for name, value in figures.items()
        ],
    }
    return {
        "license": "other",
        "license_name": "none-chosen",
        "library_name": "litert",
        "pipeline_tag": "image-classification",
        "tags": [
            "tflite",
            "tensorflow",
            "image-classification",
            *(["handwritten-digits"] if noun(metrics.per_digit) == "digit" else []),
            *(["mnist"] if is_mnist else []),
        ],
        **({"datasets": [HUB_NAME]} if is_mnist else {}),
        "metrics": [name for name in KNOWN if name in figures],
        "model-index": [{"name": "digits", "results": [result] if figures else []}],
    }


def _title(classes: tuple[str, ...]) -> str:
    reads_digits = noun(classes) == "digit"
    return (
        "A model that reads handwritten digits" if reads_digits else f"A model that tells {len(classes)} classes apart"
    )


def _use(classes: tuple[str, ...], formats: Sequence[str]) -> str:
    reads_digits = noun(classes) == "digit"
    what, those = ("digit", "digits read") if reads_digits else ("sign", "answers given")
    more = f" and {len(classes) - NAMED} more" if len(classes) > NAMED else ""
    names = ", ".join(map(_plain, classes[:NAMED])) + more
    rows = [(f"`{FORMATS[name].path}`", ABOUT[name]) for name in formats]
    parts = [
        f"""## Intended use

The model reads one handwritten {what} in a picture. It returns a calibrated probability for each of
{len(classes)} classes ({names}): of the {those} with 90 % confidence, about 90 % are
correct. The normalisation is built in.

| | | |
|---|---|---|
| in | `images` | uint8 [n, 28, 28]: 0 is background, 255 is ink, the {what} centred as in MNIST |
| out | `probabilities` | float32 [n, {len(classes)}], calibrated |
| out | `logits` | float32 [n, {len(classes)}] |
| out | `digit` | int32 [n], the index of the likeliest class in `{Bundle.LABELS}` |""",
        _table(("file", "format"), rows),
        _example(formats),
        """Photos, scans and drawings must be converted to this form first; `digits predict` does that with this bundle.
The model is not intended for text, for numbers of several digits, or for decisions without human review: see the
limits below.""",
    ]
    return "\n\n".join(parts)


def _example(formats: Sequence[str]) -> str:
    """Return programs that read the golden examples in this folder, and need nothing but a runtime."""
    parts = [
        f"""`{Bundle.GOLDEN}` holds test pictures with the answers that the model gave when it was exported. This
program needs only numpy and ai-edge-litert. Run in this folder, it reads them and compares:

```python
{PYTHON.strip()}
```"""
    ]
    if "onnx" in formats:
        parts.append(f"The same in JavaScript, with onnxruntime-web:\n\n```js\n{JAVASCRIPT.strip()}\n```")
    return "\n\n".join(parts)


def _results(metrics: Metrics) -> str:
    rows = [
        (name.replace("_", " "), _figure(value), _interval(metrics.intervals.get(name)))
        for name, value in metrics.scalars().items()
    ]
    size = f"The network has {metrics.parameters:,} parameters. " if metrics.parameters else ""
    rest = f" ({metrics.trained_on:,} more were used in training and are left out)" if metrics.trained_on else ""
    lead = f"{size}Measured on the {metrics.count:,} pictures of the {metrics.split} split, not used in training{rest}:"
    return f"## Results\n\n{lead}\n\n{_table(('metric', 'value', '95 % interval'), rows)}"


def _limits(metrics: Metrics) -> str:
    shown, others = ("Digits", "digits") if noun(metrics.per_digit) == "digit" else ("Pictures", "of its classes")
    parts = ["## Measured limits", *(f"**{_plain(warning)}**" for warning in metrics.warnings)]
    if metrics.coverage is not None:
        parts.append(
            f"The model answers {100 * metrics.coverage:.1f} % of the {metrics.split} pictures; the rest are unsure."
        )
    if surest := _surest(metrics):
        parts.append(f"Keeping only the most confident answers reduces the errors: {surest}.")
    if confusions := _worst_confusions(metrics):
        parts += ["Most frequent confusions:", _table(("true", "read as", "pictures"), confusions)]
    if metrics.robustness:
        parts += [
            f"{shown} of this split rendered as photos, scans and drawings. Share read correctly, worst first:",
            _kinds("read correctly", metrics.robustness, metrics.robustness_tried),
        ]
    if metrics.refusals:
        parts += [
            f"Pictures that are not {others}. Share refused, worst first:",
            _kinds("refused", metrics.refusals, metrics.refusals_tried),
        ]
    return "\n\n".join(parts)


def _surest(metrics: Metrics) -> str:
    points = metrics.risk_coverage.points if metrics.risk_coverage else []
    return "; ".join(
        f"of the most confident {100 * each.coverage:.0f} % (confidence at least {least:.3f}), "
        f"{100 * each.accuracy:.2f} % are correct"
        for each in points
        if each.coverage in SUREST
        for least in [math.floor(1000 * each.confidence) / 1000]
    )


def _kinds(title: str, shares: dict[str, float], tried: dict[str, Tried]) -> str:
    rows = [
        (
            kind.replace("_", " "),
            f"{100 * share:.0f} %",
            f"{tried[kind].right} of {tried[kind].count}" if kind in tried else "not counted",
        )
        for kind, share in sorted(shares.items(), key=lambda item: item[1])
    ]
    return _table(("kind", title, "count"), rows)


def _worst_confusions(metrics: Metrics) -> list[tuple[str, str, str]]:
    names = [_plain(name) for name in metrics.per_digit]
    cells = [
        (count, names[true], names[read])
        for true, row in enumerate(metrics.confusion)
        for read, count in enumerate(row)
        if true != read and count
    ]
    worst = sorted(cells, key=lambda cell: -cell[0])[:CONFUSIONS]
    return [(true, read, str(count)) for count, true, read in worst]


def _data(statistics: StatisticsRecord) -> str:
    source = statistics.source
    counts = ", ".join(f"{split.count:,} {name}" for name, split in statistics.splits.items())
    named = {each.source.name for each in statistics.sources} or {source.name}
    terms = [MNIST_TERMS] if named & MNIST else []
    terms += ["The licence of the user's own files is not recorded."] if named - MNIST - {DRAWN} else []
    terms += [ABOUT_DRAWN] if DRAWN in named else []
    warnings = [f"- {_plain(warning)}" for warning in statistics.warnings]
    parts = [
        f"## Training data\n\n{_plain(source.dataset)}: {counts} pictures.",
        " ".join(terms),
        *(["Warnings about the data:", "\n".join(warnings)] if warnings else []),
        "No licence has been chosen for the model itself.",
    ]
    return "\n\n".join(parts)


def _environment(model: str) -> str:
    python = ".".join(platform.python_version_tuple()[:2])
    rows = [("Python", python), *((name, version(name)) for name in LIBRARIES)]
    return f"## Environment\n\n{_table(('made with', 'version'), rows)}\n\nContent digest of the model: `{model}`"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.4f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.4f} to {interval[1]:.4f}" if interval else ""


def _plain(text: str) -> str:
    """Return user text as one line of Markdown, with special characters escaped."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
