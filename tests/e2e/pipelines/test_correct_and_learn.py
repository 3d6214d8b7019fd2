"""From a misread drawing to a model that reads it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components.sources.holdout import is_held_out
from inference.reading import read_picture
from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Corrections
from schemas.artifacts.examples import Examples
from tests.browser import open_browser
from tests.project import Project, shipped_project
from tests.samples import write_digits
from tests.serving import serving
from tests.waiting import wait_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow]

SHARE = 0.3
LEARNT, HELD_OUT, MOST = 6, 2, 60
"""Circles that join the training pictures and that are held out, at least; and drawn, at most."""
TWO_CLASSES = {
    "source: tfds": f"sources: [{{source: folder, folder: mine}}, {{source: corrections, test_share: {SHARE}}}] #",
    "fallback: sample": "#",
    "drawn: 3000": "#",
    "recipe: standard": "recipe: fast\n      steps: 150",
    "refused: 0.005": "refused: 0.005\n      saved: 2",
    "gate: #": "per_kind: 1\n      gate: #",
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.5}",
    "recall: {at_least: 0.90": "recall: {at_least: 0.1",
    "precision: {at_least: 0.90": "precision: {at_least: 0.1",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 3}",
    "coverage: {at_least: 0.90}": "coverage: {at_least: 0.1}",
    "not_worse_by: 0.002": "not_worse_by: 0.9",
    "# slices: # parts": "slices: # parts",
    "#   - {column: digit, at_least: 0.9, minimum: 100}": (
        "  - {column: source, values: [corrections], at_least: 0.0, minimum: 1, too_few: allow}"
    ),
}
SETTLED = """() => !document.querySelector("#answer").dataset.busy
  && document.querySelector("#announced").textContent !== ''"""


def test_a_corrected_drawing_is_learnt(tmp_path: Path) -> None:
    """Circles, which a model of 1 and 7 has never seen, are corrected on the page; the next model reads them so."""
    project = shipped_project(tmp_path / "project", TWO_CLASSES)
    write_digits(project.path / "mine", {"1": 40, "7": 40})
    project.digits("run")
    with open_browser() as browser, serving(project) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.address)
        right = "1" if _draw_circle(page, 0) == "7" else "7"
        images = _correct_circles(page, project, right)
        old = server.get("/readyz").json["model"]
        assert project.json("run")["outcome"] == "promoted"
        wait_for(lambda: server.get("/readyz").json["model"] != old, "the new model")
        assert _draw_circle(page, 0) == right
    _check(project, images, right)


def _draw_circle(page: Page, number: int) -> str:
    """Clear the sheet and draw a circle, each *number* another one; return what the model reads."""
    box = page.locator("#paper").bounding_box()
    assert box
    page.click("#clear", force=True)
    wide, high = 0.18 + 0.01 * (number % 7), 0.25 + 0.01 * (number // 7)
    for i in range(41):
        angle = math.tau * i / 40
        place = 0.5 + wide * math.cos(angle), 0.5 + high * math.sin(angle)
        page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])
        if i == 0:
            page.mouse.down()
    page.mouse.up()
    page.wait_for_function(SETTLED)
    return page.locator("#digit").inner_text()


def _correct_circles(page: Page, project: Project, right: str) -> list[NDArray[np.uint8]]:
    """Draw and correct circles until enough are in each split; return those that are stored, as the model sees them."""
    images: list[NDArray[np.uint8]] = []
    for number in range(MOST):
        _draw_circle(page, number)
        page.click("#wrong")
        page.keyboard.press(right)
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#wrong').textContent.startsWith('Stored')")
        images = [read_picture(stored).image for stored in _stored(project, right)]
        held = sum(is_held_out(image, SHARE) for image in images)
        if held >= HELD_OUT and len(images) - held >= LEARNT:
            return images
    pytest.fail(f"of {MOST} circles, too few are in one of the splits")


def _stored(project: Project, right: str) -> list[bytes]:
    newest = newest_corrections(Store(project.artifacts))
    assert newest
    corrections = Corrections(project.artifacts / newest.path)
    rows = corrections.read()
    assert {row.digit for row in rows} == {right}
    return [corrections.picture(row) for row in rows]


def _check(project: Project, images: list[NDArray[np.uint8]], right: str) -> None:
    """Check that each circle is in one split, with its digit, and that the slice has the figures of the held out."""
    examples = Examples(project.artifacts / "latest" / "preprocess.examples")
    found: dict[str, int] = {}
    for name in examples.splits:
        split = examples.read(name)
        chosen = [i for i, source in enumerate(split.tags["source"]) if source == "corrections"]
        assert {split.classes[split.labels[i]] for i in chosen} <= {right}
        found[name] = len(chosen)
    held = sum(is_held_out(image, SHARE) for image in images)
    assert found["test"] == held
    assert found["train"] + found["validation"] == len(images) - held
    rules = project.json("show")["verdict"]["rules"]
    [slice_rule] = [rule for rule in rules if rule["of"] == "source"]
    assert (slice_rule["part"], slice_rule["count"]) == ("corrections", held)
