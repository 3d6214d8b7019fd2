"""Progress of a stage on one line."""

from __future__ import annotations

import pytest

from schemas.progress import Progress, format_duration


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(200, 1400, "step", {"loss": 0.21}), "step 200/1400  loss 0.2100"),
        (Progress(200, 1400, "files", rate=50.0), "files 200/1400  50 files/s  24 s left"),
        (Progress(200, 1400, "files", rate=50.0, grows=True), "files 200/1400 found so far  50 files/s"),
        (Progress(0, 1400, "files", rate=0.0), "files 0/1400"),
        (Progress(200, 1400, "pictures", rate=50.0, part=True), "pictures 200/1400  50 pictures/s"),
        (Progress(0, None, "gate", part=True), "gate"),
    ],
)
def test_a_line_shows_what_is_known(progress: Progress, line: str) -> None:
    """The time left is shown if the total and the rate are known."""
    assert str(progress) == line


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h")])
def test_a_duration_has_a_suitable_unit(seconds: float, text: str) -> None:
    """Durations of two minutes and more are not shown in seconds."""
    assert format_duration(seconds) == text
