"""Score shards on one of Apache Beam's engines.

The shape is `Create(tasks) -> Reshuffle -> ParDo`, and the DoFn places its own part: tagged outputs, BatchElements and
WriteToParquet lose rows without a word on some runners of Beam 2.77, and cost twice as much on the in-process one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from inference.scoring.part import Task, score_shard
from inference.scoring.work import Work
from schemas.errors import StageError, UsageError

if TYPE_CHECKING:
    from apache_beam import DoFn
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.runner import PipelineRunner

__all__ = ["runner_of", "score_with_beam"]

IN_PROCESS = "FnApiRunner"
REFUSED = {"DaskRunner": "it loses rows without a word: 1,000 in, 0 or 512 out"}


def score_with_beam(tasks: Iterator[Task], work: Work, arguments: Sequence[str]) -> None:
    """Score with Beam.

    Args:
        tasks: listed whole before the first is scored.
        work: what they have in common; it travels with the pipeline.
        arguments: Beam's options, such as --runner=FlinkRunner, as they are.

    Raises:
        UsageError: Beam does not know the runner, or it loses rows.
        StageError: the pipeline failed.
    """
    import apache_beam as beam

    options = _options(arguments)
    every = list(tasks)
    if not every:
        return
    try:
        with beam.Pipeline(runner=_runner(options), options=options) as pipeline:
            shards = pipeline | "Shards" >> beam.Create(every) | "Spread" >> beam.Reshuffle()
            _ = shards | "Score" >> beam.ParDo(_do_fn(work))
    except (RuntimeError, OSError, ValueError, ImportError, AttributeError) as error:
        raise StageError(
            f"Beam's {runner_of(arguments)} failed",
            found=str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__,
            do="run the same command again: it goes on with what is there",
        ) from error


def runner_of(arguments: Sequence[str]) -> str:
    """Name the runner that Beam's options ask for; the in-process one where they name none.

    Raises:
        UsageError: it is one that loses rows.
    """
    from apache_beam.options.pipeline_options import StandardOptions

    asked = _options(arguments).view_as(StandardOptions).runner
    name = str(asked).rpartition(".")[2] if asked else IN_PROCESS
    if name in REFUSED:
        raise UsageError(f"{name} cannot be used", found=REFUSED[name], do="use FlinkRunner, SparkRunner or another")
    return name


def _options(arguments: Sequence[str]) -> PipelineOptions:
    from apache_beam.options.pipeline_options import PipelineOptions

    try:
        return PipelineOptions(list(arguments))
    except SystemExit as error:  # argparse ends the process for an option it cannot read
        raise UsageError(f"Beam cannot read its options: {' '.join(arguments)}") from error


def _runner(options: PipelineOptions) -> PipelineRunner | None:
    """Choose the in-process runner where none is named: Beam's own default would look for a program to download."""
    from apache_beam.options.pipeline_options import StandardOptions
    from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

    asked = options.view_as(StandardOptions).runner
    return FnApiRunner() if asked in {None, IN_PROCESS} else None


def _do_fn(work: Work) -> DoFn:
    import apache_beam as beam

    from inference.reader import Reader
    from inference.threads import use_one_thread

    class ScoreShard(beam.DoFn):
        """Scores shards with one interpreter, which setup makes where the worker is."""

        def setup(self) -> None:
            use_one_thread()
            self.reader = Reader(work.bundle)

        def process(self, element: Task) -> None:
            score_shard(element, work.source, self.reader, work.columns)

    return ScoreShard()
