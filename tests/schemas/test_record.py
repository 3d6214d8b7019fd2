"""Records: what is read, what is refused, and what is written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from schemas.record import Record

REFUSED = {
    "not JSON": "{",
    "not an object": "[]",
    "a field missing": '{"name": "a"}',
    "an unknown field": '{"name": "a", "share": 0.5, "count": 1}',
    "text for a number": '{"name": "a", "share": "0.5"}',
    "a number for text": '{"name": 1, "share": 0.5}',
}


class Figure(Record):
    """A record of tests."""

    name: str
    share: float | None
    words: list[str] = []


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_a_damaged_record_is_refused(text: str) -> None:
    """Text that is not exactly such a record is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        Figure.from_json(text)


def test_a_record_is_written_as_it_is_read() -> None:
    """Reading and writing keeps every byte, with the figures in the shortest form."""
    text = '{\n  "name": "é",\n  "share": 0.00001,\n  "words": []\n}'
    assert Figure.from_json(text).to_json() == text


@pytest.mark.parametrize(("share", "written"), [(0, "0.0"), (math.nan, "null"), (np.float32(0.5), "0.5")])
def test_a_share_is_written_as_a_float(share: Any, written: str) -> None:  # noqa: ANN401
    """A float is written as one even if it was set to an integer or to a number of numpy; one that is none is null."""
    assert f'"share": {written}' in Figure(name="a", share=share).to_json()


@pytest.mark.parametrize("share", ["0.5", [0.5]])
def test_a_record_that_could_not_be_read_is_not_written(share: Any) -> None:  # noqa: ANN401
    """A field with a value of another type is an error when it is written, not when it is read."""
    with pytest.raises(ValueError, match="share"):
        Figure(name="a", share=share).to_json()


def test_a_record_is_immutable() -> None:
    """A field cannot be set."""
    with pytest.raises(AttributeError):
        Figure(name="a", share=0.5).name = "b"  # pyright: ignore[reportAttributeAccessIssue]


def test_instances_do_not_share_a_default() -> None:
    """Each record has a list of its own."""
    first, second = (Figure(name="a", share=0.5) for _ in range(2))
    first.words.append("x")
    assert second.words == []


def test_a_copy_has_other_values() -> None:
    """A copy with changes leaves the record as it was."""
    figure = Figure(name="a", share=0.5)
    assert (figure.changed(share=0.25).share, figure.share) == (0.25, 0.5)
