"""`digits import`: take a model that was exported elsewhere into this project."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from schemas.artifacts.bundle import Bundle
    from schemas.records.execution import Version

__all__ = ["import_"]

DIGITS = tuple("0123456789")

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE.zip",
        help="A file that `digits export` has written, or the folder of a bundle; @ and its content digest may follow.",
    ),
]

Sha256 = Annotated[
    str,
    typer.Option(
        "--sha256", metavar="DIGEST", help="The SHA-256 that `digits export` printed; another file is refused."
    ),
]


def import_(context: typer.Context, file: File, *, sha256: Sha256 = "", as_json: AsJson = False) -> None:
    """Take an exported model into this project.

    Every file is compared with its hash, and the model with the digests that you state; then its LiteRT network, and
    nothing else, is opened, and must answer its golden examples. No gate of this project has judged it: `--model` uses
    it, and `digits rerun evaluate --model` lets the gate judge it, so that `digits promote` can make it the champion.
    """
    from inference.model.pinned import split_pin
    from pipeline.registry.imported import import_bundle
    from pipeline.store import Store
    from schemas.artifacts.bundle import Bundle
    from schemas.artifacts.formats import formats_in
    from schemas.record import json_text

    artifacts = artifacts_of(context)
    name, content = split_pin(file)
    imported = import_bundle(Path(name).expanduser(), Store(artifacts), sha256, content)
    bundle = Bundle(artifacts / imported.path)
    expected = _expected(artifacts)
    done = {
        "path": imported.path,
        "content": imported.content,
        "formats": formats_in(bundle.path),
        "classes": bundle.classes,
        "other_classes": bundle.classes != expected,
    }
    print(json_text(done) if as_json else _table(imported, bundle, expected, context.obj))


import_.__name__ = "import"  # the name of the command, which no function can have


def _expected(artifacts: Path) -> tuple[str, ...]:
    """Return the classes that the project reads: those of its champion, or the digits."""
    from schemas.artifacts.bundle import Bundle

    champion = artifacts / "champion"
    return Bundle(champion).classes if (champion / Bundle.LABELS).is_file() else DIGITS


def _table(imported: Version, bundle: Bundle, expected: tuple[str, ...], project: Path | None) -> str:
    from schemas.artifacts.formats import formats_in
    from schemas.errors import printable

    reading = ["digits", *(["-C", str(project)] if project else []), "predict", "PICTURE"]
    classes = ", ".join(bundle.classes)
    other = "" if bundle.classes == expected else f"; not those of this project, {', '.join(expected)}"
    rows = [
        ("imported", f"artifacts/{imported.path}"),
        ("content", imported.content),
        ("formats", ", ".join(formats_in(bundle.path))),
        ("classes", classes + other),
        ("card", f"artifacts/{imported.path}/README.md"),
        ("judge it", f"digits rerun evaluate --model {bundle.path.name}"),
        ("use it", shlex.join([*reading, "--model", os.path.relpath(bundle.path)])),
    ]
    return "\n".join(f"{name:10}{printable(text)}" for name, text in rows)
