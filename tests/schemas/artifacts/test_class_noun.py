"""What classes are called."""

from __future__ import annotations

import pytest

from schemas.artifacts.class_noun import noun


@pytest.mark.parametrize(
    ("classes", "word"),
    [
        ("0123456789", "digit"),
        ("38", "digit"),
        (("0", "10"), "class"),
        (("a", "b"), "class"),
        (("7", "7 crossed"), "class"),
    ],
)
def test_only_digits_are_called_digits(classes: tuple[str, ...], word: str) -> None:
    """One class that is not one of 0 to 9 makes all of them classes."""
    assert noun(classes) == word
