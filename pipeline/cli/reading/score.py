"""`digits score`: read every picture in a folder tree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.arguments.completion import ModelOption
from pipeline.cli.arguments.project import AsJson

if TYPE_CHECKING:
    from inference.scoring.accuracy import FolderAccuracy
    from inference.scoring.engines.beam import Beam
    from inference.scoring.folder import Scored
    from inference.scoring.job import Job
    from inference.scoring.output import Output
    from inference.scoring.storage.disk import Disk
    from inference.scoring.storage.remote import Remote
    from pipeline.cli.arguments.models import Chosen

__all__ = ["score"]

UNREADABLE = 5
ENGINES = ("local", "beam")
DEFAULT = "predictions.parquet"

Pictures = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FOLDER|FILE",
        help="Folders, with their subfolders; pictures; quoted globs. Or one zip or tar, or a URL that Beam can read.",
    ),
]
Files = Annotated[
    str | None,
    typer.Option("--files", metavar="LIST", help="Read the paths in a file, one on each line; - is standard input."),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FILE|DIR",
        help="A .parquet, .csv or .jsonl file, replaced if it exists; or a folder of Parquet files, where a rerun "
        f"keeps those of unchanged pictures. Default: {DEFAULT}, unless it exists.",
    ),
]
FolderLabels = Annotated[
    bool,
    typer.Option("--labels", help="Take each picture's folder name as its label; add it and print the accuracy."),
]
All = Annotated[
    bool, typer.Option("--all", help="Read every digit of each picture: a row for each, with line, position and box.")
]
Probabilities = Annotated[bool, typer.Option("--probabilities", help="Add the probability of every class.")]
Digests = Annotated[bool, typer.Option("--sha256", help="Add the SHA-256 of every file.")]
Follow = Annotated[bool, typer.Option("--follow", help="Follow symbolic links, even out of a folder.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help=f"Start over: discard an interrupted run's parts and the Parquet files in DIR, and replace {DEFAULT}.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Processes of the local engine. Default: one per core."),
]
Engine = Annotated[
    str,
    typer.Option("--engine", metavar="|".join(ENGINES), help="Where to run; for beam, pass Beam's options after --."),
]
Excel = Annotated[
    bool,
    typer.Option(
        "--excel", help="Write a .csv for spreadsheets: a byte-order mark, and no name that runs as a formula."
    ),
]
Sheet = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="FILE.png", help="Draw the unsure pictures and the least confident digits."),
]


def score(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    pictures: Pictures = None,
    out: Out = None,
    *,
    files: Files = None,
    model: ModelOption = None,
    every: All = False,
    labels: FolderLabels = False,
    probabilities: Probabilities = False,
    sha256: Digests = False,
    excel: Excel = False,
    follow: Follow = False,
    force: Force = False,
    workers: Workers = None,
    engine: Engine = "local",
    sheet: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """Read every picture of a folder, an archive or a list.

    An interrupted run resumes; a finished one starts over, unless the output is a folder of Parquet files.
    Exit code 5: some files could not be read; the others are scored.

    On Beam: digits score FOLDER --out DIR --engine beam -- --runner=FlinkRunner --flink_master=HOST:PORT
    """
    from inference.model.threads import use_one_thread
    from pipeline.cli.arguments.pictures import find_pictures, name_pictures, opened, split_arguments

    use_one_thread()  # before Beam imports numpy
    named, arguments = split_arguments([*(pictures or ()), *context.args])
    _check(engine, arguments, sheet, every=every)
    paths = find_pictures(named, files)
    beam = _check_paths(paths, engine, arguments, sheet)
    from inference.scoring.engines.local import block_pandas
    from inference.scoring.folder import score_folder
    from inference.scoring.output import Output
    from pipeline.cli.arguments.models import find_model
    from pipeline.cli.printing.progress import show_progress

    if engine == "local":
        block_pandas()
    output = Output(_output(out, force=force), excel=excel)
    chosen = find_model(context, model)
    columns = {"labels": labels, "sha256": sha256, "probabilities": probabilities, "places": every}
    with opened(paths, (output.path, output.parts), follow=follow) as source:
        work = _work(chosen, source, columns)
        with show_progress(f"scoring {name_pictures(paths)}"):
            scored = score_folder(work, output, beam=beam, workers=workers, force=force)
        if sheet:
            _write_sheet(sheet, work, scored)
    _print(scored, output, work, chosen, beam.runner if beam else engine, as_json=as_json)
    _leave(scored, name_pictures(paths))


def _leave(scored: Scored, name: str) -> None:
    """Say if nothing was read; exit with 5 if something could not be."""
    from inference.scoring.storage.disk import LINK
    from schemas.errors import printable

    counts = scored.summary.decisions
    if scored.listed == counts["skipped"]:
        links = sum(count for (_, reason), (count, _) in scored.summary.reasons.items() if reason.endswith(LINK))
        why = f": {links:,} of {scored.listed:,} files are links; add --follow" if links else ""
        print(printable(f"warning: no picture in {name} was read{why}"), file=sys.stderr)
        if links:
            raise typer.Exit(UNREADABLE)
    if counts["unreadable"]:
        raise typer.Exit(UNREADABLE)


def _output(out: str | None, *, force: bool) -> str:
    """Return the output, by default a file here; refuse one that exists, which may be of another folder."""
    from schemas.errors import UsageError

    if out == "-":
        raise UsageError("--out - is no file: the output appears at once, when it is whole", do="--out FILE.csv")
    if out is None and Path(DEFAULT).exists() and not force:
        raise UsageError(f"{DEFAULT} exists already", do="choose another file with --out, or replace it with --force")
    return out or DEFAULT


def _check(engine: str, arguments: list[str], sheet: Path | None, *, every: bool) -> None:
    """Raise unless the options fit together."""
    from pipeline.cli.arguments.sheet import check_sheet
    from schemas.errors import UsageError, nearest

    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine}", expected=" or ".join(ENGINES), do=nearest(engine, [*ENGINES]))
    if arguments and engine == "local":
        raise UsageError("the local engine takes no Beam options", found=" ".join(arguments), do="add --engine beam")
    if sheet and every:
        raise UsageError(
            "--sheet draws pictures of one digit", found="--all", do="digits predict PAGE --all --sheet FILE.png"
        )
    if sheet:
        check_sheet(sheet)


def _check_paths(paths: list[str], engine: str, arguments: list[str], sheet: Path | None) -> Beam | None:
    """Raise unless the engine can read the paths; return Beam's engine if it is asked for."""
    from inference.scoring.storage.atomic_file import is_remote
    from pipeline.cli.arguments.pictures import is_archive
    from schemas.errors import UsageError

    remote = next(filter(is_remote, paths), None)
    if remote and sheet:
        raise UsageError("--sheet draws local pictures only", found=remote)
    beam = _beam(arguments) if engine == "beam" or remote else None
    if beam and not beam.in_process and len(paths) == 1 and is_archive(paths[0]):
        raise UsageError(
            f"{paths[0]} is unpacked on this machine only",
            found=f"{beam.runner}, whose workers may be on others",
            do="unpack it where all workers see it, and score the folder",
        )
    return beam if engine == "beam" else None


