"""Which model is served: the champion as it changes, a named one, or the starter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from schemas.manifest import replace_link
from tests.e2e.serving.asked import PICTURE, metric
from tests.project import Project
from tests.serving import serving
from tests.waiting import wait_for


@pytest.fixture
def two(sealed: Project, tmp_path: Path) -> tuple[Project, str]:
    """Return a project with a second bundle beside the champion, equal but for its name, and that name."""
    project = sealed.copy(tmp_path)
    first = project.artifacts / "champion"
    second = first.resolve().with_name("v0002-00000000")
    shutil.copytree(first.resolve(), second)
    return project, f"store/export/bundle/{second.name}"


def test_a_promotion_is_followed(two: tuple[Project, str]) -> None:
    """After the champion link moves, answers come from the new model, without a restart."""
    project, second = two
    with serving(project) as server:
        replace_link(project.artifacts / "champion", second)
        wait_for(lambda: server.get("/readyz").json["model"] == "v0002-00000000", "the new model")
        assert server.ask("POST", "/predict", PICTURE).json["model"] == "v0002-00000000"


def test_a_corrupt_model_is_refused(two: tuple[Project, str]) -> None:
    """A new champion with a flipped byte is refused by name, and the old one answers on."""
    project, second = two
    path = project.artifacts / second / "model.tflite"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with serving(project) as server:
        old = server.get("/readyz").json["model"]
        replace_link(project.artifacts / "champion", second)
        wait_for(lambda: "refused" in server.get("/readyz").json, "the refusal")
        assert server.ask("POST", "/predict", PICTURE).json["model"] == old
        assert metric(server, "digits_model_refused") == 1
        wait_for(lambda: any("is damaged" in line for line in server.logged), "the line in the log")


def test_a_named_model_stays(two: tuple[Project, str]) -> None:
    """With --model the version is served, whatever becomes champion."""
    project, second = two
    with serving(project, "--model", "v0001") as server:
        replace_link(project.artifacts / "champion", second)
        assert server.get("/readyz").json["model"].startswith("v0001")


def test_without_a_champion_the_starter_is_served(tmp_path: Path) -> None:
    """In a project that has no model yet, the shipped one answers, and is named as what it is."""
    (tmp_path / "pipeline.yaml").write_text("stages: {}\n")
    with serving(Project(tmp_path, {})) as server:
        assert server.get("/readyz").json["model"].startswith("starter-")
        assert server.ask("POST", "/predict", PICTURE).json["digit"] == "7"
