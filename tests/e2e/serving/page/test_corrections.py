"""A wrong answer is corrected on the page."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pipeline.corrections import newest_corrections
from pipeline.store import Store
from schemas.artifacts.corrections import Corrections
from tests.e2e.serving.page.sheet import BIG, TWO, Sheet
from tests.project import Project
from tests.serving import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def correcting(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Project, Server]]:
    """Yield a copy of the sealed project, to store corrections in, and its server."""
    project = sealed.copy(tmp_path_factory.mktemp("correcting"))
    with serving(project) as server:
        yield project, server


@pytest.fixture
def correctable(browser: Browser, correcting: tuple[Project, Server]) -> Generator[Sheet]:
    """Yield the page of that server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Sheet(context, correcting[1])
    context.close()


def _corrections(project: Project) -> list[tuple[str, str | None]]:
    newest = newest_corrections(Store(project.artifacts))
    rows = Corrections(project.artifacts / newest.path).read() if newest else []
    return [(row.digit, row.guess) for row in rows]


def test_a_wrong_answer_is_corrected(correctable: Sheet, correcting: tuple[Project, Server]) -> None:
    """The right digit is chosen with its key and stored with Enter; the page says so until the drawing changes."""
    correctable.draw(BIG)
    correctable.answered()
    correctable.page.click("#wrong")
    correctable.page.keyboard.press("1")
    correctable.page.keyboard.press("Enter")
    correctable.page.wait_for_function("() => document.querySelector('#stored').textContent.startsWith('Stored as 1')")
    assert correctable.text("wrong") == "Stored as 1"
    assert ("1", "7") in _corrections(correcting[0])
    correctable.draw([(0.1, 0.1), (0.2, 0.1)])
    correctable.page.wait_for_function("() => document.querySelector('#wrong').textContent === 'That is wrong'")


def test_one_digit_of_a_number_is_corrected(correctable: Sheet, correcting: tuple[Project, Server]) -> None:
    """Of a number, the page asks which digit is wrong, and stores that one alone."""
    correctable.draw(*TWO)
    correctable.answered()
    correctable.page.click("#wrong")
    correctable.page.click("#misread label:nth-child(2)")
    correctable.page.click("#keys label:nth-child(5)")
    correctable.page.click("#store")
    correctable.page.wait_for_function("() => document.querySelector('#stored').textContent.startsWith('Stored as 4')")
    assert ("4", "7") in _corrections(correcting[0])


@pytest.mark.parametrize("leaving", ["Escape", "Cancel", "Store"])
def test_nothing_is_stored_unconfirmed(correctable: Sheet, correcting: tuple[Project, Server], leaving: str) -> None:
    """Leaving the dialog stores nothing, nor does Store before a digit is chosen."""
    before = _corrections(correcting[0])
    correctable.draw(BIG)
    correctable.answered()
    correctable.page.click("#wrong")
    if leaving == "Escape":
        correctable.page.keyboard.press("8")
        correctable.page.keyboard.press("Escape")
    else:
        correctable.page.click("#cancel" if leaving == "Cancel" else "#store")
    assert correctable.page.locator("#correct").is_visible() == (leaving == "Store")
    assert _corrections(correcting[0]) == before
    assert not any("corrections" in each for each in correctable.requests)


def test_the_page_says_why_nothing_is_stored(browser: Browser, sealed: Project) -> None:
    """Where others can reach the server without a token, the dialog has the reason and no digits."""
    with serving(sealed, "--host", "0.0.0.0", "--allow-host", "0.0.0.0") as server:  # noqa: S104  (what it is about)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        sheet = Sheet(context, server)
        sheet.draw(BIG)
        sheet.answered()
        sheet.page.click("#wrong")
        assert "asks for no token" in sheet.text("promise")
        assert not sheet.page.locator("#right").is_visible()
        assert not sheet.page.locator("#store").is_visible()
        assert sheet.text("stores") == "Nothing that you draw is stored."
        context.close()
