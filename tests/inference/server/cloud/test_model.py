"""The bundle in a folder, and where clouds put it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from inference.server.cloud.model import find_bundle_in, find_mounted
from schemas.errors import InputError


@pytest.fixture
def mounted(bundle: Path, tmp_path: Path) -> Path:
    """Return a folder in which a cloud unpacked the files of the bundle."""
    return Path(shutil.copytree(bundle.resolve(), tmp_path / "model"))


def test_a_folder_is_a_bundle_or_has_one(mounted: Path) -> None:
    """The files may lie in the folder itself, or in the only bundle below it."""
    assert find_bundle_in(mounted) == mounted
    assert find_bundle_in(mounted.parent) == mounted


def test_a_folder_with_two_bundles_is_refused(mounted: Path) -> None:
    """Which one is meant cannot be known: the error names both."""
    shutil.copytree(mounted, mounted.with_name("other"))
    with pytest.raises(InputError) as caught:
        find_bundle_in(mounted.parent)
    assert caught.value.found == "model, other"


def test_the_first_place_with_a_bundle_is_taken(mounted: Path, tmp_path: Path) -> None:
    """A place that is missing or empty is passed over."""
    (tmp_path / "empty").mkdir()
    assert find_mounted([tmp_path / "missing", tmp_path / "empty", mounted]) == mounted
    assert find_mounted([tmp_path / "empty"]) is None


def test_another_model_is_never_served_instead(mounted: Path, tmp_path: Path) -> None:
    """A place with something that is no bundle is an error, although a later place has one."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "model.pkl").touch()
    with pytest.raises(InputError, match="is not a bundle"):
        find_mounted([place, mounted])


def test_a_mounted_bundle_is_named_by_its_content(mounted: Path, bundle: Path) -> None:
    """The folder of a cloud has no version in its name, so the digest follows it."""
    content = LoadedBundle.read(bundle).content
    assert LoadedBundle.read(mounted).version == f"model-{content[:8]}"
    assert LoadedBundle.read(bundle).version == bundle.resolve().name
