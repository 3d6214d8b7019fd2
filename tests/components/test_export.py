"""The settings of export name the formats of a bundle."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from components.export import ExportConfig


def test_savedmodel_and_litert_are_the_default() -> None:
    """Without a setting a bundle has a SavedModel and a LiteRT model."""
    assert ExportConfig().formats == ["saved_model", "litert"]


def test_order_and_repetition_do_not_count() -> None:
    """Formats are put in one order, each once, so that another order runs nothing again."""
    config = ExportConfig.model_validate({"formats": ["onnx", "litert", "onnx"]})
    assert config.formats == ["litert", "onnx"]


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (["onnx"], "litert is missing"),
        ([], "litert is missing"),
        (["litert", "pickle"], "'saved_model', 'litert', 'litert_int8', 'onnx' or 'keras'"),
    ],
)
def test_other_formats_are_refused(formats: list[str], message: str) -> None:
    """A list without LiteRT, and an unknown format, are refused."""
    with pytest.raises(ValidationError, match=message):
        ExportConfig.model_validate({"formats": formats})
