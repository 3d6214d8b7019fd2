"""The source code that counts in a fingerprint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import HOUSE, read_source

ROOMS = ("schemas", "inference", "learning", "components")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a new package on Python's path."""
    folder = tmp_path / f"own_{tmp_path.name.replace('-', '_')}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "leaf.py").write_text("VALUE = 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return folder


def test_every_kind_of_import_is_followed(package: Path) -> None:
    """Absolute, relative, aliased and function-level imports all count."""
    for name in ("a", "b", "c", "d"):
        (package / f"{name}.py").write_text(f"VALUE = '{name}'\n")
    root = package.name
    (package / "stage.py").write_text(
        f"import {root}.a\nfrom {root} import b\nfrom . import c\n\ndef stage():\n    from .d import VALUE as v\n"
    )
    reached = set(read_source(f"{root}.stage", HOUSE).modules)
    assert reached == {root, *(f"{root}.{name}" for name in ("stage", "a", "b", "c", "d"))}


def test_source_is_read_and_never_imported(package: Path) -> None:
    """A module that raises on import is hashed without being imported."""
    (package / "stage.py").write_text("raise SystemExit(1)\n")
    assert f"{package.name}.stage" in read_source(f"{package.name}.stage", HOUSE).modules
    assert f"{package.name}.stage" not in sys.modules


def test_libraries_exclude_the_project_and_the_standard_library(package: Path) -> None:
    """Imported distributions count with their versions; the standard library does not count."""
    (package / "stage.py").write_text("import os\nimport json as j\nimport yaml\nfrom sklearn import metrics\n")
    libraries = read_source(f"{package.name}.stage", HOUSE).libraries
    assert libraries == {"yaml", "sklearn"}
    assert {name.lower() for name in library_versions(libraries, HOUSE)} == {"pyyaml", "scikit-learn"}


def test_a_library_that_is_not_installed_has_the_version_missing() -> None:
    """A library that is not installed has the version `missing` in the fingerprint."""
    assert library_versions(frozenset({"no_such_library"}), HOUSE) == {"no_such_library": "missing"}


def test_every_stage_counts_the_modules_it_uses() -> None:
    """The source of train includes its networks and schemas, but not the machinery."""
    modules = read_source("components.train", HOUSE).modules
    assert {
        "components.train",
        "learning.training.networks",
        "learning.training.augment",
        "schemas.artifacts.examples",
    } <= set(modules)
    assert not any(name.startswith("pipeline") for name in modules)


def test_components_do_not_count_one_another() -> None:
    """No component's source includes another component."""
    for path in (HOUSE / "components").glob("*.py"):
        others = {f"components.{other.stem}" for other in path.parent.glob("*.py")} - {f"components.{path.stem}"}
        assert others.isdisjoint(read_source(f"components.{path.stem}", HOUSE).modules) or path.stem == "__init__"


def test_a_folder_without_init_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage in a folder without __init__.py is read like any other."""
    (tmp_path / "bare_folder").mkdir()
    (tmp_path / "bare_folder" / "stage.py").write_text("VALUE = 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert set(read_source("bare_folder.stage", HOUSE).modules) == {"bare_folder.stage"}


def test_another_package_of_the_project_counts(package: Path) -> None:
    """Another package in the project counts as source, not as a library."""
    other = package.parent / "helpers_of_mine"
    other.mkdir()
    (other / "help.py").write_text("VALUE = 1\n")
    (package / "stage.py").write_text("from helpers_of_mine.help import VALUE\n")
    source = read_source(f"{package.name}.stage", package.parent)
    assert "helpers_of_mine.help" in source.modules
    assert source.libraries == frozenset()


def test_source_parsed_by_an_earlier_process_is_cached(tmp_path: Path) -> None:
    """A second process reads the same source from the cache and parses nothing."""
    (tmp_path / "artifacts").mkdir()
    first, second = (_read_in_a_process(tmp_path) for _ in range(2))
    assert first["modules"] == second["modules"]
    assert first["parsed"] == len(first["modules"])
    assert second["parsed"] == 0


def _read_in_a_process(project: Path) -> dict[str, Any]:
    code = """
import ast, json, sys
from pathlib import Path
from typing import Any
parsed = []
sys.addaudithook(lambda event, arguments: parsed.append(arguments) if event == "compile" else None)
from pipeline.fingerprints.source import read_source
before = len(parsed)
modules = read_source("components.train", Path(sys.argv[1])).modules
print(json.dumps({"modules": modules, "parsed": len(parsed) - before}))
"""
    done = subprocess.run([sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_function_that_a_setting_names_counts(package: Path) -> None:
    """The module of a function, all it imports, and its libraries count beside the component's."""
    root = package.name
    (package / "nets.py").write_text("import yaml\nfrom .leaf import VALUE\n\ndef wide():\n    return VALUE\n")
    source = read_source("components.train", HOUSE, (f"{root}.nets.wide",))
    assert {"components.train", root, f"{root}.nets", f"{root}.leaf"} <= set(source.modules)
    assert "yaml" in source.libraries
