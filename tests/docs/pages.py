"""The pages of the project, their sections and their blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.project import HOUSE

__all__ = ["PAGES", "Block", "Section", "sections"]

PAGES = [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", *sorted((HOUSE / "docs").glob("*.md"))]

LONG = "<!-- long -->"
SKIPPED = "# not tested: "


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: the word after the fence.
        text: between the fences.
    """

    language: str
    text: str

    @property
    def first(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0]

    @property
    def skipped(self) -> bool:
        """Whether the block says itself that no test runs it, and why."""
        return self.first.startswith(SKIPPED)


@dataclass(frozen=True)
class Section:
    """A part of a page below one heading, or above the first; its blocks run in order, in one project.

    Attributes:
        page: the file.
        title: the heading.
        text: below it.
    """

    page: Path
    title: str
    text: str

    def __str__(self) -> str:
        """Return the page and the heading, as a name for a test."""
        return f"{self.page.name}: {self.title}"

    @property
    def blocks(self) -> list[Block]:
        """The blocks, in order."""
        fenced = re.findall(r"^```(\w+)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return [Block(language, text) for language, text in fenced]

    @property
    def only_reads(self) -> bool:
        """Whether its commands do nothing but read pictures with the champion, so that nothing has to have run."""
        text = "".join(re.sub(r"\s#.*", "", block.text) for block in self.blocks)
        commands = set(re.findall(r"\bdigits (?:-C \S+ )?([\w-]+)", text))
        return bool(commands or "digits.load(" in text) and commands <= {
            "predict",
            "score",
            "cut",
            "serve",
            "selftest",
            "export",
            "import",
        }

    @property
    def long(self) -> bool:
        """Whether its blocks train, and take more than a few seconds."""
        return LONG in self.text


def sections(page: Path) -> list[Section]:
    """Split a page at its headings of two and three hashes; a comment in a block has one."""
    title, *rest = re.split(r"^#{2,3} (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = [("the beginning", title), *zip(rest[::2], rest[1::2], strict=True)]
    return [Section(page, name, text) for name, text in parts]
