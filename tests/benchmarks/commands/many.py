"""Commands in a store of 10,000 artifacts and 10,000 runs: python -m tests.benchmarks.commands.many FOLDER [options].

FOLDER becomes a project whose stages cost nothing: 2,500 words through four stages, each run four times; if it is there
already, it is only measured. Prints the median wall and processor time of each command as a row of Markdown.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.history import new_run_name, read_runs
from pipeline.load import load_pipeline
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.store import Store
from schemas.manifest import MANIFEST, Manifest, content_of, hash_files, replace_link
from schemas.records.execution import Execution, Version
from schemas.records.promotion import HISTORY, read_history
from schemas.records.run import RunRecord, StageRecord
from tests.benchmarks.machine import machine
from tests.project import DIGITS, TOYS, Project, toy_project

__all__ = ["JUDGED", "commands", "grow", "measure"]

JUDGED = TOYS.replace("toys.bless\n    inputs: {", "toys.judge\n    inputs: {champion: champion, ")
"""The toy stages with a gate that compares with the champion, as the shipped one does."""
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS, TIMES, TURNS = 2500, 4, 3


def main() -> None:
    """Make the project if it is not there, and measure."""
    parser = argparse.ArgumentParser(description="Commands in a store of 10,000 artifacts and 10,000 runs.")
    parser.add_argument("folder", type=Path, help="the project to make, or one that was made by this script")
    parser.add_argument("--words", type=int, default=WORDS, help="four artifacts for each")
    parser.add_argument("--times", type=int, default=TIMES, help="runs of each word")
    options = parser.parse_args()
    if not options.folder.exists():
        grow(toy_project(options.folder, JUDGED), options.words, options.times)
    project = Project(options.folder.resolve(), {})
    print(f"{machine()}\n\n| command | median s | least to most | median CPU-s |\n|---|---|---|---|")
    for name, arguments in commands(options.words).items():
        wall, cpu = measure(project, arguments)
        print(f"| {name} | {statistics.median(wall):.2f} | {min(wall):.2f} to {max(wall):.2f} |", end=" ")
        print(f"{statistics.median(cpu):.2f} |", flush=True)


def grow(project: Project, words: int, times: int) -> None:
    """Run one word for real, and write what as many other words would leave, each run so many times.

    Artifacts, executions, runs and promotions are written through their own types, one promotion for each word.
    """
    store = Store(project.artifacts)
    run_pipeline(load_pipeline(project.path, ("say.word=word",)), store)
    template = next(read_runs(project.artifacts))
    made = {stage.stage: store.executions(stage.stage)[0] for stage in template.stages}
    bundle = made["pack"].outputs["bundle"]
    lines, history = list[bytes](), read_history(project.artifacts).promotions[-1]
    for number in range(words):
        now = [START + timedelta(minutes=number * times + each) for each in range(times)]
        names = [new_run_name(each, ()) for each in now]
        done = _write_executions(project.artifacts, made, f"word{number}", names[0], bundle)
        before, bundle = bundle, done["pack"].outputs["bundle"]
        history = history.changed(
            number=history.number + 1,
            run=names[0],
            bundle=bundle.path,
            content=bundle.content,
            before=before.path,
            previous=history.hash,
        ).sealed()
        lines.append(history.line())
        for name in names:
            _write_run(project.artifacts, template, name, done, f"word{number}")
    with (project.artifacts / HISTORY).open("ab") as file:
        file.writelines(lines)
    replace_link(project.artifacts / "champion", bundle.path)
    for _ in range(2):  # the second is compared with the champion that it is
        run_pipeline(load_pipeline(project.path, (f"say.word=word{words - 1}",)), store)


def _write_executions(
    artifacts: Path, made: dict[str, Execution], word: str, run: str, champion: Version
) -> dict[str, Execution]:
    """Write the artifacts and the execution of each stage for a word, and return the executions."""
    texts: list[Version] = []
    done: dict[str, Execution] = {}
    for stage, old in made.items():
        inputs = {name: champion if name == "champion" else texts[-1] for name in old.inputs}
        config = old.parts.config | ({"word": word} if stage == "say" else {})
        parts = old.parts.changed(config=config, inputs={name: each.content for name, each in inputs.items()})
        outputs = {name: _write_version(artifacts, each, word) for name, each in old.outputs.items()}
        texts += [version for version in outputs.values() if stage in {"say", "shout"}]
        done[stage] = old.changed(run=run, fingerprint=parts.fingerprint, parts=parts, inputs=inputs, outputs=outputs)
        path = artifacts / "store" / stage / "executions" / f"{done[stage].name}.json"
        path.write_text(done[stage].to_document(), encoding="utf-8")
    return done


def _write_version(artifacts: Path, old: Version, word: str) -> Version:
    """Write a copy of a version with another word, as the next version of the same output."""
    template = artifacts / old.path
    manifest = Manifest.read(template)
    assert manifest
    number = int(word.removeprefix("word")) + 2
    draft = template.parent / "draft"
    draft.mkdir()
    for name in manifest.files:
        text = (template / name).read_text(encoding="utf-8")
        (draft / name).write_text(text.replace("WORD!", word.upper() + "!").replace("word", word), encoding="utf-8")
    files = hash_files(draft)
    manifest = manifest.changed(files=files, content=content_of(files))
    (draft / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    target = template.with_name(f"v{number:04d}-{manifest.content[:8]}")
    draft.rename(target)
    return Version(path=target.relative_to(artifacts).as_posix(), content=manifest.content)


def _write_run(artifacts: Path, template: RunRecord, name: str, done: dict[str, Execution], word: str) -> None:
    folder = artifacts / "runs" / name
    (folder / "logs").mkdir(parents=True)
    for file in ("pipeline.yaml", "log.jsonl"):
        shutil.copyfile(artifacts / "runs" / template.run / file, folder / file)
    stages = [
        StageRecord(
            stage=stage,
            outcome="ran" if each.run == name else "unchanged",
            reason="config changed: word" if each.run == name else f"unchanged (from run {each.run})",
            outputs={output: version.path for output, version in each.outputs.items()},
            fingerprint=each.fingerprint,
            run=each.run,
        )
        for stage, each in done.items()
    ]
    for stage in stages:
        for output, path in stage.outputs.items():
            (folder / f"{stage.stage}.{output}").symlink_to(f"../../{path}")
    champion = done["pack"].outputs["bundle"].path
    record = template.changed(run=name, stages=stages, champion=champion, overrides=[f"say.word={word}"])
    record.write(folder)


def commands(words: int) -> dict[str, list[str]]:
    """Return the commands to measure by name; the last word is the one whose run is cached."""
    last = ["--set", f"say.word=word{words - 1}"]
    return {
        "plan": ["plan", *last],
        "plan, a new setting": ["plan", "--set", "say.times=9"],
        "run, all cached": ["run", *last],
        "runs": ["runs"],
        "show champion": ["show", "champion"],
        "models": ["models"],
        "gc, dry": ["gc", "--keep-runs", str(10)],
        "verify": ["verify"],
    }


def measure(project: Project, arguments: list[str], turns: int = TURNS) -> tuple[list[float], list[float]]:
    """Return the wall and processor seconds of a command in each turn, after one that warms the caches."""
    wall: list[float] = []
    cpu: list[float] = []
    for turn in range(turns + 1):
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [DIGITS, "-C", str(project.path), *arguments]
        subprocess.run(command, check=True, capture_output=True, env=project.variables())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if turn:
            wall.append(time.perf_counter() - begun)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return wall, cpu


if __name__ == "__main__":
    main()
