"""No name of a class, a picture or a value forges what a command prints that reads, imports, proves or tries."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from schemas.artifacts.bundle import Bundle
from tests.forked import run_forked
from tests.inference.pictures import as_file, seven
from tests.pinned import pinned
from tests.pipeline.cli.test_hostile_names import FORGED, HOSTILE
from tests.pipeline.sweep.conftest import LEARNING
from tests.project import DIGITS, Project, shipped_project, toy_project
from tests.samples import seal

READING = {
    "import": ("import", "{model}"),
    "selftest": ("selftest", "{model}"),
    "predict": ("predict", "{picture}", "--model", "{model}"),
    "predict --show": ("predict", "{picture}", "--show", "--model", "{model}"),
    "predict --all": ("predict", "{picture}", "--all", "--model", "{model}"),
    "predict what is no picture": ("predict", "{none}", "--model", "{model}"),
    "predict with what nothing vouches for": ("predict", "{picture}", "--model", "{bare}"),
    "cut": ("cut", "{picture}", "--out", "{folder}", "--model", "{model}"),
    "score": ("score", "{folder}", "--labels", "--out", "out.csv", "--model", "{model}", "--workers", "1"),
    "score --all": ("score", "{folder}", "--all", "--out", "out.csv", "--model", "{model}", "--workers", "1"),
    "score what is not there": ("score", "{none}x", "--out", "out.csv", "--model", "{model}"),
    "export": ("export", "--to", "{picture}.zip", "--model", "{model}"),
    "package": ("package", "--to", "{folder}2", "--model", "{model}"),
    "models": ("models",),
}
"""The words of each command that reads or imports a model whose classes and folder have hostile names."""
WAYS = {name: [False] if name == "package" else [False, True] for name in READING}
"""Without and with --json, which `package` lacks."""


@pytest.fixture
def words(bundle: Path, tmp_path: Path) -> dict[str, str]:
    """Return what stands for the placeholders: a model, a folder with its pictures, a picture, and what is none."""
    model = Path(shutil.copytree(bundle.resolve(), tmp_path / f"model{HOSTILE}", copy_function=shutil.copyfile))
    (model / Bundle.LABELS).write_text(json.dumps([f"{HOSTILE}{digit}" for digit in range(10)]), encoding="utf-8")
    seal(Bundle, model)
    folder = tmp_path / f"in{HOSTILE}" / f"{HOSTILE}7"
    folder.mkdir(parents=True)
    (folder / f"{HOSTILE}.png").write_bytes(as_file(seven(), "PNG"))
    (folder / f"{HOSTILE}.jpg").write_bytes(b"no picture")
    names = {"model": pinned(model), "bare": str(model), "folder": str(folder.parent)}
    return names | {"picture": str(folder / f"{HOSTILE}.png"), "none": str(folder / f"{HOSTILE}.jpg")}


def _assert_nothing_forged(printed: str) -> None:
    assert not FORGED & {*printed}
    assert not any(line.strip().startswith("error: forged") for line in printed.splitlines())


@pytest.mark.parametrize(("name", "as_json"), [(name, as_json) for name in READING for as_json in WAYS[name]])
def test_no_name_forges_what_a_reading_command_prints(
    name: str, words: dict[str, str], tmp_path: Path, *, as_json: bool
) -> None:
    """Neither a class nor a file prints a line or a character of ours, on standard output or standard error."""
    project = shipped_project(tmp_path / "project")
    command = [word.format_map(words) for word in READING[name]]
    more = ["--json"] if as_json else []
    done = run_forked([str(DIGITS), "-C", str(project.path), *command, *more], project.variables(), tmp_path)
    assert "Traceback" not in done.stderr
    _assert_nothing_forged(done.stderr)
    if more:
        assert done.returncode or json.loads(done.stdout) is not None
        assert not (FORGED - {"\u202e", "\u2066", "\u2028"}) & {*done.stdout}
    else:
        _assert_nothing_forged(done.stdout)


RUNNING = {
    "run": ("run", "--set", f"say.word={json.dumps(HOSTILE)}"),
    "a sweep": ("run", "--sweep", f"say.word={json.dumps(HOSTILE)},two"),
    "a sweep beside it": ("run", "--sweep", "learn.rate=0.5,3.0", "--set", f"say.word={json.dumps(HOSTILE)}"),
    "plan of a sweep": ("plan", "--sweep", "learn.rate=0.5,3.0", "--set", f"say.word={json.dumps(HOSTILE)}"),
    "a sweep of what is no number": ("run", "--sweep", f"learn.rate={json.dumps(HOSTILE)},3.0"),
    "prove": ("prove", "latest"),
    "rerun": ("rerun", "say", "--set", f"say.word={json.dumps(HOSTILE)}"),
    "show": ("show",),
    "runs": ("runs",),
    "compare": ("compare", "champion", "latest"),
    "plan": ("plan", "--set", f"say.word={json.dumps(HOSTILE)}"),
    "check": ("check", "--set", f"say.word={json.dumps(HOSTILE)}"),
}
"""The words of each command that carries out stages with a hostile value."""


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("name", RUNNING)
def test_no_value_forges_what_a_running_command_prints(name: str, tmp_path: Path, *, as_json: bool) -> None:
    """Neither does the value of a setting, of which a run, a proof or a sweep prints."""
    project = toy_project(tmp_path / "toy", LEARNING)
    project.digits("run", "--set", f"say.word={json.dumps(HOSTILE)}")
    done = _run(project, *RUNNING[name], *(["--json"] if as_json else []))
    assert "Traceback" not in done[1]
    _assert_nothing_forged(done[1])
    if not as_json:
        _assert_nothing_forged(done[0])


def _run(project: Project, *words: str) -> tuple[str, str]:
    done = run_forked([str(DIGITS), "-C", str(project.path), *words], project.variables())
    return done.stdout, done.stderr
