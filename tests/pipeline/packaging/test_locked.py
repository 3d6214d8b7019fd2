"""What an image installs: all that its server imports, and nothing of what trains."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import read_source
from pipeline.packaging.wheel import REQUIRED
from tests.pipeline.packaging.locked import BILL, REQUIREMENTS, bill, requirements, served

UNUSED = {"pyarrow"}
"""Imported by a reader of Examples that no server calls: it takes the side of a picture from the same module."""
HIDDEN = {"httptools"}
"""Imported by uvicorn for us, not by our own code."""


def test_the_wheel_requires_what_its_server_imports(tmp_path: Path) -> None:
    """The import statements of the server, at any depth, name the distributions that the wheel requires."""
    libraries = read_source("inference.server.__main__", tmp_path).libraries
    imported = {name.lower().replace("_", "-") for name in library_versions(libraries, tmp_path)}
    assert imported - UNUSED == {Requirement(line).name for line in REQUIRED} - HIDDEN


def test_its_bounds_are_those_of_digits() -> None:
    """Each requirement stands in pyproject.toml as well."""
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert [line for line in REQUIRED if f'"{line}"' not in text] == []


def test_the_requirements_are_current() -> None:
    """The lock file of an image is what `make lock` writes, each package with the version and the hashes of ours."""
    text = REQUIREMENTS.read_text()
    assert text == requirements(served())
    assert text.count("--hash=sha256:") > 20 * text.count("==") // 2


@pytest.mark.parametrize("name", ["tensorflow", "keras", "apache-beam", "pyarrow", "scipy", "typer", "colorama"])
def test_what_trains_is_not_installed(name: str) -> None:
    """Neither TensorFlow nor the libraries of the pipeline and the command are in it."""
    assert f"\n{name}==" not in REQUIREMENTS.read_text()


def test_the_bill_lists_the_requirements() -> None:
    """The CycloneDX document has exactly the packages of the lock file, with versions, hashes and package URLs."""
    text = BILL.read_text()
    assert text == bill(served())
    components = json.loads(text)["components"]
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", REQUIREMENTS.read_text(), re.MULTILINE))
    assert {each["name"]: each["version"] for each in components} == pinned
    assert {each["purl"] for each in components} == {f"pkg:pypi/{name}@{pinned[name]}" for name in pinned}
    hashes = [each["content"] for part in components for each in part["externalReferences"][0]["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", REQUIREMENTS.read_text()))
