"""Paths as text, and the columns of predictions."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.artifacts.predictions import name_of_path, path_of_name, prediction_schema

paths = st.one_of(
    st.binary(max_size=40), st.text(max_size=40).map(str.encode), st.text("\\x0af/", max_size=12).map(str.encode)
).map(lambda path: path.replace(b"\0", b"0"))


@given(paths)
@example(rb"\xff")
@example(b"\\\xff\\")
@example(b"\xed\xa0\x80")
def test_a_path_survives_the_round_trip(path: bytes) -> None:
    """Any bytes of a path are restored from its name."""
    assert os.fsencode(path_of_name(name_of_path(path))) == path


@given(paths)
def test_a_name_is_utf_8(path: bytes) -> None:
    """A name is valid UTF-8."""
    assert name_of_path(path).encode().decode() == name_of_path(path)


@given(st.lists(paths, min_size=2, max_size=2, unique=True))
def test_no_two_paths_share_a_name(two: list[bytes]) -> None:
    """Different paths have different names."""
    assert name_of_path(two[0]) != name_of_path(two[1])


@pytest.mark.parametrize("path", ["3/a.png", "Übung/größe.png", "a\nb.png"])
def test_an_ordinary_path_stays_unchanged(path: str) -> None:
    """A UTF-8 path without backslashes is its own name."""
    assert name_of_path(path.encode()) == path


def test_columns_are_added_on_request() -> None:
    """The columns for label, sha256 and probabilities exist only on request."""
    plain = prediction_schema(10).names
    every = prediction_schema(10, labels=True, sha256=True, probabilities=True).names
    assert [name for name in every if name not in plain] == ["label", "sha256", "probabilities"]
