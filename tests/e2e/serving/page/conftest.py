"""The page of a server of the sealed bundle, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_browser
from tests.e2e.serving.page.sheet import Sheet
from tests.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="package")
def browser() -> Generator[Browser]:
    """Yield one browser for all tests."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def sheet(browser: Browser, server: Server) -> Generator[Sheet]:
    """Yield the page on a desktop."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Sheet(context, server)
    context.close()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Generator[Sheet]:
    """Yield the page on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True)
    yield Sheet(context, server)
    context.close()
