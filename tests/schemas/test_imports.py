"""Every module has a docstring, and importing one loads no heavy library."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("tensorflow", "keras", "tensorflow_datasets", "apache_beam", "numpy", "pyarrow", "cv2", "sklearn", "scipy"),
    *("matplotlib", "tensorboard", "requests", "rich", "h5py", "ai_edge_litert", "pandas"),
)
CODE = """
import importlib, json, os, sys
import pydantic, typer, yaml  # not heavy, and most of the time that the modules take

heavy, modules = sys.argv[1].split(), sys.argv[2:]


def load(*names):
    ours, theirs = os.pipe()
    if not os.fork():
        try:
            for name in names:
                importlib.import_module(name)
            loaded = [each for each in heavy if each in sys.modules]
        except BaseException as error:
            loaded = [repr(error)]
        os.write(theirs, json.dumps(loaded).encode())
        os._exit(0)
    os.close(theirs)
    os.wait()
    with open(ours, "rb") as file:
        return json.loads(file.read())


together = load(*modules)  # if all of them together load nothing, each alone loads nothing
print(json.dumps({name: load(name) if together else [] for name in modules}))
"""


def modules_of(*rooms: str) -> list[str]:
    """List every module in these rooms, including the rooms themselves."""
    paths = [path.relative_to(ROOT).with_suffix("") for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


LIGHT = modules_of("schemas", "inference", "components", "pipeline")


@pytest.fixture(scope="module")
def heavy() -> dict[str, list[str]]:
    """Return which heavy libraries each module loads, imported alone in a process that has imported no other."""
    command = [sys.executable, "-c", CODE, " ".join(HEAVY), *LIGHT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", LIGHT)
def test_importing_a_module_loads_nothing_heavy(module: str, heavy: dict[str, list[str]]) -> None:
    """Importing a module alone loads no heavy library."""
    assert heavy[module] == []


@pytest.mark.parametrize("module", modules_of("schemas", "inference", "learning", "components", "pipeline"))
def test_a_module_has_a_docstring(module: str) -> None:
    """Every module begins with a docstring."""
    path = ROOT / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert ast.get_docstring(ast.parse(source.read_text()))
