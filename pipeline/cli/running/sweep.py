"""What `run` and `plan` do with --sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pipeline.cli.arguments.project import artifacts_of, locate, same_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.specification.stage import Pipeline
    from pipeline.sweep.carry_out import SweepRecord
    from pipeline.sweep.variants import Outlook, Sweep

__all__ = ["check_options", "open_project_sweep", "plan_sweep", "run_sweep", "table"]


def check_options(sweep: Sequence[str] | None, then: str | None, *, part: bool, no_promote: bool) -> None:
    """Raise UsageError for options that do not go together.

    Args:
        sweep: what --sweep gives.
        then: what --then gives.
        part: whether --from, --to or --force is given.
        no_promote: whether --no-promote is given.
    """
    from schemas.errors import UsageError

    if then not in {None, "run"}:
        raise UsageError(f"--then {then} is not known", expected="run", do="digits run --sweep ... --then run")
    if not sweep:
        raise UsageError("--then follows a sweep", expected="--sweep stage.key=VALUES")
    if part:
        expected = "neither --from, --to nor --force: a sweep carries out each stage above the test that has to run"
        raise UsageError("a sweep takes no part of a pipeline", expected=expected)
    if no_promote and not then:
        raise UsageError("a sweep promotes nothing", found="--no-promote", expected="--no-promote with --then run only")


def open_project_sweep(
    context: typer.Context, given: Sequence[str], overrides: Sequence[str], file: str | None
) -> Sweep:
    """Return the sweep that --sweep, --set and -f describe, checked before anything runs."""
    from pipeline.sweep.variants import open_sweep

    project, found = locate(context, file)
    return open_sweep(project, given, overrides, found)


def plan_sweep(context: typer.Context, sweep: Sweep, *, as_json: bool) -> None:
    """Print what a sweep would run."""
    from pipeline.store import Store
    from pipeline.sweep.variants import foresee_sweep

    found = foresee_sweep(sweep, Store(artifacts_of(context)))
    print(found.to_json() if as_json else outlook_text(found))


def run_sweep(context: typer.Context, sweep: Sweep, *, then: bool, promote: bool, as_json: bool) -> None:
    """Carry out a sweep and print it; with *then*, run the best combination to its end.

    Raises:
        typer.Exit: a combination failed, or the run that followed did not succeed.
    """
    from pipeline.cli.printing.outcome import end, print_outcome
    from pipeline.cli.printing.progress import show_progress
    from pipeline.runner.run import Selection
    from pipeline.runner.run_pipeline import run_pipeline
    from pipeline.store import Store
    from pipeline.sweep.carry_out import carry_out

    store, finished = Store(artifacts_of(context)), None
    with show_progress():
        found = carry_out(sweep, store)
    if not as_json:
        print(table(found))
    winner = found.winner
    best = next((each.pipeline for each in sweep.variants if winner and list(each.settings) == winner.set), None)
    if then and best:
        with show_progress():
            finished = run_pipeline(best, store, Selection(promote=promote))
    if as_json:
        print(found.changed(then=finished.record if finished else None).to_json())
        if finished:
            end(context, finished)
    elif finished:
        print()
        print_outcome(context, finished, as_json=False)
    elif best:
        print(f"next     {_command(context, best)}")
    if any(each.outcome == "failed" for each in found.combinations):
        raise typer.Exit(1)


def _command(context: typer.Context, best: Pipeline) -> str:
    """Return the command that takes a combination through the gate."""
    file = ["-f", best.file] if best.file else []
    return same_project(context, "run", *file, *(word for each in best.overrides for word in ("--set", each)))


def table(found: SweepRecord) -> str:
    """Return a sweep as text: a line for each combination, or for each set of seeds, best first; then what failed."""
    from pipeline.cli.printing.table import columns

    lines: list[str] = []
    if found.groups:
        header = ("combination", "validation accuracy: mean", "sd", "of", "best", "run")
        rows = [
            (
                " ".join(each.set) or "all",
                f"{each.mean:.4f}",
                "" if each.sd is None else f"{each.sd:.4f}",
                f"{each.count}",
                f"{each.best.validation_accuracy:.4f}",
                each.best.run,
            )
            for each in found.groups
        ]
        lines += [columns(header, rows, wrapped=0), ""]
    failed = [each for each in found.combinations if each.error]
    lines += [f"failed   {' '.join(each.set)}: {each.error}{each.run and f' (run {each.run})'}" for each in failed]
    lines += [f"warning  {each}" for each in found.warnings]
    ran = sum(each.outcome != "unchanged" for each in found.combinations)
    lines.append(f"sweep    {len(found.combinations)} combinations up to {found.to}, {ran} of them run now")
    if found.winner:
        lines.append(f"best     {' '.join(found.winner.set)}, on validation: nothing is tested or promoted yet")
    return "\n".join(lines)


def outlook_text(found: Outlook) -> str:
    """Return what a sweep would run as text: a line for each combination, then the number of each stage's runs."""
    from pipeline.cli.printing.table import columns

    rows = [(name, ", ".join(stages) or "nothing") for name, stages in found.combinations.items()]
    each = ", ".join(f"{name} {count}" for name, count in found.stages.items())
    total = sum(found.stages.values())
    count = f"{len(rows)} combinations: {total} stages would run" + (f" ({each})" if each else "")
    return "\n".join([columns(("combination", "would run"), rows, wrapped=1), "", count])
