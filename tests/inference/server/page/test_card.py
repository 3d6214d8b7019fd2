"""The model card as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.server.page.card import accuracy_of, render_card


def test_the_accuracy_is_that_of_the_front_matter(bundle: Path) -> None:
    """The sealed bundle's card states 0.99."""
    assert accuracy_of((bundle / "README.md").read_text()) == 0.99


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\n: [\n---\n", "---\nmodel-index: 3\n---\n", "---\n- a\n---\n"]
)
def test_a_card_without_accuracy_has_none(text: str) -> None:
    """Whatever the front matter is."""
    assert accuracy_of(text) is None


def test_html_in_a_card_is_shown_as_text() -> None:
    """A card cannot bring a script into the page, nor a link that runs one."""
    page = render_card("---\na: b\n---\n<script>alert(1)</script> [x](javascript:alert(1))", "v0001-<b>")
    assert "<script>" not in page
    assert 'href="javascript:' not in page
    assert "v0001-&lt;b&gt;" in page


def test_the_front_matter_is_left_out(bundle: Path) -> None:
    """The page begins with the card's title."""
    page = render_card((bundle / "README.md").read_text(), "v0001")
    assert "model-index" not in page
    assert page.index("<h1>A model that reads handwritten digits</h1>")
