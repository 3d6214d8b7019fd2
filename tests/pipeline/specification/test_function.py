"""A function that a setting names is looked for before anything runs, without importing its module."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.fingerprints.dependencies import read_parts
from pipeline.load import load_pipeline
from pipeline.specification.function import check_function
from schemas.errors import UsageError
from tests.project import shipped_project

TEXT = """\
from os.path import join as joined
import json
raise SystemExit(1)

def wide(): ...
def _helper(): ...
tall = wide
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a new module that cannot be imported."""
    name = f"nets_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return name


@pytest.mark.parametrize("function", ["wide", "tall", "joined", "json"])
def test_what_a_module_defines_or_imports_is_found(module: str, function: str) -> None:
    """Functions, other names of them, and what is imported all count."""
    check_function(f"{module}.{function}", "pipeline.yaml:1")


def test_a_missing_module_is_named(module: str) -> None:
    """The error says which file to write."""
    with pytest.raises(UsageError, match=r"pipeline.yaml:1: there is no module other_nets") as caught:
        check_function("other_nets.wide", "pipeline.yaml:1")
    assert caught.value.do == "write other_nets.py beside pipeline.yaml, with a function wide"
    assert module not in sys.modules


def test_a_missing_function_is_named(module: str) -> None:
    """The error lists the public names and suggests the nearest."""
    with pytest.raises(UsageError, match=f"{module}.py has no function wyde") as caught:
        check_function(f"{module}.wyde", "pipeline.yaml:1")
    assert (caught.value.found, caught.value.do) == ("joined, json, tall, wide", 'did you mean "wide"?')


def test_a_module_that_is_no_python_is_named(module: str, tmp_path: Path) -> None:
    """The error has the file and the line."""
    (tmp_path / f"{module}.py").write_text("def wide(:\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"\.py is not Python") as caught:
        check_function(f"{module}.wide", "pipeline.yaml:1")
    assert "line 1" in caught.value.found


def test_a_network_of_ones_own_is_checked_with_the_pipeline(tmp_path: Path) -> None:
    """The place in the file comes with the error; an unknown name without a dot is refused with those known."""
    project = shipped_project(tmp_path / "project", {"recipe: standard": "network: nowhere.wide"})
    with pytest.raises(UsageError, match=r"pipeline.yaml:\d+: there is no module nowhere"):
        load_pipeline(project.path)
    with pytest.raises(UsageError) as caught:
        load_pipeline(project.path, ("train.network=wide",))
    assert "'mlp', 'cnn' or 'deep'" in str(caught.value)


def test_the_code_of_a_network_counts_in_the_fingerprint(tmp_path: Path) -> None:
    """Its module and what that imports are part of train's, and of no other stage's."""
    name = f"net_in_{tmp_path.name}"
    project = shipped_project(tmp_path / "project", {"recipe: standard": f"network: {name}.wide"})
    (project.path / f"{name}.py").write_text(f"from {name}_parts import wide\n", encoding="utf-8")
    (project.path / f"{name}_parts.py").write_text("def wide(): ...\n", encoding="utf-8")
    pipeline = load_pipeline(project.path)
    counting = [each.name for each in pipeline.stages if name in read_parts(each, pipeline, {}).source]
    [train] = [each for each in pipeline.stages if each.name == "train"]
    assert counting == ["train"]
    assert f"{name}_parts" in read_parts(train, pipeline, {}).source
