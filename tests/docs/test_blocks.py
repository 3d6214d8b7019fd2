"""Every block of every page runs, section by section."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.execute import execute
from tests.docs.pages import PAGES, Section, sections
from tests.inference.pictures import as_file, seven
from tests.project import HOUSE, Project
from tests.samples import write_digits

ROOMS = ("schemas", "inference", "learning", "components", "pipeline", "tests", "docs")
SECTIONS = [section for page in PAGES for section in sections(page) if section.blocks]
SKIPPED = [f"{section}: {block.first}" for section in SECTIONS for block in section.blocks if block.skipped]


@pytest.fixture
def readers(trained: Project, tmp_path: Path) -> Project:
    """A copy of a project that has run, with the pictures that the pages speak of."""
    project = trained.copy(tmp_path)
    (project.path / "photo.jpg").write_bytes(as_file(seven(), "JPEG"))
    write_digits(project.path / "scans", {"3": 2, "7": 2})
    write_digits(project.path / "mine", dict.fromkeys("0123456789", 20))
    return project


@pytest.fixture
def contributors(readers: Project) -> Project:
    """The same with the code in it, as in a clone of the repository."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, readers.path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", readers.path)
    return Project(readers.path, readers.environment | {"PYTHONPATH": str(readers.path)})


def _marked(section: Section) -> object:
    return pytest.param(section, id=str(section), marks=[pytest.mark.long] if section.long else [])


@pytest.mark.parametrize("section", [_marked(each) for each in SECTIONS if each.page.name != "CONTRIBUTING.md"])
def test_the_blocks_of_a_section_run(section: Section, readers: Project) -> None:
    """Each block of a section does what it says, one after the other, in a project that has run."""
    for block in section.blocks:
        execute(block, readers)


@pytest.mark.parametrize("section", [_marked(each) for each in SECTIONS if each.page.name == "CONTRIBUTING.md"])
def test_the_blocks_for_contributors_run(section: Section, contributors: Project) -> None:
    """Each block of a section does what it says, one after the other, in a clone whose pipeline has run."""
    for block in section.blocks:
        execute(block, contributors)


def test_blocks_that_no_test_runs_are_counted() -> None:
    """Each says so in its first line, and why; they are no more than these."""
    assert len(SKIPPED) == 3
