"""`digits predict`: read the digit, or all digits, in each picture."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import ModelOption
from pipeline.cli.arguments.project import AsJson

if TYPE_CHECKING:
    from inference.model.answer import Answer
    from inference.model.reader import Reader
    from inference.numbers.page_answer import PageAnswer

__all__ = ["predict"]

UNREADABLE = 5

Images = Annotated[list[str], typer.Argument(metavar="IMAGE", help="Picture files; - is standard input.")]
Show = Annotated[
    bool, typer.Option("--show", help="Draw each picture, each step of its normalisation, and the 28x28 result.")
]
Sheet = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="FILE.png", help="Write those drawings to a PNG; for one picture only."),
]
All = Annotated[
    bool,
    typer.Option(
        "--all", help="Read every digit, and the number on each line; --sheet draws their boxes on the picture."
    ),
]


def predict(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    images: Images,
    *,
    model: ModelOption = None,
    every: All = False,
    show: Show = False,
    sheet: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """Read the digit in each picture, or say why not.

    With --all, read every digit of numbers, forms and grids. Exit code 5: some files could not be read; the others are
    answered.
    """
    _check(images, every=every, show=show, sheet=sheet, as_json=as_json)
    from inference.model.threads import use_one_thread

    use_one_thread()
    from inference.model.answer import answer_all
    from inference.model.reader import Reader
    from pipeline.cli.arguments.models import find_model

    chosen = find_model(context, model)
    sources = [_source(name) for name in images]
    reader = Reader(chosen.load())
    named = {"model": reader.version} | chosen.warning
    if not as_json:
        chosen.say()
    if every:
        decisions = _read_pages(images, sources, reader, sheet, named if as_json else None)
    else:
        answers = answer_all(sources, reader, trace=show or sheet is not None)
        decisions = [answer.decision for answer in answers]
        if as_json:
            _print_json(images, answers, named)
        else:
            _print_table(images, answers, show=show)
        if sheet:
            _write_sheet(sheet, images[0], answers[0])
    _say_pages(images, every=every)
    if unreadable := [name for name, each in zip(images, decisions, strict=True) if each == "unreadable"]:
        _say_scored(unreadable, every=every)
        print(f"{len(unreadable)} of {len(images)} files could not be read", file=sys.stderr)
        raise typer.Exit(UNREADABLE)


def _check(images: list[str], *, every: bool, show: bool, sheet: Path | None, as_json: bool) -> None:
    from schemas.errors import UsageError

    if show and every:
        raise UsageError("--show draws the steps of one digit", found="--all", do="use --sheet instead of --show")
    if show and as_json:
        raise UsageError("--show and --json exclude one another", do="drop one of them")
    if sheet and len(images) > 1:
        raise UsageError("--sheet takes one picture only", found=f"{len(images)} pictures")
    if sheet:
        from pipeline.cli.arguments.sheet import check_sheet

        check_sheet(sheet)
        if os.path.realpath(sheet) == os.path.realpath(images[0]):
            raise UsageError(f"--sheet {sheet} is the picture itself", do="choose another file name")


def _source(name: str) -> Path | bytes:
    from inference.files.header import MAX_BYTES

    if name != "-":
        return Path(name)
    if os.isatty(0):
        print("reading a picture from standard input", file=sys.stderr)
    with open(0, "rb", closefd=False) as stream:
        return stream.read(MAX_BYTES + 1)


def _say_pages(names: list[str], *, every: bool) -> None:
    """Say which page of a TIFF of several was read, and what reads them all."""
    import shlex

    from inference.files.extensions import TIFF
    from inference.files.header import MAX_BYTES
    from inference.files.tiff_pages import count_pages
    from inference.files.unreadable import UnreadableError
    from pipeline.cli.printing.answers import printable

    for name in names:
        if not name.lower().endswith(TIFF) or not Path(name).is_file() or Path(name).stat().st_size > MAX_BYTES:
            continue
        try:
            pages = count_pages(Path(name).read_bytes())
        except UnreadableError as error:
            print(f"{printable(name)}: {error.reason}, of which the first is read", file=sys.stderr)
            continue
        if pages > 1:
            do = f"digits score {shlex.quote(name)}{' --all' if every else ''} reads all"
            print(f"{printable(name)}: page 1 of {pages} is read; {printable(do)}", file=sys.stderr)


def _say_scored(names: list[str], *, every: bool) -> None:
    """Say what reads the folders and archives among files that are no pictures."""
    import shlex

    from pipeline.cli.arguments.pictures import is_archive
    from schemas.errors import printable

    for name in names:
        if Path(name).is_dir() or is_archive(name):
            do = f"digits score {shlex.quote(name)}{' --all' if every else ''}"
            print(printable(f"{name}: {do} reads every picture in it"), file=sys.stderr)


def _print_json(names: list[str], answers: list[Answer], named: dict[str, str]) -> None:
    import json

    from inference.model.document import document

    documents = [document(name, answer, **named) for name, answer in zip(names, answers, strict=True)]
    print(json.dumps(documents, indent=2))


def _print_table(names: list[str], answers: list[Answer], *, show: bool) -> None:
    from pipeline.cli.printing.answers import answer_table, bar_chart, drawings, folded
    from schemas.errors import printable

    print(answer_table(names, answers))
    if len(answers) == 1 and answers[0].probabilities:
        print(f"\n{bar_chart(answers[0])}")
    for name, answer in zip(names, answers, strict=True):
        if show and answer.reading:
            print(f"\n{folded(printable(name))}\n{drawings(answer)}")


def _write_sheet(path: Path, name: str, answer: Answer) -> None:
    from inference.step_sheet import draw_sheet
    from pipeline.cli.printing.answers import answer_words
    from schemas.errors import printable

    if answer.reading is None:
        print(printable(f"{path} is not written: the picture could not be read"), file=sys.stderr)
        return
    head = (printable(name), answer_words(answer))
    path.write_bytes(draw_sheet(answer.reading.trace, answer.steps, head=head))
    print(printable(f"steps drawn in {path}"), file=sys.stderr)


def _read_pages(
    names: list[str],
    sources: list[Path | bytes],
    reader: Reader,
    sheet: Path | None,
    named: dict[str, str] | None,
) -> list[str]:
    """Read all digits of each picture and print them, as JSON with what names the model; return the decisions."""
    import json

    from inference.numbers.read_page import read_page
    from pipeline.cli.printing.page_answers import page_table

    answers = [read_page(source, reader) for source in sources]
    if named:
        pages = zip(names, answers, strict=True)
        print(json.dumps([{"path": name, **page.document(), **named} for name, page in pages], indent=2))
    else:
        print(page_table(names, answers))
    if sheet:
        _write_page_sheet(sheet, answers[0])
    return [answer.decision for answer in answers]


def _write_page_sheet(path: Path, answer: PageAnswer) -> None:
    from inference.numbers.page_sheet import draw_page_sheet
    from schemas.errors import printable

    if answer.pixels is None:
        print(printable(f"{path} is not written: the picture could not be read"), file=sys.stderr)
        return
    path.write_bytes(draw_page_sheet(answer))
    print(printable(f"digits drawn in {path}"), file=sys.stderr)
