"""Every block of every page runs, section by section."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.execute import execute
from tests.docs.pages import PAGES, Section, sections
from tests.inference.numbers.pages import boxed, written
from tests.inference.pictures import as_file, seven
from tests.project import HOUSE, Project, toy_project
from tests.samples import write_digits

ROOMS = ("schemas", "inference", "learning", "components", "pipeline", "tests", "docs")
SECTIONS = [section for page in PAGES for section in sections(page) if section.blocks]
CONTRIBUTING = [each for each in SECTIONS if each.page.name == "CONTRIBUTING.md"]
READING = [each for each in SECTIONS if each.only_reads and each not in CONTRIBUTING]
RUNNING = [each for each in SECTIONS if not each.only_reads and each not in CONTRIBUTING]
SKIPPED = [f"{section}: {block.first}" for section in SECTIONS for block in section.blocks if block.skipped]


@pytest.fixture
def project(trained: Project, tmp_path: Path) -> Project:
    """A copy of a project that has run, with the pictures that the pages speak of."""
    return _with_pictures(trained.copy(tmp_path))


@pytest.fixture
def reading(sealed: Project, tmp_path: Path) -> Project:
    """A copy of a project with a champion, in which nothing has run, with the same pictures."""
    return _with_pictures(sealed.copy(tmp_path))


@pytest.fixture
def clone(project: Project) -> Project:
    """A project that has run, with the code in it, as in a clone of the repository."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, project.path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", project.path)
    return Project(project.path, project.environment | {"PYTHONPATH": str(project.path)})


def _with_pictures(project: Project) -> Project:
    (project.path / "photo.jpg").write_bytes(as_file(seven(), "JPEG"))
    (project.path / "number.jpg").write_bytes(as_file(written("2024"), "JPEG"))
    (project.path / "page.jpg").write_bytes(as_file(boxed("5_0", "_7_", "43_"), "JPEG"))
    write_digits(project.path / "scans", {"3": 2, "7": 2})
    write_digits(project.path / "mine", dict.fromkeys("0123456789", 20))
    return project


def _marked(chosen: list[Section]) -> list[object]:
    return [pytest.param(each, id=str(each), marks=[pytest.mark.long] if each.long else []) for each in chosen]


@pytest.mark.parametrize("section", _marked(READING))
def test_the_blocks_that_only_read_pictures_run(section: Section, reading: Project) -> None:
    """Each block of a section does what it says, one after the other, in a project with a champion."""
    for block in section.blocks:
        execute(block, reading)


@pytest.mark.parametrize("section", _marked(RUNNING))
def test_the_blocks_of_a_section_run(section: Section, project: Project) -> None:
    """Each block of a section does what it says, one after the other, in a project that has run."""
    for block in section.blocks:
        execute(block, project)


@pytest.mark.parametrize("section", _marked(CONTRIBUTING))
def test_the_blocks_for_contributors_run(section: Section, clone: Project) -> None:
    """Each block of a section does what it says, one after the other, in a clone whose pipeline has run."""
    for block in section.blocks:
        execute(block, clone)


@pytest.fixture
def reached_by_link(tmp_path: Path) -> Project:
    """A project of toy stages, reached through a link to a path with a space: two promoted models, and one refused."""
    (tmp_path / "the place").mkdir()
    (tmp_path / "link").symlink_to("the place")
    path = toy_project(tmp_path / "link").path
    project = Project(path, {"PWD": str(path)})  # as a shell has it: links are not resolved
    project.digits("run")
    project.digits("run", "--set", "say.word=better")
    project.digits("run", "--set", "say.word=ok", "--set", "bless.least=9", status=3)
    return project


def test_starting_over_leaves_what_git_tracks(reached_by_link: Project) -> None:
    """Of artifacts/, README.md and .gitignore stay, and nothing else."""
    tracked = {"README.md", ".gitignore"}
    for name in tracked:
        shutil.copy(HOUSE / "artifacts" / name, reached_by_link.artifacts)
    for block in _section("Clean up").blocks:
        execute(block, reached_by_link)
    assert {path.name for path in reached_by_link.artifacts.iterdir()} == tracked


def _section(title: str) -> Section:
    [found] = [section for section in SECTIONS if section.title == title]
    return found


def test_blocks_that_no_test_runs_are_counted() -> None:
    """Each says so in its first line, and why; they are no more than these."""
    assert len(SKIPPED) == 6
