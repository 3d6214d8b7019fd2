"""Every module says what it is, and none loads a heavy library when it is imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("tensorflow", "keras", "tensorflow_datasets", "apache_beam", "numpy", "pyarrow", "cv2", "sklearn", "scipy"),
    *("matplotlib", "mlxtend", "requests", "rich", "h5py", "ai_edge_litert", "pandas"),
)
CODE = """
import importlib, sys
name, heavy = sys.argv[1], sys.argv[2:]
importlib.import_module(name)
print(*[each for each in heavy if each in sys.modules])
"""


def modules_of(*rooms: str) -> list[str]:
    """Name every module below these rooms, the rooms themselves included."""
    paths = [path.relative_to(ROOT).with_suffix("") for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


@pytest.mark.parametrize("module", modules_of("schemas", "inference", "components", "pipeline"))
def test_importing_a_module_loads_nothing_heavy(module: str) -> None:
    """A module imported alone, in a fresh process, leaves every heavy library unloaded."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, module, *HEAVY], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


@pytest.mark.parametrize("module", modules_of("schemas", "inference", "learning", "components", "pipeline"))
def test_a_module_has_a_docstring(module: str) -> None:
    """A module begins with a docstring."""
    path = ROOT / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert ast.get_docstring(ast.parse(source.read_text()))
