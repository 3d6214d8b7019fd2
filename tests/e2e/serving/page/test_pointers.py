"""A pen and a finger draw."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.serving.page.sheet import BIG, Sheet

pytestmark = pytest.mark.browser


def test_a_pen_draws_by_pressure(sheet: Sheet) -> None:
    """A pen that is pressed harder draws a broader line."""
    weights: list[float] = []
    for force in (0.1, 0.9):
        sheet.page.click("#clear", force=True)
        _draw_with_pen(sheet, force)
        sheet.page.evaluate("new Promise(requestAnimationFrame)")
        weights.append(
            sheet.page.locator("#paper").evaluate(
                "(each) => each.getContext('2d').getImageData(0, 0, each.width, each.height).data"
                ".reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0)"
            )
        )
    assert weights[1] > 1.5 * weights[0]


def _draw_with_pen(sheet: Sheet, force: float) -> None:
    session: Any = sheet.page.context.new_cdp_session(sheet.page)
    for kind, point in zip(("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased"), [*BIG, BIG[-1]], strict=True):
        x, y = sheet.place(*point)
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": force})


def test_a_finger_draws_and_does_not_scroll(phone: Sheet) -> None:
    """A finger that moves over the sheet draws a line, and the page stays where it is."""
    _swipe_up(phone, *phone.place(0.5, 0.8))
    phone.answered()
    assert phone.page.evaluate("scrollY") == 0


def test_a_finger_scrolls_elsewhere(phone: Sheet) -> None:
    """The same movement beside the sheet scrolls the page."""
    box = phone.page.locator("#answer").bounding_box()
    assert box
    _swipe_up(phone, box["x"] + 20, box["y"] + 20)
    phone.page.wait_for_function("() => scrollY > 0")
    assert phone.decision() == "none"


def _swipe_up(sheet: Sheet, x: float, y: float) -> None:
    """Move a finger up by 180 pixels."""
    session: Any = sheet.page.context.new_cdp_session(sheet.page)
    steps = [("touchStart", 0), *(("touchMove", moved) for moved in range(20, 200, 20)), ("touchEnd", None)]
    for kind, moved in steps:
        points = [] if moved is None else [{"x": x, "y": y - moved}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
