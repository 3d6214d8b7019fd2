"""A killed training resumes and ends with the weights of an undisturbed one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import SHORTENED, Project, shipped_project

pytestmark = pytest.mark.faults


def content(project: Project) -> str:
    """Return the content digest prefix of the latest run's model."""
    return (project.artifacts / "latest" / "train.model").readlink().name.rpartition("-")[2]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the content of a model whose training was not interrupted."""
    project = shipped_project(tmp_path_factory.mktemp("resume") / "undisturbed", SHORTENED)
    project.digits("run", "--to", "train")
    return content(project)


@pytest.mark.parametrize("step", [20, 60])
def test_a_killed_training_resumes_to_the_same_weights(undisturbed: str, tmp_path: Path, step: int) -> None:
    """A training killed after a round resumes at that step and ends with the model of an undisturbed run."""
    project = shipped_project(tmp_path / "killed", SHORTENED)
    process = project.start("run", "--to", "train")
    assert process.stderr is not None
    while f"step {step}/80" not in (line := process.stderr.readline()):
        assert line, "the run ended before it was killed"
    process.kill()
    process.communicate()

    second = project.digits("run", "--to", "train")
    assert f"train: resumes at step {step} of 80" in second.stderr
    assert content(project) == undisturbed
