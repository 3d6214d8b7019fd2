"""The comparison with the champion, and what either was trained on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from schemas.artifacts.bundle import Bundle
from schemas.artifacts.comparison import Exposure
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.artifacts.picture_set import PictureSet
from schemas.errors import InputError
from schemas.manifest import MANIFEST
from tests.components.evaluate.stage import GREYS, LABELS, READ, RULES, Grey, evaluate_split, greys_for, pictures
from tests.samples import seal
from tests.sealed.project import BUNDLE

pytestmark = pytest.mark.usefixtures("tensorflow_session")


def test_a_damaged_champion_is_refused(model: Model, tmp_path: Path) -> None:
    """A damaged champion is an InputError that says what to do; the comparison is not skipped."""
    (tmp_path / "bundle").mkdir()
    with pytest.raises(InputError, match="the comparison with the champion failed") as caught:
        evaluate_split(tmp_path, model, pictures([1], greys_for([1])), champion=Bundle(tmp_path / "bundle"))
    assert "rm artifacts/champion" in caught.value.do


def test_a_champion_of_other_classes_is_kept(model: Model, bundle: Path, tmp_path: Path) -> None:
    """A model of other classes than the sealed champion's is not blessed, though the gate has no rule on it."""
    letters = tuple("abcdefghij")
    shutil.copytree(model.path, tmp_path / "letters", ignore=shutil.ignore_patterns("manifest.json"))
    (tmp_path / "letters" / "classes.json").write_text(json.dumps(letters))
    other = seal(Model, tmp_path / "letters")
    split = pictures([1] * 5, greys_for([1] * 5), letters)
    verdict = evaluate_split(tmp_path, other, split, RULES, Bundle(bundle)).blessing.verdict
    assert [rule.metric for rule in verdict.rules if not rule.passed][-1] == "champion"
    assert verdict.comparison
    assert verdict.comparison.other_classes == "new a, b, c, d, e and 5 more, gone 0, 1, 2, 3, 4 and 5 more"


def make_champion(folder: Path, seen: Grey | None) -> Bundle:
    """Make a bundle that was trained on pictures with these pixels; on pictures it does not say, for None."""
    shutil.copytree(BUNDLE, folder)
    (folder / MANIFEST).unlink()
    (folder / Bundle.TRAINED_ON).unlink()
    if seen is not None:
        PictureSet.of(pictures([0] * len(seen), seen).images).write(folder / Bundle.TRAINED_ON)
    return seal(Bundle, folder)


LAX = {"accuracy": {"at_least": 0}, "champion": {"not_worse_by": 0.9, "first": "allow"}}


def test_the_champion_is_not_asked_what_it_was_trained_on(model: Model, tmp_path: Path) -> None:
    """The two are compared on the pictures that neither was trained on, and the verdict counts the others."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", GREYS[:250])
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert verdict.exposure == Exposure(test=400, model=0, version="v0001-aaaaaaaa", champion=250, unseen=150)
    assert verdict.comparison
    assert verdict.comparison.count == 150
    assert verdict.comparison.accuracy == np.mean(READ[250:] == LABELS[250:])
    assert verdict.blessed


@pytest.mark.parametrize("left", [0, 99])
def test_too_few_unseen_pictures_refuse_the_model(model: Model, tmp_path: Path, left: int) -> None:
    """If the champion was trained on all but 99 test pictures, its rule is missed, whatever the figures are."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", GREYS[left:])
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert not verdict.blessed
    rest = f"compared on the other {left}" if left else "none is left to compare on"
    seen = f"v0001-aaaaaaaa was trained on {400 - left} of the 400 test pictures"
    assert verdict.reasons == [f"champion: too few unseen pictures: {seen}: {rest}"]
    assert (verdict.comparison is None) == (left == 0)


def test_a_champion_that_does_not_say_is_compared_on_everything(model: Model, tmp_path: Path) -> None:
    """An older bundle has no set of pictures: that is said, and the comparison is on the whole test split."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", None)
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert verdict.exposure
    assert (verdict.exposure.champion, verdict.exposure.unseen) == (None, 400)
    assert verdict.exposure.words.startswith("v0001-aaaaaaaa does not say which pictures it was trained on")
    assert verdict.comparison
    assert verdict.comparison.count == 400


def test_test_pictures_of_the_own_train_split_are_left_out(model: Model, tmp_path: Path) -> None:
    """All figures and predictions are of the others, and metrics, warnings and verdict say how many were left out."""
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS[:30], GREYS[:30]))
    Examples.write(tmp_path / "examples", "validation", pictures(LABELS[30:40], GREYS[30:40]))
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), RULES)
    assert (evaluated.metrics.count, evaluated.metrics.trained_on) == (360, 40)
    assert evaluated.metrics.accuracy == np.mean(READ[40:] == LABELS[40:])
    assert evaluated.evaluation.predictions()["id"].to_pylist() == [f"id-{i:04}" for i in range(40, 400)]
    assert evaluated.metrics.warnings == [
        "the model was trained on 40 of the 400 test pictures: they are left out of all figures"
    ]
    assert evaluated.blessing.verdict.exposure == Exposure(test=400, model=40, version="", champion=None, unseen=360)


def test_a_model_that_was_trained_on_the_whole_test_split_is_refused(model: Model, tmp_path: Path) -> None:
    """Nothing is left to measure it on, so that every rule is missed."""
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS, GREYS))
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), RULES)
    assert (evaluated.metrics.count, evaluated.blessing.verdict.blessed) == (0, False)


def test_a_model_says_itself_what_it_was_trained_on(model: Model, tmp_path: Path) -> None:
    """What the model says counts, not what the examples hold: it may have been trained on others."""
    shutil.copytree(model.path, tmp_path / "model")
    (tmp_path / "model" / MANIFEST).unlink()
    PictureSet.of(pictures(LABELS[:5], GREYS[:5]).images).write(tmp_path / "model" / Model.TRAINED_ON)
    other = seal(Model, tmp_path / "model")
    assert other.digest != model.digest
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS[:30], GREYS[:30]))
    assert evaluate_split(tmp_path, other, pictures(LABELS, GREYS), RULES).metrics.trained_on == 5
