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

File = Annotated[Path, typer.Argument(metavar="FILE.zip", help="A file that `digits export` has written.")]


Sha256 = Annotated[
    str,
    typer.Option(
        "--sha256", metavar="DIGEST", help="The SHA-256 that `digits export` printed; another file is refused."
    ),
]


def import_(context: typer.Context, file: File, *, sha256: Sha256 = "", as_json: AsJson = False) -> None:
    """Take a model from such a file into this project.

    Every file is checked, and the model's answers; nothing but its LiteRT network is opened. No gate of this project
    has judged it: `--model` uses it, and `digits rerun evaluate --model` lets the gate judge it, so that
    `digits promote` can make it the champion.
    """
    from pipeline.registry.imported import import_bundle
    from pipeline.store import Store
    from schemas.artifacts.bundle import Bundle
    from schemas.artifacts.formats import formats_in
    from schemas.record import json_text

    artifacts = artifacts_of(context)
    imported = import_bundle(file, Store(artifacts), sha256)
    bundle = Bundle(artifacts / imported.path)
    expected = _expected(artifacts)
    done = {
        "path": imported.path,
        "content": imported.content,
        "formats": formats_in(bundle.path),
        "classes": bundle.classes,
        "other_classes": bundle.classes != expected,
    }
    print(json_text(done) if as_json else _table(imported, bundle, formats_in(bundle.path), expected))


import_.__name__ = "import"  # the name of the command, which no function can have


def _expected(artifacts: Path) -> tuple[str, ...]:
    """Return the classes that the project reads: those of its champion, or the digits."""
    from schemas.artifacts.bundle import Bundle

    champion = artifacts / "champion"
    return Bundle(champion).classes if (champion / Bundle.LABELS).is_file() else DIGITS


def _table(imported: Version, bundle: Bundle, formats: list[str], expected: tuple[str, ...]) -> str:
    classes = ", ".join(bundle.classes)
    other = "" if bundle.classes == expected else f"; not those of this project, {', '.join(expected)}"
    rows = [
        ("imported", f"artifacts/{imported.path}"),
        ("content", imported.content),
        ("formats", ", ".join(formats)),
        ("classes", classes + other),
        ("card", f"artifacts/{imported.path}/README.md"),
        ("judge it", f"digits rerun evaluate --model {bundle.path.name}"),
        ("use it", shlex.join(["digits", "predict", "PICTURE", "--model", os.path.relpath(bundle.path)])),
    ]
    return "\n".join(f"{name:10}{text}" for name, text in rows)
