"""A line of text, as an artifact."""

from __future__ import annotations

from pathlib import Path

from schemas.artifacts.artifact import Artifact


class Text(Artifact):
    """File structure: text.txt."""

    def read(self) -> str:
        """Read the text."""
        return (self.path / "text.txt").read_text(encoding="utf-8")

    @staticmethod
    def write(folder: Path, text: str) -> None:
        """Write the text."""
        (folder / "text.txt").write_text(text, encoding="utf-8")
