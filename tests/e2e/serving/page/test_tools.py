"""What the page offers besides the sheet: undo, keys, steps, and the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.serving.page.sheet import BIG, Sheet, png_file
from tests.inference.pictures import as_file, seven
from tests.project import Project
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_undo_takes_the_last_stroke(sheet: Sheet) -> None:
    """The button, and Ctrl+Z, take one stroke each; after the last one the sheet is blank."""
    sheet.draw(BIG, [(0.35, 0.5), (0.65, 0.5)])
    sheet.answered()
    sheet.page.click("#undo")
    assert "1 stroke" in str(sheet.page.locator("#paper").get_attribute("aria-label"))
    sheet.page.keyboard.press("Control+z")
    assert sheet.decision() == "none"
    assert sheet.page.locator("#undo").is_disabled()


def test_the_keyboard_reaches_everything(sheet: Sheet) -> None:
    """Tab goes through links, sheet and tools in the order they are read, and Escape clears the sheet."""
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.mouse.click(5, 5)
    reached: list[str] = []
    for _ in range(9):
        sheet.page.keyboard.press("Tab")
        reached.append(str(sheet.page.evaluate("document.activeElement.id || document.activeElement.textContent")))
    assert reached == ["Model card", "paper", "undo", "clear", "width", "file", "wrong", "steps", "model"]
    sheet.page.focus("#paper")
    sheet.page.keyboard.press("Escape")
    assert sheet.decision() == "none"


def test_each_step_is_shown_on_request(sheet: Sheet) -> None:
    """The button shows the pictures of the front end, from the drawing to the 28x28; a second press hides them."""
    sheet.draw(BIG)
    sheet.answered()
    sheet.page.click("#steps")
    sheet.page.wait_for_selector("#trace li")
    names = sheet.page.locator("#trace span").all_inner_texts()
    assert (names[0], names[-1]) == ("original", "28x28")
    sheet.page.click("#steps")
    assert not sheet.page.locator("#trace").is_visible()


def test_a_token_is_asked_for(browser: Browser, sealed: Project) -> None:
    """If the server wants a token, the page asks for it once, and then answers."""
    with serving(Project(sealed.path, sealed.environment | {"DIGITS_TOKEN": "opensesame"})) as server:
        page = browser.new_page()
        page.goto(server.address)
        page.fill("#token", "opensesame")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#model').textContent.startsWith('Model v')")
        page.set_input_files("#file", png_file("7.png", as_file(seven(), "PNG")))
        page.wait_for_function("() => document.querySelector('#digit').textContent === '7'")
        page.close()
