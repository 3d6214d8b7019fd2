"""A bundle that another version of digits has written says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from schemas.artifacts.calibration import Calibration
from schemas.errors import InputError


@pytest.mark.parametrize("record", [b'{"threshold": 4.2}', b"{}", b"not JSON"])
def test_a_calibration_of_another_version_is_an_error(bundle: Path, record: bytes) -> None:
    """A record with other fields is an InputError that names the bundle and says what to do."""
    loaded = LoadedBundle.read(bundle)
    other = replace(loaded, files={**loaded.files, Calibration.RECORD: record})
    with pytest.raises(InputError, match="cannot be used") as caught:
        _ = other.calibration
    assert loaded.version in str(caught.value)
    assert "digits run" in caught.value.do