def _beam(arguments: list[str]) -> Beam:
    """Read Beam's options; from here on Beam logs errors only."""
    import logging

    from inference.scoring.engines.beam import Beam
    from pipeline.cli.process.interrupt import Interrupted

    if not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setLevel(logging.ERROR)
        handler.addFilter(lambda _: Interrupted.raised is None)  # after Ctrl-C its errors are consequences
        logging.getLogger().addHandler(handler)
    return Beam(arguments)


def _work(chosen: Chosen, source: Disk | Remote, columns: dict[str, bool]) -> Job:
    from inference.scoring.job import Job
    from inference.scoring.part import Columns

    return Job(source, chosen.load(), Columns(**columns))


def _write_sheet(path: Path, work: Job, scored: Scored) -> None:
    from inference.scoring.contact_sheet import draw_least_certain
    from inference.scoring.storage.disk import Disk
    from pipeline.cli.printing.score_summary import answered_word
    from schemas.errors import printable

    if isinstance(work.source, Disk):
        summary = scored.summary
        path.write_bytes(draw_least_certain(work.source.root, [*summary.unsure, *summary.least_certain]))
        unsure = f"{len(summary.unsure):,} of {summary.decisions['unsure']:,} unsure"
        answered = f"{len(summary.least_certain):,} of {summary.scored:,} {answered_word(summary.classes)}"
        print(printable(f"least certain pictures drawn in {path}: {unsure}, then {answered}"), file=sys.stderr)


def _print(  # noqa: PLR0913  (what there is to say)
    scored: Scored, output: Output, work: Job, chosen: Chosen, engine: str, *, as_json: bool
) -> None:
    from pipeline.cli.printing.score_summary import print_scored

    if as_json:
        _print_json(scored, output, engine, {"model": work.bundle.version} | chosen.warning)
    else:
        print_scored(scored, output, work.bundle, chosen.name)


def _print_json(scored: Scored, output: Output, engine: str, named: dict[str, str]) -> None:
    import json

    counts = scored.summary.decisions
    document: dict[str, Any] = {
        "listed": scored.listed,
        "scored": scored.summary.scored,
        "unsure": counts["unsure"],
        "unreadable": counts["unreadable"],
        "skipped": counts["skipped"],
        "output": output.path,
        "seconds": round(scored.seconds, 3),
        "images_per_second": round(scored.rate, 1),
        "engine": engine,
        **named,
    }
    if scored.summary.labels:
        document |= _labels_document(scored.summary.labels)
    print(json.dumps(document, indent=2))


def _labels_document(labels: FolderAccuracy) -> dict[str, Any]:
    """Return all counts; `accuracy` covers answers only, `confusion` guesses too."""
    from inference.scoring.accuracy import count_right

    return {
        "labelled": labels.labelled,
        "answered": labels.answered.total(),
        "answered_right": count_right(labels.answered),
        "guessed": labels.guessed.total(),
        "guessed_right": count_right(labels.guessed),
        "accuracy": labels.accuracy,
        "coverage": labels.coverage,
        "accuracy_with_guesses": labels.accuracy_with_guesses,
        "unlabelled": labels.unlabelled,
        "unlabelled_folders": labels.folders,
        "classes": labels.classes,
        "confusion": labels.matrix(labels.classes),
    }
