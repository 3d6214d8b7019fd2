"""What came of scoring a folder, for people."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from pipeline.cli.picture import printable
from pipeline.cli.table import columns, paint

if TYPE_CHECKING:
    from inference.bundle import LoadedBundle
    from inference.scoring.folder import Scored
    from inference.scoring.output import Output
    from inference.scoring.summary import Summary

__all__ = ["tell_scored"]

BAR = 30
REASONS = 12  # more are told together


def tell_scored(scored: Scored, output: Output, bundle: LoadedBundle) -> None:
    """Print counts, digits, what was not answered and why, and where the predictions are."""
    summary = scored.summary
    counts = ", ".join(f"{summary.decisions[name]:,} {name}" for name in ("unsure", "unreadable", "skipped"))
    print(f"{scored.listed:,} files: {summary.scored:,} digits, {counts}")
    if summary.scored:
        print(f"\n{_histogram(summary)}")
    if summary.reasons:
        print(f"\n{_reasons(summary)}")
    if summary.confusion:
        print(f"\n{_confusion(summary)}")
    if drift := summary.drift(bundle.calibration.refused):
        print(f"\n{paint('unlike', 'yellow')}   {drift}")
    kept = f", {scored.kept:,} of them kept from before" if scored.kept else ""
    print(f"\nscored   {scored.listed:,} files in {scored.seconds:.1f} s ({scored.rate:,.0f} pictures/s{kept})")
    print(f"model    {bundle.version}")
    print(f"output   {os.path.relpath(output.path) if '://' not in output.path else output.path}")


def _histogram(summary: Summary) -> str:
    most = max(summary.digits.values())
    width = max(len(name) for name in summary.classes)
    bar = min(BAR, max(shutil.get_terminal_size().columns - width - 12, 1)) if sys.stdout.isatty() else BAR
    rows = [(name, summary.digits[name]) for name in summary.classes]
    return "\n".join(
        f"{name:<{width}}  {count:>8,}  {'#' * round(bar * count / most)}".rstrip() for name, count in rows
    )


def _reasons(summary: Summary) -> str:
    ordered = sorted(summary.reasons.items(), key=lambda each: (each[0][0] == "skipped", -each[1][0]))
    rows = [
        (decision, reason, ", ".join(map(printable, paths)), f"{count:,}")
        for (decision, reason), (count, paths) in ordered[:REASONS]
    ]
    if len(ordered) > REASONS:
        rest = sum(count for _, (count, _) in ordered[REASONS:])
        rows.append(("", f"{len(ordered) - REASONS} other reasons", "see the column `reason`", f"{rest:,}"))
    return columns(("decision", "reason", "such as", "files"), rows, wrapped=2)


def _confusion(summary: Summary) -> str:
    every, right = summary.confusion.total(), sum(summary.confusion[name, name] for name in summary.classes)
    wrong = [(label, digit, count) for (label, digit), count in summary.confusion.items() if label != digit]
    wrong.sort(key=lambda each: -each[2])
    lines = [f"accuracy {right / every:.2%}: {right:,} of {every:,} labelled pictures, unsure answers counted"]
    lines += [f"         {label} read as {digit}: {count:,}" for label, digit, count in wrong[:5]]
    return "\n".join(lines)
