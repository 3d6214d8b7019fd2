"""The source of corrected pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.ingest import IngestConfig, ingest
from components.sources.holdout import is_held_out
from inference.reading import read_picture
from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Corrections
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.statistics import Statistics, StatisticsRecord
from schemas.errors import InputError
from tests.corrected import correct, picture
from tests.samples import make_output, write_digits

BOTH = [{"source": "folder", "folder": "mine"}, {"source": "corrections", "test_share": 0.5}]


def _ingest(folder: Path, corrections: Corrections | None) -> tuple[Examples, StatisticsRecord]:
    mine = write_digits(folder / "mine", {"3": 5, "7": 5})
    examples, statistics = make_output(Examples, folder / "examples"), make_output(Statistics, folder / "statistics")
    config = IngestConfig.model_validate({"sources": [{**BOTH[0], "folder": mine}, BOTH[1]]})
    ingest(examples, statistics, config, corrections)
    return Examples(examples.path), Statistics(statistics.path).read()


def _stored(artifacts: Path, labels: str = "37") -> Corrections:
    for number in range(6):
        for label in labels:
            correct(artifacts, picture(label, number), label)
    version = newest_corrections(Store(artifacts))
    assert version
    return Corrections(artifacts / version.path)


def _corrected(split: Split) -> dict[str, str]:
    """Return the digit of each corrected picture of a split, by its name."""
    rows = zip(split.ids, split.tags["source"], split.labels.tolist(), strict=True)
    return {name.rpartition("/")[2]: split.classes[label] for name, source, label in rows if source == "corrections"}


def test_each_correction_is_in_one_split(tmp_path: Path) -> None:
    """Every corrected picture is in train or in test, with its digit and the tag `corrections`."""
    corrections = _stored(tmp_path / "artifacts")
    examples, record = _ingest(tmp_path, corrections)
    train, test = _corrected(examples.read("train")), _corrected(examples.read("test"))
    assert train
    assert test
    assert not train.keys() & test.keys()
    assert train | test == {row.picture: row.digit for row in corrections.read()}
    assert record.sources[1].source.dataset == "12 corrections"


def test_a_further_correction_moves_no_other(tmp_path: Path) -> None:
    """Pictures stay in their split when more are stored."""
    artifacts = tmp_path / "artifacts"
    before, _ = _ingest(tmp_path / "before", _stored(artifacts, "3"))
    after, _ = _ingest(tmp_path / "after", _stored(artifacts, "37"))
    for name in ("train", "test"):
        assert _corrected(before.read(name)).items() <= _corrected(after.read(name)).items()


def test_copies_stay_together() -> None:
    """The pixels that the model sees decide: a copy in another file is in the same split, whatever the share."""
    images = [read_picture(picture("5", number)).image for number in range(20)]
    for share, most in ((0.0, 0), (0.3, 15), (1.0, 20)):
        held = [is_held_out(image, share) for image in images]
        assert held == [is_held_out(np.array(image), share) for image in images]
        assert sum(held) <= most
    assert all(is_held_out(image, 1.0) for image in images)


def test_nothing_stored_yet_is_said(tmp_path: Path) -> None:
    """The other source is read as ever, with a warning that every later run repeats."""
    examples, record = _ingest(tmp_path, None)
    assert len(examples.read("train")) + len(examples.read("test")) == 10
    assert record.warnings == ["no corrections are stored yet: the page of digits serve stores them"]


def test_a_digit_that_the_data_lack_is_refused(tmp_path: Path) -> None:
    """A class of a correction must be one of the data."""
    with pytest.raises(InputError, match="corrections and mine have different classes"):
        _ingest(tmp_path, _stored(tmp_path / "artifacts", "5"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": "corrections"}, "needs another source"),
        ({"sources": [{"source": "corrections"}]}, "needs another source"),
        ({"sources": [{"source": "sample"}, {"source": "corrections"}, {"source": "corrections"}]}, "twice"),
        ({"sources": [{"source": "sample"}, {"source": "corrections", "folder": "mine"}]}, "not a setting of source"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], words: str) -> None:
    """Corrections need another source, once, and have no folder."""
    with pytest.raises(ValidationError, match=words):
        IngestConfig.model_validate(settings)
