"""The model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from learning.card import write_card
from schemas.artifacts.evaluation import CoveragePoint, DigitMetrics, Metrics, RiskCoverage, Tried
from schemas.artifacts.formats import FORMATS
from schemas.artifacts.statistics import Source, SourceStatistics, SplitStatistics, StatisticsRecord

MNIST = Source(name="tfds", dataset="MNIST 3.0.1 (tensorflow-datasets)")
FOLDER = Source(name="folder", dataset="the pictures in my_*digits*\n| <b>")
FIGURES = Metrics(
    split="test",
    count=100,
    accuracy=0.96,
    precision=0.95,
    recall=0.94,
    f1=0.945,
    log_loss=0.1,
    coverage=0.9,
    intervals={"accuracy": (0.902, 0.984)},
    robustness={"shadow": 0.5, "inverted": 1.0},
    robustness_tried={"shadow": Tried(right=5, count=10), "inverted": Tried(right=10, count=10)},
    refusals={"letters": 0.6},
    per_digit={name: DigitMetrics(count=50, precision=0.9, recall=0.9, f1=0.9) for name in ("0", "1")},
    confusion=[[47, 3], [1, 49]],
)


def card_of(source: Source, metrics: Metrics = FIGURES) -> str:
    """Write the card of a model trained on this source."""
    split = SplitStatistics(count=100, classes={"0": 50, "1": 50}, mean=0.1, std=0.3, duplicates=0)
    statistics = StatisticsRecord(source=source, splits={"train": split, "test": split}, overlap=0)
    return write_card(
        model="0123abcd" * 8, classes=("0", "1"), statistics=statistics, metrics=metrics, formats=list(FORMATS)
    )


def loaded(text: str, folder: Path) -> Any:  # noqa: ANN401  (a type of huggingface_hub)
    """Load a card with Hugging Face's loader."""
    (folder / "README.md").write_text(text, encoding="utf-8")
    return ModelCard.load(folder / "README.md")


def test_hugging_face_reads_the_results(tmp_path: Path) -> None:
    """Hugging Face's loader finds the figures of the test split as results."""
    results = loaded(card_of(MNIST), tmp_path).data.eval_results
    figures = {each.metric_type: each.metric_value for each in results}
    assert figures["accuracy"] == 0.96
    assert figures["log_loss"] == 0.1
    assert {(each.dataset_type, each.dataset_split, each.task_type) for each in results} == {
        ("ylecun/mnist", "test", "image-classification")
    }


def test_hugging_face_reads_the_front_matter(tmp_path: Path) -> None:
    """The front matter holds licence, library, tags, metrics and data sets."""
    data = loaded(card_of(MNIST), tmp_path).data
    assert (data.license, data.license_name, data.library_name) == ("other", "none-chosen", "litert")
    assert data.datasets == ["ylecun/mnist"]
    assert "accuracy" in data.metrics
    assert "mnist" in data.tags


def test_user_data_is_not_called_mnist(tmp_path: Path) -> None:
    """The card of a model trained on a folder names the folder, not MNIST or its licence."""
    card = loaded(card_of(FOLDER), tmp_path)
    assert card.data.datasets is None
    assert card.data.eval_results[0].dataset_type == "folder"
    assert card.data.eval_results[0].dataset_name == FOLDER.dataset
    assert "mnist" not in card.data.tags
    assert "MNIST is licensed" not in card.text
    assert "user's own files" in card.text


def test_a_name_is_escaped() -> None:
    """A user's text is put on one line and escaped as Markdown."""
    assert r"the pictures in my\_\*digits\* \| \<b\>" in card_of(FOLDER)


def test_the_worst_limits_come_first() -> None:
    """The worst kinds and confusions come first, with the number of pictures tried."""
    text = card_of(MNIST)
    assert text.index("| shadow | 50 % | 5 of 10 |") < text.index("| inverted | 100 % | 10 of 10 |")
    assert "| letters | 60 % | not counted |" in text
    assert text.index("| 0 | 1 | 3 |") < text.index("| 1 | 0 | 1 |")
    assert "90.0 %" in text


