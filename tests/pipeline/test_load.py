"""When the stages are taken as an earlier process resolved them, and when they are resolved anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.load import load_pipeline
from pipeline.specification.stage import Pipeline
from tests.project import toy_project
from tests.waiting import wait_until_cacheable

ONE = """\
stages:
  ingest:
    config: {source: sample}
"""

DAMAGED: list[object] = [None, [], {}, {"threads": 2, "stages": [{}], "overrides": [], "conditions": {}}]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables that override settings of ingest."""
    for name in ("DIGITS_OFFLINE", "TFDS_DATA_DIR", "DIGITS_TFDS_MANUAL_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with one shipped stage, whose pipeline.yaml no test changes."""
    return make_project(tmp_path_factory.mktemp("load") / "project")


def make_project(folder: Path) -> Path:
    """Make a project with one shipped stage, old enough to be kept when it is resolved."""
    (folder / "artifacts").mkdir(parents=True)
    (folder / "pipeline.yaml").write_text(ONE)
    wait_until_cacheable(folder / "pipeline.yaml")
    return folder


def is_restored(pipeline: Pipeline) -> bool:
    """Return whether no component was imported."""
    return not any("component" in vars(stage) for stage in pipeline.stages)


def settings(pipeline: Pipeline) -> dict[str, Any]:
    """Return all settings of the only stage."""
    return pipeline.stages[0].config.model_dump(mode="json")


def test_an_unchanged_pipeline_is_restored(project: Path) -> None:
    """The stages that an earlier process resolved equal those resolved anew."""
    (project / "artifacts" / ".pipeline.json").unlink(missing_ok=True)
    anew, restored = load_pipeline(project), load_pipeline(project)
    assert (is_restored(anew), is_restored(restored)) == (False, True)
    assert (restored, settings(restored)) == (anew, settings(anew))


def test_another_file_is_resolved(tmp_path: Path) -> None:
    """An edited pipeline.yaml is read."""
    project = make_project(tmp_path / "edited")
    assert settings(load_pipeline(project))["seed"] == 0
    (project / "pipeline.yaml").write_text(ONE.replace("sample}", "sample, seed: 3}"))
    assert settings(load_pipeline(project))["seed"] == 3


def test_another_override_is_resolved(project: Path) -> None:
    """An override applies to its own run only, and so does the next one."""
    assert settings(load_pipeline(project, ("ingest.seed=3",)))["seed"] == 3
    assert settings(load_pipeline(project))["seed"] == 0


def test_another_environment_is_resolved(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that overrides a setting is read, whether it is set or removed."""
    monkeypatch.setenv("DIGITS_OFFLINE", "1")
    assert settings(load_pipeline(project))["offline"] is True
    monkeypatch.delenv("DIGITS_OFFLINE")
    assert settings(load_pipeline(project))["offline"] is False


@pytest.mark.parametrize(("value", "variable"), [("~/x", "HOME"), ("x", None)])
def test_a_path_is_resolved_where_it_is_used(
    value: str, variable: str | None, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path below the home folder, or relative to the current one, follows that folder."""
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        if variable:
            monkeypatch.setenv(variable, str(folder))
        else:
            monkeypatch.chdir(folder)
        assert settings(load_pipeline(project, (f"ingest.data_dir={value}",)))["data_dir"] == str(folder / "x")


def test_a_moved_project_is_resolved(tmp_path: Path) -> None:
    """A project in another folder does not take the stages that were resolved in the first."""
    project = make_project(tmp_path / "first")
    load_pipeline(project)
    assert not is_restored(load_pipeline(project.rename(tmp_path / "second")))


@pytest.mark.parametrize("damaged", DAMAGED)
def test_a_damaged_cache_is_replaced(damaged: object, project: Path) -> None:
    """A value of another form is ignored, and the next process restores the stages again."""
    load_pipeline(project)
    file = project / "artifacts" / ".pipeline.json"
    condition, entries = json.loads(file.read_text())
    entries[f"stages of {project / 'pipeline.yaml'}"][0] = damaged
    file.write_text(json.dumps([condition, entries]))
    assert settings(load_pipeline(project))["source"] == "sample"
    assert is_restored(load_pipeline(project))


def test_a_component_of_ones_own_is_always_imported(tmp_path: Path) -> None:
    """What the defaults of other people's settings depend on is not known."""
    project = toy_project(tmp_path / "toys")
    project.artifacts.mkdir()
    wait_until_cacheable(project.path / "pipeline.yaml")
    assert not any(is_restored(load_pipeline(project.path)) for _ in range(2))
