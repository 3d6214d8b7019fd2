"""A real headless browser, and measurements of a page in it."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["Visit", "open_browser"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
CONTRASTS = """() => {
  const parse = (text) => {
    const numbers = text.match(/[\\d.]+/g).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((part) => part * scale), numbers[3] ?? 1];
  };
  const over = (top, below) => top.slice(0, 3).map((part, i) => part * top[3] + below[i] * (1 - top[3]));
  const ground = (element) => {
    const below = element.parentElement ? ground(element.parentElement) : [255, 255, 255];
    return over(parse(getComputedStyle(element).backgroundColor), below);
  };
  const light = (colour) => {
    const parts = colour.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*:not(svg *)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const below = ground(element);
    const [a, b] = [light(over(parse(getComputedStyle(element).color), below)), light(below)];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.outerHTML.slice(0, 90)]);
  }
  return found.sort((one, other) => one[0] - other[0]).slice(0, 5);
}"""


class Visit:
    """A page open in a browser.

    Attributes:
        page: playwright's page.
        requests: the addresses the page requested, data URIs left out.
        messages: the page's console output.
    """

    def __init__(self, browser: Browser, path: Path, width: int, mode: Literal["light", "dark"]) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=mode)
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.goto(path.absolute().as_uri())
        self.requests = [each for each in self.requests if not each.startswith("data:")]

    def measure(self, script: str) -> float:
        """Evaluate a JavaScript expression and return its number."""
        return float(self.page.evaluate(script))

    def faintest(self) -> list[tuple[float, str]]:
        """Return the contrast ratio (WCAG's formula) and markup of the five texts with the least contrast."""
        return [(float(ratio), str(text)) for ratio, text in self.page.evaluate(CONTRASTS)]


@contextmanager
def open_browser() -> Generator[Browser]:
    """Start the installed Chromium, without its sandbox: containers do not grant the rights it needs."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, f"none of {', '.join(NAMES)} is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE * 1000))
        yield browser
        browser.close()
