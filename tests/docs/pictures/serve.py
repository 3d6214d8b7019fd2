"""Draws the page of `digits serve` into docs/pictures/serve.png: python -m tests.docs.pictures.serve."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.browser import open_browser
from tests.project import HOUSE
from tests.sealed.project import sealed_project
from tests.serving import serving

STROKE = [(0.29, 0.24), (0.5, 0.23), (0.7, 0.23), (0.66, 0.36), (0.58, 0.5), (0.5, 0.64), (0.46, 0.8)]
BAR = [(0.4, 0.52), (0.55, 0.5), (0.68, 0.49)]


def main() -> None:
    """Draw a 7 on the page and take a picture of it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(sealed_project(Path(folder) / "project")) as server,
        open_browser() as browser,
    ):
        page = browser.new_page(viewport={"width": 1120, "height": 836})
        page.goto(server.address)
        box = page.locator("#paper").bounding_box()
        assert box
        for stroke in (STROKE, BAR):
            places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            page.mouse.move(*places[0])
            page.mouse.down()
            for place in places[1:]:
                page.mouse.move(*place, steps=4)
            page.mouse.up()
        page.wait_for_function("() => document.querySelector('#announced').textContent !== ''")
        page.wait_for_timeout(500)
        page.screenshot(path=HOUSE / "docs" / "pictures" / "serve.png")


if __name__ == "__main__":
    main()
