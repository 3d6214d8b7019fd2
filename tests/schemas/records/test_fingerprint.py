"""How two fingerprints differ, in words."""

from __future__ import annotations

from typing import Any

from schemas.records.fingerprint import Parts


def _parts(**config: Any) -> Parts:  # noqa: ANN401  (as in YAML)
    return Parts(source={}, config=config, inputs={}, libraries={}, python="3.11", threads=None)


def test_a_list_of_settings_is_shown_as_it_is_written() -> None:
    """Settings in a list are shown as in pipeline.yaml, without those that are unset."""
    new = _parts(sources=[{"source": "csv", "file": "a.csv", "label": None}, {"source": "sample", "file": None}])
    words = "config changed: sources [] -> [{source: csv, file: a.csv}, {source: sample}]"
    assert _parts(sources=[]).changes_to(new) == words
