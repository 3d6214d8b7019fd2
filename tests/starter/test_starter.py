"""While a project has no model, the starter model reads, and is always named as such."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from components.sources.arrays.idx import read_pair
from inference.model.reader import Reader
from inference.model.selftest import selftest
from pipeline.cli.arguments.models import find_model
from pipeline.registry.starter import STANDING, STARTER, find_starter
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.statistics import Statistics
from schemas.errors import InputError
from schemas.records.run import RunRecord
from tests.inference.pictures import as_file, seven
from tests.machines.margin import at_least
from tests.pipeline.cli.arguments.test_models import context_of
from tests.project import Project, shipped_project, toy_project
from tests.starter.make import RUN

CONTENT = "93ab1ad950623e7517b2dc26e7b151988d36e17c32a25116ca861a09544a7807"
"""Content digest of the starter model."""


def test_a_new_project_has_the_starter_model(tmp_path: Path) -> None:
    """In a project without a model the starter model is chosen, and its name says what it is."""
    chosen = find_model(context_of(toy_project(tmp_path / "new").path), None)
    assert (chosen.folder, chosen.standing) == (STARTER, STANDING)
    assert "starter model" in chosen.name
    assert chosen.warning == {"model_warning": STANDING}


def test_a_champion_comes_first(sealed: Project) -> None:
    """In a project with a champion the starter model is not used."""
    assert find_model(context_of(sealed.path), None).folder.parent.name == "bundle"


def test_asked_for_the_champion_there_is_none(tmp_path: Path) -> None:
    """`--model champion` means the champion and never the starter model."""
    with pytest.raises(InputError, match="there is no champion yet"):
        find_model(context_of(toy_project(tmp_path / "new").path), "champion")


def test_after_a_refusal_the_refused_model_is_named(tmp_path: Path) -> None:
    """If the gate refused the project's own model, that is said, and how to use it, instead of reading with another."""
    project = toy_project(tmp_path / "refused")
    project.digits("run", "--set", "bless.least=100", status=3)
    with pytest.raises(InputError, match="the gate refused the model of the latest run"):
        find_model(context_of(project.path), None)


def test_what_is_shipped_is_what_the_tests_know() -> None:
    """The installation has the starter model of this content, or none."""
    found = find_starter()
    assert (Bundle(found).digest if found else None) == CONTENT


def test_the_starter_model_is_small_and_proven() -> None:
    """It has less than 1 MB, every file is as it was sealed, and it answers its golden examples."""
    assert selftest(STARTER).sound
    assert sum(path.stat().st_size for path in STARTER.rglob("*") if path.is_file()) < 1_000_000


def test_it_was_made_by_the_shipped_pipeline() -> None:
    """Its record says that every stage ran and the gate blessed it, and its statistics that it saw the full MNIST."""
    record = RunRecord.from_json((STARTER / RUN).read_bytes())
    assert {stage.outcome for stage in record.stages} == {"ran"}
    assert record.outcome == "promoted"
    statistics = Statistics(STARTER).read()
    assert statistics.source.name == "tfds"
    assert statistics.splits["test"].count == 10_000


def test_every_output_names_it(tmp_path: Path) -> None:
    """`predict` says that the starter model answers, in words and in JSON."""
    project = shipped_project(tmp_path / "new")
    (tmp_path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    assert f"model: starter-{CONTENT[:8]}, {STANDING}" in project.digits("predict", str(tmp_path / "seven.png")).stderr
    [answer] = json.loads(project.digits("predict", str(tmp_path / "seven.png"), "--json").stdout)
    assert (answer["digit"], answer["model_warning"]) == ("7", STANDING)


@pytest.mark.full
def test_it_reads_99_4_percent_of_the_test_split() -> None:
    """Of the 10,000 test pictures of MNIST it reads at least 99.4 % right."""
    files = Path(os.environ["MNIST_FILES"])
    images, labels = read_pair(files / "t10k-images-idx3-ubyte.gz", files / "t10k-labels-idx1-ubyte.gz")
    right = int(np.sum(Reader(STARTER).read(images).read == labels))
    assert right >= at_least(0.994, 10_000)
