"""The page, open in a browser, and what is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tests.inference.pictures import SEVEN, as_file
from tests.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, FilePayload, Page

__all__ = ["BIG", "NOISE", "TWO", "Points", "Sheet", "png_file", "within"]

Points = Sequence[tuple[float, float]]
SETTLED = (
    "() => !document.querySelector('#answer').dataset.busy && document.querySelector('#announced').textContent !== ''"
)


class Sheet:
    """The page, open in a browser.

    Attributes:
        page: playwright's page.
        requests: the addresses it requested, data URIs left out.
        messages: its console output and errors.
    """

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda each: self.requests.append(each.url))
        self.page.on("console", lambda each: self.messages.append(each.text))
        self.page.on("pageerror", lambda each: self.messages.append(str(each)))
        self.page.goto(server.address)
        self.page.wait_for_function("() => document.querySelector('#model').textContent.startsWith('Model v')")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place on the screen of a point of the sheet, given as shares of its width and height."""
        box = self.page.locator("#paper").bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def draw(self, *strokes: Points) -> None:
        """Draw strokes with the mouse."""
        self.page.locator("#paper").scroll_into_view_if_needed()
        mouse = self.page.mouse
        for stroke in strokes:
            mouse.move(*self.place(*stroke[0]))
            mouse.down()
            for point in stroke[1:]:
                mouse.move(*self.place(*point))
            mouse.up()

    def text(self, name: str) -> str:
        """Return the text of an element, by its id."""
        return self.page.locator(f"#{name}").inner_text()

    def answered(self) -> str:
        """Wait until the drawing is answered; return the digit that is shown."""
        self.page.wait_for_function(SETTLED)
        return self.text("digit")

    def decision(self) -> str:
        """Return the decision that is shown, or `none`."""
        return str(self.page.locator("#answer").get_attribute("data-decision"))


def within(points: Points, left: float, top: float, side: float) -> Points:
    """Move and scale a stroke into a square of the sheet."""
    return [(left + x * side, top + y * side) for x, y in points]


BIG = within(SEVEN, 0.2, 0.2, 0.6)
TWO = within(SEVEN, 0.05, 0.3, 0.35), within(SEVEN, 0.6, 0.3, 0.35)
NOISE = as_file(np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8), "PNG")


def png_file(name: str, content: bytes) -> FilePayload:
    """Return a PNG as a browser's file chooser takes it."""
    return {"name": name, "mimeType": "image/png", "buffer": content}
