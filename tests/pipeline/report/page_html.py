"""A parsed HTML page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "read_page"]

VOID = {"meta", "link", "img", "br", "path", "use", "rect", "line", "circle"}


@dataclass
class Page:
    """The contents of a page.

    Attributes:
        tags: every opened element, with its attributes.
        text: all visible text.
        unbalanced: elements opened and never closed, or closed and never opened.
    """

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    text: str = ""
    unbalanced: list[str] = field(default_factory=list[str])

    def values(self, name: str) -> list[str]:
        """Return all values of an attribute."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.page.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in {"style", "script"}:
            self.page.text += data + " "

    def close(self) -> None:
        super().close()
        self.page.unbalanced += self._open


def read_page(text: str) -> Page:
    """Parse a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page
