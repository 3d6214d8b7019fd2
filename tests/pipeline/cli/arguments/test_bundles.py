"""The names by which --model finds a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.arguments.bundles import find_bundle
from schemas.artifacts.bundle import Bundle
from tests.project import Project


@pytest.mark.parametrize("length", [5, 8, 12, 14])
def test_a_model_is_found_by_name_or_digest(length: int, sealed: Project, bundle: Path) -> None:
    """A bundle is found by its version name, or by the beginning of its name or of its digest."""
    version = bundle.resolve()
    for wanted in (version.name, Bundle(bundle).digest):
        assert find_bundle(sealed.artifacts, wanted[:length]) == version
