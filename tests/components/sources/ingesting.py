"""Ingest in another process, with its own environment and TensorFlow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.ingest import IngestConfig, ingest
from schemas.artifacts.artifact import Output
from schemas.artifacts.examples import Examples
from schemas.artifacts.statistics import Statistics, StatisticsRecord
from schemas.errors import DigitsError
from schemas.manifest import hash_files
from tests.components.sources.network import VARIABLES
from tests.waiting import PATIENCE

__all__ = ["Ingested", "run_ingest", "start_ingest"]

OUTPUTS = ("examples", "statistics")


@dataclass(frozen=True)
class Ingested:
    """The result of one ingest.

    Attributes:
        folder: holds the folders of its outputs.
        exit_code: exit status of the process.
        output: what it printed.
        errors: names of the error's class and its ancestors; empty without an error.
        message: the error as text.
        childless: whether the process had no child left when ingest ended.
    """

    folder: Path
    exit_code: int
    output: str
    errors: list[str]
    message: str
    childless: bool

    @property
    def examples(self) -> Examples:
        """The examples it wrote."""
        return Examples(self.folder / "examples")

    @property
    def content(self) -> str:
        """The content digest of the examples it wrote, which must exist."""
        files = hash_files(self.examples.path)
        assert files
        return Examples.content(self.examples.path, files)

    @property
    def record(self) -> StatisticsRecord:
        """The statistics it wrote."""
        return Statistics(self.folder / "statistics").read()

    @property
    def wrote_nothing(self) -> bool:
        """Whether the folders of its outputs are empty."""
        return not any(path for name in OUTPUTS for path in (self.folder / name).iterdir())


def start_ingest(folder: Path, environment: Mapping[str, str], **settings: object) -> subprocess.Popen[str]:
    """Start an ingest that writes below *folder*, where TFDS's data_dir is too unless the settings name another."""
    for name in OUTPUTS:
        (folder / name).mkdir()
    config = {"data_dir": str(folder / "data"), **{name: _plain(value) for name, value in settings.items()}}
    inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(folder), json.dumps(config)],
        env={**inherited, "TFDS_DATA_DIR": str(folder / "default"), **environment},
        cwd=Path(__file__).parents[3],
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run_ingest(folder: Path, environment: Mapping[str, str], **settings: object) -> Ingested:
    """Run start_ingest's process to its end; fail with its output if it ends with a traceback."""
    with start_ingest(folder, environment, **settings) as process:
        try:
            output = process.communicate(timeout=PATIENCE)[0]
        finally:
            process.kill()
    answer = folder / "answer.json"
    assert answer.exists(), output
    return Ingested(folder, process.returncode, output, **json.loads(answer.read_bytes()))


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _is_childless() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def _main(folder: Path, config: str) -> int:
    examples, statistics = OUTPUTS
    error = None
    try:
        ingest(
            Output[Examples](folder / examples, folder / "scratch", folder / "logs"),
            Output[Statistics](folder / statistics, folder / "scratch", folder / "logs"),
            IngestConfig.model_validate_json(config),
        )
    except DigitsError as raised:
        error = raised
    answer = {
        "errors": [] if error is None else [ancestor.__name__ for ancestor in type(error).__mro__],
        "message": "" if error is None else str(error),
        "childless": _is_childless(),
    }
    (folder / "answer.json").write_text(json.dumps(answer))
    return 0 if error is None else error.exit_code


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), sys.argv[2]))
