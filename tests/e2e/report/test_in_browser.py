"""The report in a real browser, at the widths of a phone and a desktop, light and dark."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from tests.browser import Visit, open_browser
from tests.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

Mode = Literal["light", "dark"]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
looks = pytest.mark.parametrize(("width", "mode"), [(w, m) for w in (390, 1280) for m in ("light", "dark")])


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Yield one browser for all tests."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def reports(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the reports of a promoted run and of a refused one."""
    folder = tmp_path_factory.mktemp("reports")
    project = trained.copy(folder)
    project.digits("report", "--out", str(folder / "promoted.html"))
    project.digits("run", "--set", "evaluate.gate.accuracy.at_least=0.9999", status=3)
    project.digits("report", "--out", str(folder / "refused.html"))
    return [folder / "promoted.html", folder / "refused.html"]


@looks
def test_nothing_is_wider_than_the_screen(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """No page scrolls sideways."""
    for path in reports:
        visit = Visit(browser, path, width, mode)
        assert visit.measure("document.documentElement.scrollWidth") == width


@looks
def test_no_table_is_cut_off(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """Every table and the navigation fit their width, with all details open."""
    unfold = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
    cut = "[...document.querySelectorAll('nav, .scroll')].filter((each) => each.scrollWidth > each.clientWidth + 1)"
    for path in reports:
        visit = Visit(browser, path, width, mode)
        visit.page.evaluate(unfold)
        assert visit.page.evaluate(f"{cut}.map((each) => each.ariaLabel)") == []


def test_a_scrolling_table_has_a_shadow(browser: Browser, reports: list[Path]) -> None:
    """On a narrow phone, a table that can scroll has a shadow at its side, which disappears at the end."""
    visit = Visit(browser, reports[0], 300, "light")
    visit.page.locator("#curves summary").click()
    table = visit.page.locator("#curves .scroll")
    before = _right_edge(table.screenshot())
    table.evaluate("(each) => { each.scrollLeft = each.scrollWidth; }")
    after = _right_edge(table.screenshot())
    assert before < 230
    assert after > 250


def _right_edge(png: bytes) -> float:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    return float(np.median(pixels[:, -2]))


@looks
def test_nothing_else_is_requested(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """A page requests only itself, and the console stays empty."""
    for path in reports:
        visit = Visit(browser, path, width, mode)
        assert visit.requests == [path.as_uri()]
        assert visit.messages == []


@looks
def test_the_verdict_is_on_the_first_screen(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """The verdict, in large type, and its first reason are at the top of the first screen."""
    for path, verdict in zip(reports, ("Promoted", "Refused"), strict=True):
        visit = Visit(browser, path, width, mode)
        heading, why = visit.page.locator("h1"), visit.page.locator(".why").first
        assert heading.inner_text().endswith(verdict)
        for box in (heading.bounding_box(), why.bounding_box()):
            assert box
            assert box["y"] + box["height"] < 300
        assert visit.measure("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") >= 30


@looks
def test_every_text_has_enough_contrast(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """Every text has the contrast that WCAG requires, in both modes."""
    for path in reports:
        faintest, markup = Visit(browser, path, width, mode).faintest()[0]
        assert faintest >= LEAST_CONTRAST, markup


@looks
def test_dark_is_dark_and_light_is_light(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """Most of the screen is dark in dark mode and light in light mode."""
    import cv2

    drawn = Visit(browser, reports[0], width, mode).page.screenshot()
    pixels = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    assert (np.median(pixels) < 60) == (mode == "dark")
    assert (np.median(pixels) > 200) == (mode == "light")


@looks
def test_every_picture_is_drawn(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """Every picture is decoded, digits are scaled without smoothing, and plots have the right width."""
    visit = Visit(browser, reports[1], width, mode)
    assert visit.measure("document.images.length") > 20
    assert visit.measure("[...document.images].filter((each) => !each.naturalWidth).length") == 0
    style = visit.page.locator("img.digit").first.evaluate("(each) => getComputedStyle(each).imageRendering")
    assert style == "pixelated"
    plots = visit.page.locator("svg.plot")
    for box in (plots.nth(i).bounding_box() for i in range(plots.count())):
        assert box
        assert 280 < box["width"] <= 480


@looks
def test_text_in_drawings_is_not_too_small(browser: Browser, reports: list[Path], width: int, mode: Mode) -> None:
    """Text in plots and in the lineage is at least 7 pixels high, on a phone too."""
    visit = Visit(browser, reports[0], width, mode)
    script = "Math.min(...[...document.querySelectorAll('svg text')].map((e) => e.getBoundingClientRect().height))"
    assert visit.measure(script) >= 7


def test_on_paper_the_page_is_white(browser: Browser, reports: list[Path]) -> None:
    """In print, the page is white even in dark mode, without navigation, and with all details open."""
    visit = Visit(browser, reports[0], 800, "dark")
    visit.page.emulate_media(media="print", color_scheme="dark")
    body = "getComputedStyle(document.body).backgroundColor"
    assert visit.page.evaluate(body) == "rgb(255, 255, 255)"
    assert not visit.page.locator("nav").is_visible()
    assert visit.page.locator("#data details table").is_visible()


def test_the_keyboard_reaches_the_sections(browser: Browser, reports: list[Path]) -> None:
    """The first tab stop is a link of the navigation, and Enter follows it."""
    visit = Visit(browser, reports[0], 1280, "light")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.getAttribute('href')") == "#rules"
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**#rules")
