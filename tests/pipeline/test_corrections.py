"""Corrections in the store: each adds a version, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Correction, Corrections
from schemas.errors import InputError
from schemas.records.verification import verify
from tests.corrected import correct, picture

SEVEN, THREE = picture("7"), picture("3")


def _newest(artifacts: Path) -> Corrections:
    version = newest_corrections(Store(artifacts))
    assert version
    return Corrections(artifacts / version.path)


def _labels(artifacts: Path) -> dict[str, str]:
    return {row.picture: row.digit for row in _newest(artifacts).read()}


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """Return the artifacts/ of a project that holds two corrections."""
    correct(tmp_path, SEVEN, "7")
    correct(tmp_path, THREE, "3")
    return tmp_path


def test_a_version_holds_the_corrections_before_it(artifacts: Path) -> None:
    """The second version has both pictures with their digits, sealed; the first still has one."""
    assert _labels(artifacts) == {Correction.name_of(SEVEN): "7", Correction.name_of(THREE): "3"}
    assert {_newest(artifacts).picture(row) for row in _newest(artifacts).read()} == {SEVEN, THREE}
    assert [len(list(each.glob("pictures/*"))) for each in sorted(artifacts.glob("store/*/*/v*"))] == [1, 2]
    assert verify(artifacts).sound


def test_the_same_correction_is_stored_once(artifacts: Path) -> None:
    """It is no new version, and the answer says so."""
    kept = correct(artifacts, SEVEN, "7")
    assert (kept.version[:5], kept.count, kept.new) == ("v0002", 2, False)
    assert len(list(artifacts.glob("store/*/*/v*"))) == 2


def test_the_newest_label_counts(artifacts: Path) -> None:
    """A picture that is corrected again has its new digit alone; corrected back, the version before is the newest."""
    before = _newest(artifacts).path
    assert correct(artifacts, SEVEN, "1").count == 2
    assert _labels(artifacts)[Correction.name_of(SEVEN)] == "1"
    correct(artifacts, SEVEN, "7")
    assert _newest(artifacts).path == before


def test_a_damaged_version_is_not_built_upon(artifacts: Path) -> None:
    """It is refused, with what to do; after that, the version before it is the newest."""
    damaged = _newest(artifacts).path / "pictures" / Correction.name_of(THREE)
    damaged.chmod(0o644)
    damaged.write_bytes(SEVEN)
    with pytest.raises(InputError, match="damaged") as caught:
        correct(artifacts, picture("5"), "5")
    assert "digits verify --set-aside" in caught.value.do
    for path in verify(artifacts).places:
        Store(artifacts).set_aside(path)
    assert list(_labels(artifacts).values()) == ["7"]
    assert correct(artifacts, picture("5"), "5").count == 2


def test_what_was_not_recorded_does_not_count(artifacts: Path) -> None:
    """A version without its execution, as a kill leaves it, is not the newest."""
    newest = max(
        (artifacts / "store" / "corrections" / "executions").iterdir(), key=lambda path: path.stat().st_mtime_ns
    )
    newest.unlink()
    assert list(_labels(artifacts).values()) == ["7"]


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    """The error names the file."""
    (tmp_path / "corrections.jsonl").write_text('{"picture": 1}\n')
    with pytest.raises(InputError, match=r"corrections\.jsonl is no table"):
        Corrections(tmp_path).read()
