"""The page on each screen, light and dark: accessible, whole, and on its own."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import pytest

from tests.e2e.serving.page.sheet import BIG, NOISE, TWO, Sheet, png_file
from tests.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

Mode = Literal["light", "dark"]
WIDTHS = {390: 844, 768: 1024, 1440: 900}
looks = pytest.mark.parametrize(("width", "mode"), [(w, m) for w in WIDTHS for m in ("light", "dark")])
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = "(tags) => axe.run({runOnly: tags}).then(({violations}) => violations.map((each) => `${each.id}: ${each.help}`))"


@looks
def test_nothing_is_wrong_for_assistive_technology(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """axe-core finds no violation of WCAG 2.2 AA: empty, one digit, unsure, a number, the dialog, the model card."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, color_scheme=mode, reduced_motion="reduce"
    )
    sheet = Sheet(context, server)
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    sheet.page.evaluate(axe)
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.click("#steps")
    sheet.page.wait_for_selector("#trace li")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.set_input_files("#file", png_file("noise.png", NOISE))
    sheet.page.wait_for_selector("[data-decision=unsure]")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.click("#clear")
    sheet.draw(*TWO)
    sheet.page.wait_for_selector("#lines li")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.click("#wrong")
    sheet.page.keyboard.press("3")
    assert sheet.page.evaluate(AXE, RULES) == []
    sheet.page.keyboard.press("Escape")
    sheet.page.goto(f"{server.address}card")
    sheet.page.evaluate(axe)
    assert sheet.page.evaluate(AXE, RULES) == []
    context.close()


@contextmanager
def _answered(browser: Browser, server: Server, width: int, mode: Mode) -> Generator[Sheet]:
    """Yield the page on a screen, with the answer to a drawn 7."""
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=mode)
    sheet = Sheet(context, server)
    sheet.draw(BIG)
    sheet.answered()
    yield sheet
    context.close()


@looks
def test_the_page_fits_and_asks_nobody_else(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """Nothing is wider than the screen, every request goes to this server, and the console stays empty."""
    with _answered(browser, server, width, mode) as sheet:
        assert sheet.page.evaluate("document.documentElement.scrollWidth") == width
        assert [each for each in sheet.requests if not each.startswith((server.address, "data:"))] == []
        assert sheet.messages == []


@looks
def test_sheet_and_answer_are_on_the_first_screen(browser: Browser, server: Server, width: int, mode: Mode) -> None:
    """Nobody has to scroll from the drawing to its answer."""
    with _answered(browser, server, width, mode) as sheet:
        for name in ("paper", "digit", "sure"):
            box = sheet.page.locator(f"#{name}").bounding_box()
            assert box
            assert box["y"] + box["height"] <= WIDTHS[width]
