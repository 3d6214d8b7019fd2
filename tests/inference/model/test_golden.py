"""A bundle answers its golden examples as it did when it was exported, or is not used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.model.bundle import LoadedBundle
from inference.model.golden import deviation
from inference.model.reader import Reader
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.golden import Golden, GoldenExample
from schemas.errors import InputError


def golden_of(*probabilities: list[float], tolerance: float = 1e-4) -> Golden:
    """Return golden examples of blank pictures with these probabilities of the classes 0 and 1."""
    examples = [
        GoldenExample(image="00" * 784, digit=str(np.argmax(each)), probabilities=each) for each in probabilities
    ]
    return Golden(tolerance=tolerance, examples=examples)


def test_pictures_survive_the_round_trip(bundle: Path) -> None:
    """The pictures and probabilities read from golden.json are those of its examples."""
    golden = LoadedBundle.read(bundle).golden
    assert golden is not None
    assert golden.images.shape == (20, 28, 28)
    assert golden.images[3].tobytes().hex() == golden.examples[3].image
    np.testing.assert_allclose(golden.probabilities[3], golden.examples[3].probabilities)


def test_two_pictures_of_each_class_are_golden(bundle: Path) -> None:
    """There are two examples of each class, in the order of the classes."""
    loaded = LoadedBundle.read(bundle)
    assert loaded.golden is not None
    assert [each.digit for each in loaded.golden.examples] == [name for name in loaded.classes for _ in range(2)]


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        ([[0.9, 0.1]], ""),
        ([[0.90009, 0.09991]], ""),
        ([[0.9002, 0.0998]], "differs by 0.0002, more than 0.0001"),
        ([[0.4, 0.6]], "1 of 1 golden examples are read as another digit"),
        ([[float("nan"), 0.1]], "differs by nan"),
        ([[0.9, 0.1, 0.0]], "probabilities of shape (1, 3), not (1, 2)"),
    ],
)
def test_a_deviation_is_named(answered: list[list[float]], words: str) -> None:
    """Another digit, a larger difference than the tolerance and another shape are named."""
    found = deviation(golden_of([0.9, 0.1]), np.array(answered, np.float32))
    assert words in found
    assert bool(found) == bool(words)


def test_an_8_bit_format_may_differ_in_probability() -> None:
    """If only the digits are compared, another probability is no deviation and another digit is."""
    golden = golden_of([0.9, 0.1])
    assert not deviation(golden, np.array([[0.7, 0.3]], np.float32), exact=False)
    assert deviation(golden, np.array([[0.3, 0.7]], np.float32), exact=False)


def test_a_model_that_answers_otherwise_is_not_used(bundle: Path) -> None:
    """A model whose hashes hold but whose answers differ from the golden ones is an InputError."""
    loaded = LoadedBundle.read(bundle)
    assert loaded.golden is not None
    first, *others = loaded.golden.examples
    wrong = loaded.golden.changed(examples=[first.changed(probabilities=[0.05, *first.probabilities[1:]]), *others])
    other = replace(loaded, files={**loaded.files, Bundle.GOLDEN: wrong.to_json().encode()})
    with pytest.raises(InputError, match="does not answer as it did when it was exported") as caught:
        Reader(other)
    assert "golden example" in caught.value.found


def test_golden_examples_of_another_version_are_an_error(bundle: Path) -> None:
    """A golden.json with other fields is an InputError that names it."""
    loaded = LoadedBundle.read(bundle)
    with pytest.raises(InputError, match="cannot be used") as caught:
        Reader(replace(loaded, files={**loaded.files, Bundle.GOLDEN: b'{"pictures": []}'}))
    assert Bundle.GOLDEN in caught.value.found


def test_a_bundle_without_golden_examples_is_used(bundle: Path) -> None:
    """A bundle made before there were golden examples is read."""
    loaded = LoadedBundle.read(bundle)
    other = replace(loaded, files={name: each for name, each in loaded.files.items() if name != Bundle.GOLDEN})
    assert Reader(other).classes == loaded.classes
