"""`digits export`: write a model as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import ModelOption
from pipeline.cli.arguments.project import AsJson

__all__ = ["export"]

To = Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="The file to write; it is replaced if it exists.")]
Formats = Annotated[
    str | None,
    typer.Option(
        "--formats",
        metavar="NAME,NAME",
        help="The formats to include: saved_model, litert, litert_int8, onnx, keras. Default: all that the model has.",
    ),
]


def export(
    context: typer.Context, to: To, *, model: ModelOption = None, formats: Formats = None, as_json: AsJson = False
) -> None:
    """Write a model as one file, the same bytes each time.

    Another project takes it with `digits import`; unpacked, it is a bundle that any program can read.
    """
    from pipeline.cli.arguments.models import find_model
    from pipeline.registry.archive import write_archive
    from schemas.artifacts.formats import FORMATS
    from schemas.errors import UsageError, nearest, printable
    from schemas.manifest import hash_file
    from schemas.record import json_text

    names = [name.strip() for name in (formats or "").split(",") if name.strip()]
    if unknown := next((name for name in names if name not in FORMATS), None):
        hint = nearest(unknown, list(FORMATS)) or f"the formats are {', '.join(FORMATS)}"
        raise UsageError(f"there is no format {unknown}", do=hint)
    if to.suffix.lower() != ".zip":
        raise UsageError(f"--to {to} does not end in .zip", expected="a file ending in .zip")
    if not to.parent.is_dir():
        raise UsageError(f"--to {to}: there is no such folder", found=str(to.parent), do="create it first")
    chosen = find_model(context, model)
    included = write_archive(chosen.folder, to, names, chosen.content)
    done = {"file": str(to), "model": chosen.version, "formats": included, "size": to.stat().st_size}
    done["sha256"] = hash_file(to)
    if as_json:
        print(json_text(done))
        return
    print(printable(f"{to}  {done['model']}  {', '.join(included)}  {to.stat().st_size / 1e6:.1f} MB"))
    print(f"sha256  {done['sha256']}")
