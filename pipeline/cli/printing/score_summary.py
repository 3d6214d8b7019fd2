"""Human-readable summary of a scored folder."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from pipeline.cli.printing.answers import folded
from pipeline.cli.printing.table import columns, paint
from schemas.artifacts.class_noun import noun
from schemas.errors import printable

if TYPE_CHECKING:
    from collections import Counter

    from inference.model.bundle import LoadedBundle
    from inference.scoring.accuracy import FolderAccuracy
    from inference.scoring.folder import Scored
    from inference.scoring.output import Output
    from inference.scoring.summary import Summary

__all__ = ["answered_word", "print_scored"]

BAR = 30
REASONS = 12  # rows, or one more; further reasons share a row
REASONS_HEADER = ("decision", "reason", "such as", "files")
WHOLE = 10  # labels in a full confusion matrix; with more, only the commonest confusions are listed
WORST = 5
LEAST = 20  # columns for paths in a table; below it, paragraphs replace the table
GAP = 2
INDENT = 9


def print_scored(scored: Scored, output: Output, bundle: LoadedBundle, name: str) -> None:
    """Print counts, a histogram of digits, what was not answered and why, and where the predictions are.

    Args:
        scored: what became of the files.
        output: where the predictions are.
        bundle: that read them.
        name: of the bundle, with its standing.
    """
    summary = scored.summary
    counts = ", ".join(f"{summary.decisions[name]:,} {name}" for name in ("unsure", "unreadable", "skipped"))
    print(folded(f"{scored.listed:,} files: {summary.scored:,} {answered_word(summary.classes)}, {counts}"))
    if summary.scored:
        print(f"\n{_histogram(summary)}")
    if summary.reasons:
        print(f"\n{_reasons(summary)}")
    if summary.labels:
        print(f"\n{_labels(summary.labels)}")
    if drift := summary.drift(bundle.calibration.refused):
        print(f"\n{paint('unlike', 'yellow')}   {_hanging(drift)}")
    kept = f", {scored.kept:,} files kept from an earlier run" if scored.kept else ""
    figures = f"{scored.listed:,} files in {scored.seconds:.1f} s ({scored.rate:,.0f} pictures/s{kept})"
    print(f"\nscored   {_hanging(figures)}")
    print(f"model    {_hanging(printable(name))}")
    print(f"output   {_hanging(printable(os.path.relpath(output.path) if '://' not in output.path else output.path))}")


def answered_word(classes: tuple[str, ...]) -> str:
    """Return what answered pictures are called: `digits`; or `answered`, if the classes are none."""
    return "digits" if noun(classes) == "digit" else "answered"


def _hanging(text: str) -> str:
    """Return a text wrapped beside a word of eight letters; unchanged if output is not a terminal."""
    if not sys.stdout.isatty():
        return text
    width = max(shutil.get_terminal_size().columns - INDENT, 1)
    return f"\n{' ' * INDENT}".join(textwrap.wrap(text, width))


def _histogram(summary: Summary) -> str:
    most = max(summary.digits.values())
    width = max(len(printable(name)) for name in summary.classes)
    bar = min(BAR, max(shutil.get_terminal_size().columns - width - 12, 1)) if sys.stdout.isatty() else BAR
    rows = [(printable(name), summary.digits[name]) for name in summary.classes]
    return "\n".join(
        f"{name:<{width}}  {count:>8,}  {'#' * round(bar * count / most)}".rstrip() for name, count in rows
    )


def _reasons(summary: Summary) -> str:
    ordered = sorted(summary.reasons.items(), key=lambda each: (each[0][0] == "skipped", -each[1][0]))
    rows = [
        (decision, reason, ", ".join(map(printable, paths)), f"{count:,}")
        for (decision, reason), (count, paths) in ordered[: REASONS + 1]
    ]
    if len(ordered) > len(rows):
        rows.pop()
        rest = sum(count for _, (count, _) in ordered[REASONS:])
        rows.append(("", f"{len(ordered) - REASONS} other reasons", "see the column `reason`", f"{rest:,}"))
    others = sum(max(len(row[i]) for row in (REASONS_HEADER, *rows)) + GAP for i in (0, 1, 3))
    if sys.stdout.isatty() and shutil.get_terminal_size().columns < others + LEAST:
        return "\n".join(
            f"{folded(printable(f'{files} {decision}: {reason}'))}\n  {_indented(paths)}"
            for decision, reason, paths, files in rows
        )
    return columns(REASONS_HEADER, rows, wrapped=2)


def _indented(paths: str) -> str:
    return "\n  ".join(textwrap.wrap(paths, max(shutil.get_terminal_size().columns - GAP, 1)))


def _labels(labels: FolderAccuracy) -> str:
    """Return accuracy, coverage, accuracy with guesses counted, and the confusion matrix, as text."""
    figures: dict[str, str] = {}
    if labels.labelled:
        figures["accuracy"] = _share(labels.answered, "answers right")
        count = f"{labels.answered.total():,} of {labels.labelled:,} labelled files answered"
        figures["coverage"] = f"{labels.coverage:.2%}: {count}"
    if labels.guessed:
        figures["guesses"] = _share(labels.confusion, "right if unsure guesses counted as answers")
    if labels.unlabelled:
        figures["labels"] = _unlabelled(labels)
    return "\n".join([*(f"{name:8} {_hanging(text)}" for name, text in figures.items()), *_confusion(labels)])


def _share(pairs: Counter[tuple[str, str]], words: str) -> str:
    from inference.scoring.accuracy import count_right

    every, right = pairs.total(), count_right(pairs)
    return f"{right / every:.2%}: {right:,} of {every:,} {words}" if every else "nothing was answered"


def _unlabelled(labels: FolderAccuracy) -> str:
    folders = ", ".join(map(printable, labels.folders))
    if labels.labelled:
        files = f"{labels.unlabelled:,} of {labels.labelled + labels.unlabelled:,} files"
        return f"{files} not counted: their folders, such as {folders}, are not named after a class of the model"
    classes = ", ".join(map(printable, labels.classes[:WHOLE])) + (", ..." if labels.classes[WHOLE:] else "")
    return f"no accuracy: folders such as {folders} are not named after a class of the model ({classes})"


def _confusion(labels: FolderAccuracy) -> list[str]:
    confusion = labels.confusion
    if not confusion:
        return []
    seen = {name for pair in confusion for name in pair}
    matrix = _matrix(labels, [name for name in labels.classes if name in seen])
    wrong = [(label, digit, count) for (label, digit), count in confusion.items() if label != digit]
    wrong.sort(key=lambda each: -each[2])
    return matrix or [
        f"         {printable(label)} read as {printable(digit)}: {count:,}" for label, digit, count in wrong[:WORST]
    ]


def _matrix(labels: FolderAccuracy, names: list[str]) -> list[str]:
    """Return the confusion matrix as lines; no lines if there are too many labels or the terminal is too narrow."""
    shown = [printable(name) for name in names]
    rows = [shown, *([f"{count or '.'}" for count in row] for row in labels.matrix(names))]
    heads = ["label", *shown]
    first, width = (max(len(each) for each in some) for some in (heads, [cell for row in rows for cell in row]))
    for gap in (GAP, 1):
        if len(names) <= WHOLE and first + len(names) * (gap + width) <= shutil.get_terminal_size().columns:
            table = zip(heads, rows, strict=True)
            lines = [f"{head:{first}}{''.join(f'{cell:>{gap + width}}' for cell in row)}" for head, row in table]
            return ["", f"{'':{first + gap}}read as", *lines]
    return []
