"""Digits and numbers are drawn on the page with real pointer events, and answered."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest

from components.sources.sample import read_sample
from tests.e2e.serving.page.sheet import BIG, TWO, Sheet, within
from tests.e2e.serving.page.traced import trace_strokes
from tests.inference.pictures import SEVEN
from tests.machines.margin import at_least

pytestmark = pytest.mark.browser

READ = 0.97
"""Share of the drawn digits that a model reads right, at least; measured: 99 of these 100."""
STAR = [(0.5 + 0.38 * sin(0.8 * pi * i), 0.5 - 0.38 * cos(0.8 * pi * i)) for i in range(6)]
BOXED = """() => {
  const paper = document.querySelector("#paper");
  const data = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height).data;
  let blue = 0;
  for (let i = 0; i < data.length; i += 4) blue += data[i + 3] > 200 && data[i + 2] > data[i] + 60;
  return blue;
}"""
"""Returns the number of blue pixels on the sheet: those of the boxes in light mode."""


def test_drawn_digits_are_read(sheet: Sheet) -> None:
    """Strokes traced from 40 test pictures and drawn on the page are read as the pictures' digits."""
    test = read_sample(0)["test"]
    right = 0
    for image, label in zip(test.images[::25], test.labels[::25], strict=True):
        sheet.page.click("#clear", force=True)
        sheet.draw(*(stroke for stroke in trace_strokes(image)))
        right += sheet.answered() == test.classes[int(label)]
    print(f"{right} of 40 read right")
    assert right >= at_least(READ, 40)


def test_a_blank_sheet_is_not_answered(sheet: Sheet) -> None:
    """Nothing is sent and no digit is shown, neither at first nor after the sheet was cleared."""
    assert sheet.decision() == "none"
    assert not any("predict" in each for each in sheet.requests)
    sheet.draw(BIG)
    assert sheet.answered() == "7"
    sheet.page.click("#clear")
    assert (sheet.decision(), sheet.text("digit")) == ("none", "\u2013")


@pytest.mark.parametrize(("left", "top", "side"), [(0.02, 0.02, 0.25), (0.7, 0.72, 0.2), (0.4, 0.0, 0.5)])
def test_a_small_or_high_digit_is_read(sheet: Sheet, left: float, top: float, side: float) -> None:
    """Size and place do not matter."""
    sheet.draw(within(SEVEN, left, top, side))
    assert sheet.answered() == "7"


def test_the_answer_follows_while_drawing(sheet: Sheet) -> None:
    """A digit is shown before the pointer is lifted."""
    mouse = sheet.page.mouse
    mouse.move(*sheet.place(*BIG[0]))
    mouse.down()
    for point in BIG[1:]:
        mouse.move(*sheet.place(*point), steps=5)
    sheet.page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
    mouse.up()


def test_one_request_is_under_way(sheet: Sheet) -> None:
    """However fast strokes come, the next request waits for the answer to the last; the newest drawing wins."""
    under_way, most = 0, 0

    def begin(request: Any) -> None:  # noqa: ANN401
        nonlocal under_way, most
        under_way += "predict" in request.url
        most = max(most, under_way)

    def end(request: Any) -> None:  # noqa: ANN401
        nonlocal under_way
        under_way -= "predict" in request.url

    sheet.page.on("request", begin)
    sheet.page.on("requestfinished", end)
    sheet.draw([(0.5, 0.2), (0.5, 0.8)])
    sheet.page.click("#clear")
    sheet.draw(BIG)
    assert sheet.answered() == "7"
    assert most == 1


def test_several_digits_are_a_number(sheet: Sheet) -> None:
    """Two digits side by side are read as a number: each with its confidence, a box around it, and its 28x28."""
    sheet.draw(*TWO)
    assert sheet.answered() == "77"
    assert sheet.decision() == "answered"
    assert [each.split()[0] for each in sheet.page.locator("#lines li").all_inner_texts()] == ["7", "7"]
    assert sheet.page.locator("#each img").count() == 2
    assert not sheet.page.locator("#bars").is_visible()
    sheet.page.wait_for_function(f"() => ({BOXED})() > 100")


def test_one_digit_follows_a_number(sheet: Sheet) -> None:
    """After undo, the digit that is left is shown with its bars, and no box."""
    sheet.draw(*TWO)
    sheet.answered()
    sheet.page.click("#undo")
    sheet.page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
    sheet.page.wait_for_function(f"() => ({BOXED})() === 0")
    assert sheet.page.locator("#bars").is_visible()
    assert not sheet.page.locator("#lines").is_visible()


def test_a_star_is_unsure_with_the_reason(sheet: Sheet) -> None:
    """An answer that is withheld says why."""
    sheet.draw(STAR)
    sheet.answered()
    assert sheet.decision() == "unsure"
    assert "Perhaps" in sheet.text("why")


def test_the_answer_is_announced(sheet: Sheet) -> None:
    """A screen reader hears digit and confidence once the pointer is lifted."""
    sheet.draw(BIG)
    sheet.answered()
    assert sheet.page.locator("#announced").get_attribute("role") == "status"
    assert str(sheet.page.locator("#announced").text_content()).startswith("7, ")


def test_every_digit_has_a_bar(sheet: Sheet) -> None:
    """Ten bars, the longest for the answer."""
    sheet.draw(BIG)
    sheet.answered()
    bars = sheet.page.locator("#bars .bar").evaluate_all("(all) => all.map((each) => parseFloat(each.style.width))")
    assert len(bars) == 10
    assert int(np.argmax(bars)) == 7
