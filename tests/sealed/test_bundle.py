"""The sealed bundle is the one whose answers the tests know, and it reads well."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from components.sources.sample import read_sample
from inference.model.reader import Reader
from schemas.artifacts.bundle import Bundle
from schemas.manifest import MANIFEST, Manifest, hash_files
from tests.inference.pictures import sample
from tests.project import Project
from tests.sealed.make import keep, kept
from tests.sealed.project import BUNDLE

CONTENT = "5f4f7bf14511901151dbe3c4c7787e0bc91760a497eb90a166d26a86a3ffae46"


def _manifest() -> Manifest:
    return Manifest.from_json((BUNDLE / MANIFEST).read_bytes())


def test_its_content_is_the_one_that_the_tests_know() -> None:
    """The digits, decisions and reasons that tests assert are those of this content."""
    assert (_manifest().content, Bundle.content(BUNDLE, hash_files(BUNDLE))) == (CONTENT, CONTENT)


def test_every_file_is_as_it_was_sealed() -> None:
    """Each file of the manifest has its hash, and no other file is there."""
    assert list(_manifest().damage(BUNDLE)) == []


def test_it_is_small() -> None:
    """All files together have less than 1 MB."""
    assert sum(path.stat().st_size for path in BUNDLE.iterdir()) < 1_000_000


def test_it_reads_99_of_100_pictures_that_it_was_not_trained_on() -> None:
    """Of the 1,000 test pictures of the embedded sample it reads at least 990 right."""
    test = read_sample(seed=0)["test"]
    assert np.sum(Reader(BUNDLE).read(test.images).read == test.labels) >= 990


def test_digits_whose_answers_are_stated_lie_clear_of_the_thresholds() -> None:
    """Of every 25th digit of the sample evidence and confidence are at least 0.05 from where the decision changes."""
    decisions = Reader(BUNDLE).read(sample()[::25])
    assert np.abs(decisions.evidence - decisions.least).min() > 0.05
    assert np.abs(decisions.confidence - decisions.floor).min() > 0.05


def test_kept_again_it_is_the_same(tmp_path: Path) -> None:
    """What is kept of a bundle is what its content digest covers and its golden examples; the manifest is the same."""
    assert keep(BUNDLE, tmp_path / "bundle") == _manifest()
    assert hash_files(tmp_path / "bundle") == hash_files(BUNDLE)


def test_a_project_has_it_as_its_champion(sealed: Project) -> None:
    """The store of the project that tests read with holds this bundle alone, sealed, and the champion leads to it."""
    assert sealed.json("verify") == {
        "artifacts": 1,
        "files": len(kept(BUNDLE)),
        "damaged": [],
        "missing": {},
        "history": [],
        "misplaced": [],
    }
    assert Bundle(sealed.artifacts / "champion").digest == CONTENT