def test_the_card_states_the_accuracy_of_the_surest() -> None:
    """The card states the accuracy of the most confident answers and their least confidence, rounded down."""
    point = CoveragePoint(coverage=0.95, count=95, accuracy=0.9895, confidence=0.80096)
    metrics = FIGURES.changed(risk_coverage=RiskCoverage(points=[point], aurc=0.001))
    assert "of the most confident 95 % (confidence at least 0.800), 98.95 % are correct" in card_of(MNIST, metrics)
    assert "most confident" not in card_of(MNIST)


def test_a_warning_is_the_first_of_the_limits() -> None:
    """A warning stands in bold at the top of the measured limits."""
    card = card_of(MNIST, FIGURES.changed(warnings=["27 % are called unsure"]))
    assert "## Measured limits\n\n**27 % are called unsure**" in card


def test_the_interval_is_shown_with_the_figure() -> None:
    """A figure with an interval shows it."""
    assert "| accuracy | 0.9600 | 0.9020 to 0.9840 |" in card_of(MNIST)


def test_a_card_does_not_depend_on_its_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another working folder and home give the same card, to the byte."""
    before = card_of(MNIST)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert card_of(MNIST) == before
    assert str(tmp_path) not in before


def test_drawn_digits_are_counted_separately() -> None:
    """Drawn digits are counted separately and are not a user's files; the card still names MNIST."""
    split = SplitStatistics(count=100, classes={"0": 50, "1": 50}, mean=0.1, std=0.3, duplicates=0)
    drawn = Source(name="drawn", dataset="digits drawn by a program")
    sources = [
        SourceStatistics(source=MNIST, prefix="", splits={"train": 100, "test": 100}),
        SourceStatistics(source=drawn, prefix="drawn/", splits={"drawn": 7}),
    ]
    splits = {"train": split, "test": split, "drawn": split.changed(count=7)}
    statistics = StatisticsRecord(source=MNIST, splits=splits, overlap=0, sources=sources)
    text = write_card(
        model="0123abcd" * 8, classes=("0", "1"), statistics=statistics, metrics=FIGURES, formats=["litert"]
    )
    assert "100 train, 100 test, 7 drawn pictures" in text
    assert "a program drew" in text
    assert "ylecun/mnist" in text
    assert "user's own files" not in text
    assert "drawn" not in card_of(MNIST).partition("## Training data")[2]


def test_the_card_names_the_formats() -> None:
    """The card has a row for each format in the bundle, and a program in JavaScript if ONNX is one of them."""
    text = card_of(MNIST)
    assert all(f"| `{each.path}` |" in text for each in FORMATS.values())
    assert "onnxruntime-web" in text


def test_the_card_names_the_model() -> None:
    """The card holds the digest of the model."""
    assert "0123abcd" * 8 in card_of(MNIST)


def test_unknown_figures_are_left_out(tmp_path: Path) -> None:
    """The card of a model without measurements has no results."""
    empty = dict.fromkeys(("accuracy", "precision", "recall", "f1", "log_loss", "coverage"))
    metrics = FIGURES.changed(**empty, count=0, confusion=[], robustness={}, refusals={})
    card = loaded(card_of(MNIST, metrics), tmp_path)
    assert not card.data.eval_results
    assert "not a number" in card.text


def test_the_card_names_other_classes() -> None:
    """A model of other classes is not called one that reads digits; of many classes the first are named."""
    names = tuple(f"sign {i}" for i in range(100))
    split = SplitStatistics(count=100, classes=dict.fromkeys(names, 1), mean=0.1, std=0.3, duplicates=0)
    statistics = StatisticsRecord(source=FOLDER, splits={"train": split, "test": split}, overlap=0)
    card = write_card(model="0123abcd" * 8, classes=names, statistics=statistics, metrics=FIGURES, formats=["litert"])
    assert "# A model that tells 100 classes apart" in card
    assert "100 classes (sign 0, sign 1," in card
    assert "sign 29 and 70 more)" in card
