"""The model card as a page."""

from __future__ import annotations

from html import escape
from typing import Any

__all__ = ["accuracy_of", "render_card"]

FENCE = "---\n"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Model card of {version}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="style.css">
</head>
<body class="prose">
<nav aria-label="Back"><a href="./">Draw a digit</a></nav>
<main>
{content}
</main>
<footer><p>Model {version}</p></footer>
</body>
</html>
"""


def render_card(text: str, version: str) -> str:
    """Return a card, Markdown with front matter, as an HTML page; HTML in it is shown as text."""
    from markdown_it import MarkdownIt

    _, body = _parts(text)
    content = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    content = (
        content.replace("<pre>", '<pre tabindex="0">')
        .replace("<table>", '<div class="scroll" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
    )
    return PAGE.format(version=escape(version), content=content)


def accuracy_of(text: str) -> float | None:
    """Return the accuracy on the test split that a card's front matter states, 0 to 1; None if it states none."""
    import yaml

    front, _ = _parts(text)
    try:
        metrics: list[dict[str, Any]] = yaml.safe_load(front)["model-index"][0]["results"][0]["metrics"]
        return next(float(each["value"]) for each in metrics if each["type"] == "accuracy")
    except (yaml.YAMLError, LookupError, TypeError, ValueError, StopIteration):
        return None


def _parts(text: str) -> tuple[str, str]:
    """Return the front matter and the text below it."""
    if not text.startswith(FENCE):
        return "", text
    front, _, body = text[len(FENCE) :].partition(f"\n{FENCE}")
    return front, body
