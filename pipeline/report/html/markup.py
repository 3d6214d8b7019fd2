"""Build HTML in which no user text can become markup."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Sequence

__all__ = [
    "Html",
    "bar",
    "command",
    "data_uri",
    "details",
    "element",
    "figure",
    "joined",
    "paragraph",
    "picture",
    "table",
    "with_command",
]

VOID = {"img", "meta", "br"}
OPTION = re.compile(r"((?<!\S)--?\w[\w-]*)")
COMMAND = re.compile(r"(?<=[:,] )(?:then )?(digits \w+(?: --\w[\w-]* \S+)*)$")


class Html(str):
    """Text that is markup already; any other text is escaped when put into an element."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Html:
    """Return an element; `class_` and `data_x` become class and data-x.

    Args:
        tag: its name.
        children: text, which is escaped, or Html.
        attributes: values, which are escaped; an empty one is omitted, except for alt.
    """
    names = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    written = "".join(f' {name}="{_escaped(value)}"' for name, value in names if value or name == "alt")
    if tag in VOID:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{joined(*children)}</{tag}>")


def joined(*parts: str) -> Html:
    """Concatenate parts; text is escaped, Html is not."""
    return Html("".join(part if isinstance(part, Html) else _escaped(part) for part in parts))


def paragraph(*children: str, class_: str = "") -> Html:
    """Return a paragraph."""
    return element("p", *children, class_=class_)


def command(text: str) -> Html:
    """Return a shell command as code; lines break between options, not inside them."""
    parts = OPTION.split(text)
    return element("code", *(element("span", part, class_="option") if i % 2 else part for i, part in enumerate(parts)))


def with_command(text: str) -> Html:
    """Return a text whose trailing command, if any, is set as code."""
    found = COMMAND.search(text)
    return joined(text[: found.start(1)], command(found[1])) if found else joined(text)


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Iterable[int] = (),
    unseen: bool = True,
) -> Html:
    """Return a table that scrolls on its own if it is too wide.

    Args:
        caption: title of the table.
        header: titles of the columns.
        rows: cells; the first cell is the row's header.
        numbers: indices of the columns to align right.
        unseen: show the caption to screen readers only, because a visible heading says the same.
    """
    right = set(numbers)
    style = {i: "number" if i in right else "" for i in range(len(header))}
    head = element("tr", *(element("th", text, scope="col", class_=style[i]) for i, text in enumerate(header)))
    body = [
        element(
            "tr",
            element("th", row[0], scope="row", class_=style[0]),
            *(element("td", cell, class_=style[i]) for i, cell in enumerate(row[1:], start=1)),
        )
        for row in rows
    ]
    title = element("caption", caption, class_="unseen" if unseen else "")
    whole = element("table", title, element("thead", head), element("tbody", *body))
    return element("div", whole, class_="scroll", role="group", tabindex="0", aria_label=caption)


def figure(content: Html, caption: str, *more: str) -> Html:
    """Return a figure with its caption below it."""
    return element("figure", content, element("figcaption", caption, *more))


def picture(data: bytes, alt: str, *, kind: str = "png", class_: str = "", side: int = 0) -> Html:
    """Return a picture embedded in the page; *side* is width and height in CSS pixels, 0 for its own size."""
    size = {"width": str(side), "height": str(side)} if side else {}
    return element("img", src=data_uri(data, kind), alt=alt, class_=class_, **size)


def data_uri(data: bytes, kind: str) -> str:
    """Return an image's bytes as a data URI."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def details(summary: str, *children: str) -> Html:
    """Return a collapsed section."""
    return element("details", element("summary", summary), *children)


def bar(share: float, label: str) -> Html:
    """Return a bar for a share from 0 to 1, with its label beside it."""
    fill = element("span", style=f"width:{100 * min(max(share, 0.0), 1.0):.1f}%", class_="fill")
    return joined(element("span", fill, class_="bar", aria_hidden="true"), element("span", label, class_="label"))


def _escaped(text: str) -> str:
    """Escape a text; invisible characters and those that change its direction are spelled out."""
    seen = "".join(c if c.isprintable() or c in "\n\t\N{NO-BREAK SPACE}" else ascii(c)[1:-1] for c in text)
    return html.escape(seen, quote=True)
