"""A bundle is judged by what its LiteRT model reads, on pictures that it was not trained on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.evaluate_bundle import EvaluateConfig, evaluate_bundle
from components.sources.sample import read_sample
from inference.model.reader import Reader
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.picture_set import PictureSet
from schemas.errors import StageError
from schemas.manifest import MANIFEST, hash_files
from schemas.settings.gate import Gate
from tests.samples import make_output, seal
from tests.sealed.project import BUNDLE

GATE = {"accuracy": {"at_least": 0.9}, "parameters": {"at_most": 50_000}}


@pytest.fixture(scope="module")
def split() -> Split:
    """Return 200 of the sample's test pictures, which the sealed bundle has not seen."""
    return read_sample(0)["test"].take(np.arange(0, 1000, 5))


def judge(folder: Path, split: Split, bundle: Path = BUNDLE, gate: dict[str, Any] = GATE) -> tuple[Evaluation, Verdict]:
    """Run the stage on a test split."""
    (folder / "examples").mkdir()
    Examples.write(folder / "examples", "test", split)
    examples = seal(Examples, folder / "examples")
    evaluation, blessing = make_output(Evaluation, folder / "evaluation"), make_output(Blessing, folder / "blessing")
    config = EvaluateConfig(gate=Gate.model_validate(gate), per_kind=0)
    evaluate_bundle(Bundle(bundle), examples, evaluation, blessing, config)
    return Evaluation(evaluation.path), Blessing(blessing.path).verdict


def changed(folder: Path, **files: bytes | None) -> Path:
    """Copy the sealed bundle into a new folder, with other content of files, or without them for None."""
    shutil.copytree(BUNDLE, folder)
    (folder / MANIFEST).unlink()
    for stem, content in files.items():
        [path] = folder.glob(f"{stem}.*")
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    return seal(Bundle, folder).path


def test_the_verdict_names_the_bundle_and_no_model(tmp_path: Path, split: Split) -> None:
    """A bundle that meets the rules is blessed, by the digests of the bundle, the examples and the evaluation."""
    evaluation, verdict = judge(tmp_path, split)
    assert (verdict.blessed, verdict.bundle, verdict.model, verdict.calibration) == (
        True,
        Bundle(BUNDLE).digest,
        "",
        "",
    )
    assert verdict.examples == Examples(tmp_path / "examples").digest
    assert verdict.evaluation == Evaluation.content(evaluation.path, hash_files(evaluation.path))


def test_it_does_not_permit_the_export_of_a_model(tmp_path: Path, split: Split) -> None:
    """A verdict on a bundle is none on a model, which an export would take."""
    judge(tmp_path, split)
    blessing = Blessing(tmp_path / "blessing" / "path")
    assert blessing.refusal([("Bundle", Bundle(BUNDLE).digest)]) is None
    assert "for another Model: none" in (blessing.refusal([("Model", "8f3c1d2a")]) or "")


def test_the_decisions_are_those_of_the_bundle(tmp_path: Path, split: Split) -> None:
    """Each picture is read and refused as the bundle's reader does."""
    evaluation, _ = judge(tmp_path, split)
    decisions, table = Reader(BUNDLE).read(split.images), evaluation.predictions()
    assert table["read"].to_pylist() == decisions.read.tolist()
    assert table["refused"].to_pylist() == decisions.refused.tolist()


def test_its_weights_are_counted_in_the_file(tmp_path: Path, split: Split) -> None:
    """The rule on parameters judges what the LiteRT file holds, not what the card says."""
    _, verdict = judge(tmp_path, split, gate={"parameters": {"at_most": 40_000}})
    assert [rule.metric for rule in verdict.rules if not rule.passed] == ["parameters"]


def test_pictures_that_it_was_trained_on_are_left_out(tmp_path: Path, split: Split) -> None:
    """What the bundle was trained on counts, by the digests that it carries, and the verdict counts them."""
    PictureSet.of(split.images[:30]).write(tmp_path / "set")
    bundle = changed(tmp_path / "seen", trained_on=(tmp_path / "set").read_bytes())
    evaluation, verdict = judge(tmp_path, split, bundle)
    assert (evaluation.metrics.count, evaluation.metrics.trained_on) == (170, 30)
    assert verdict.exposure
    assert (verdict.exposure.model, verdict.exposure.unseen) == (30, 170)


def test_a_bundle_that_has_seen_every_test_picture_is_refused(tmp_path: Path, split: Split) -> None:
    """Nothing is left to judge it on."""
    PictureSet.of(split.images).write(tmp_path / "set")
    bundle = changed(tmp_path / "seen", trained_on=(tmp_path / "set").read_bytes())
    _, verdict = judge(tmp_path, split, bundle)
    assert not verdict.blessed


def test_a_bundle_that_does_not_say_what_it_was_trained_on_is_an_error(tmp_path: Path, split: Split) -> None:
    """Nobody can tell whether it has seen the test pictures."""
    with pytest.raises(StageError, match="does not say which pictures it was trained on"):
        judge(tmp_path, split, changed(tmp_path / "silent", trained_on=None))


def test_a_bundle_of_other_classes_is_an_error(tmp_path: Path, split: Split) -> None:
    """It is named with the classes of both."""
    letters = changed(tmp_path / "letters", labels=json.dumps([*"abcdefghij"]).encode())
    with pytest.raises(StageError, match="have different classes") as caught:
        judge(tmp_path, split, letters)
    assert "a, b, c" in caught.value.expected
