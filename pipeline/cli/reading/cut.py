"""`digits cut`: cut pages into pictures of single digits, to train on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import ModelOption
from pipeline.cli.arguments.project import AsJson

if TYPE_CHECKING:
    from inference.numbers.cut import CutOut

__all__ = ["cut"]

UNREADABLE = 5

Pages = Annotated[list[str], typer.Argument(metavar="PAGE", help="Pictures of pages with digits.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the folders 0 to 9 go; it is made.")]


def cut(context: typer.Context, pages: Pages, *, out: Out, model: ModelOption = None, as_json: AsJson = False) -> None:
    """Cut pages into pictures of single digits.

    Each goes into a folder named after what it is read as. Correct them by moving files between the folders; then train
    on them (`source: folder`). A picture that is there already, in whatever folder, is kept. Exit code 5: some pages
    could not be read; the others are cut.
    """
    from inference.model.threads import use_one_thread
    from schemas.errors import UsageError

    if len({Path(page).stem for page in pages}) < len(pages):
        raise UsageError("two pages have the same name", do="rename one: the pictures are named after their page")
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file", expected="a folder")
    use_one_thread()
    from inference.model.reader import Reader
    from inference.numbers.cut import CutOut, write_digits
    from inference.numbers.read_page import read_page
    from pipeline.cli.arguments.models import find_model
    from schemas.errors import printable

    chosen = find_model(context, model)
    if not as_json:
        chosen.say()
    reader, done, unreadable = Reader(chosen.load()), CutOut(), 0
    for name in pages:
        page = read_page(Path(name), reader)
        if not page.lines:
            print(f"{printable(str(name))}: {page.decision}: {page.reason}", file=sys.stderr)
        unreadable += page.unreadable
        write_digits(page, Path(name).stem, out, done)
    _print(done, out, {"model": reader.version} | chosen.warning, as_json=as_json)
    if unreadable:
        raise typer.Exit(UNREADABLE)


def _print(done: CutOut, out: Path, named: dict[str, str], *, as_json: bool) -> None:
    import json

    from schemas.errors import printable

    counts = {guess: len(done.written[guess]) for guess in sorted(done.written)}
    if as_json:
        document = {"written": counts, "unsure": done.unsure, "kept": done.kept, "without_guess": done.without}
        print(json.dumps(document | named, indent=2))
        return
    for guess, count in counts.items():
        print(f"{printable(str(out / guess))}  {count}")
    more = f"{done.unsure} unsure, {done.kept} there already, {done.without} without a guess"
    print(f"{done.count} digits cut, {more}: move each misread one to the folder of its digit")
