"""Score shards on a runner of Apache Beam.

The pipeline is `Create(tasks) -> Reshuffle -> ParDo`, and the DoFn writes its own part: tagged outputs, BatchElements
and WriteToParquet silently lose rows on some runners of Beam 2.77, and take twice as long on the in-process one.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from inference.scoring.engines.flink import cancel_on_flink
from inference.scoring.job import Job
from inference.scoring.part import Task, score_shard
from schemas.errors import StageError, UsageError
from schemas.progress import tell

if TYPE_CHECKING:
    from apache_beam import DoFn, Pipeline
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.runner import PipelineResult, PipelineRunner

__all__ = ["Beam"]

IN_PROCESS = "FnApiRunner"
LOCAL = (IN_PROCESS, "DirectRunner")  # jobs of these end with this process
REFUSED = {"DaskRunner": "it silently loses rows: 1,000 in, 0 or 512 out"}
POLL = 0.2  # seconds between two checks of a job's state


class Beam:
    """An engine that scores on a runner of Apache Beam.

    Args:
        arguments: Beam's own options, such as --runner=FlinkRunner.

    Raises:
        UsageError: Beam cannot parse them, or the runner loses rows.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        from apache_beam.options.pipeline_options import FlinkRunnerOptions, GoogleCloudOptions, StandardOptions

        self._options = _read(arguments)
        asked = self._options.view_as(StandardOptions).runner
        self.runner = str(asked).rpartition(".")[2] if asked else IN_PROCESS
        if self.runner in REFUSED:
            do = "use FlinkRunner, SparkRunner or another"
            raise UsageError(f"{self.runner} cannot be used", found=REFUSED[self.runner], do=do)
        named = self._options.view_as(GoogleCloudOptions)
        self._job = named.job_name = named.job_name or f"digits-score-{secrets.token_hex(4)}"
        # Read now: Beam overwrites the cluster's address in its options.
        self._flink = str(self._options.view_as(FlinkRunnerOptions).flink_master) if "Flink" in self.runner else ""

    @property
    def in_process(self) -> bool:
        """Whether all workers are on this machine."""
        return self.runner in LOCAL

    def score(self, tasks: Iterator[Task], work: Job) -> None:
        """Score all tasks.

        Args:
            tasks: exhausted before the first is scored.
            work: the settings common to all tasks; pickled into the pipeline.

        Raises:
            StageError: the pipeline failed, or Beam does not know the runner.
        """
        import apache_beam as beam

        every = list(tasks)
        if not every:
            return
        try:
            pipeline = beam.Pipeline(runner=self._runner(), options=self._options)
            shards = pipeline | "Shards" >> beam.Create(every) | "Spread" >> beam.Reshuffle()
            _ = shards | "Score" >> beam.ParDo(_do_fn(work))
            self._run(pipeline)
        except (RuntimeError, OSError, ValueError, ImportError, AttributeError) as error:
            raise StageError(
                f"Beam's {self.runner} failed",
                found=_last_line(error),
                do="run the same command again: it resumes",
            ) from error

    def _runner(self) -> PipelineRunner | None:
        """Return the in-process runner if none is named: Beam's default would try to download a program."""
        from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

        return FnApiRunner() if self.runner == IN_PROCESS else None

    def _run(self, pipeline: Pipeline) -> None:
        """Run a pipeline to its end; a signal also cancels its job, wherever that runs."""
        from apache_beam.runners.runner import PipelineState

        result: PipelineResult | None = None
        handler = signal.getsignal(signal.SIGINT)
        try:
            result = pipeline.run()
            if signal.getsignal(signal.SIGINT) is not handler:  # Beam's would stop the job server, which must cancel
                signal.signal(signal.SIGINT, handler)
            while not PipelineState.is_terminal(result.state):
                time.sleep(POLL)
            result.wait_until_finish()  # not earlier: interrupted, it would stop that server, too
        except Exception:
            raise
        except BaseException:  # a signal
            if self.runner not in LOCAL:
                self._cancel(result)
            raise

    def _cancel(self, result: PipelineResult | None) -> None:
        """Cancel the job, and report whether that worked."""
        try:
            if self._flink and not self._flink.startswith("["):
                cancel_on_flink(self._flink, self._job)
            elif result is None:
                raise RuntimeError("it was being submitted")  # noqa: TRY301
            else:
                result.cancel()
        except Exception as error:  # noqa: BLE001  (any runner's library may raise anything)
            tell(f"the job {self._job} may still be running ({_last_line(error)}): stop it on the engine")
        else:
            tell(f"{self.runner} was asked to cancel the job {self._job}")


def _read(arguments: Sequence[str]) -> PipelineOptions:
    from apache_beam.options.pipeline_options import PipelineOptions

    try:
        return PipelineOptions(list(arguments))
    except SystemExit as error:  # argparse exits on an option it cannot parse
        raise UsageError(f"Beam cannot read its options: {' '.join(arguments)}") from error


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__


def _do_fn(work: Job) -> DoFn:
    import apache_beam as beam

    from inference.model.reader import Reader
    from inference.model.threads import use_one_thread

    class ScoreShard(beam.DoFn):
        """Scores shards with one interpreter, created by setup on the worker."""

        def setup(self) -> None:
            use_one_thread()
            self.reader = Reader(work.bundle)

        def process(self, element: Task) -> None:
            score_shard(element, work.source, self.reader, work.columns)

    return ScoreShard()
