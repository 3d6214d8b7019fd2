"""Measure packages, in MB and CPU seconds: python -m tests.benchmarks.commands.dependencies [PACKAGE=MODULE,... ...].

Without arguments: every direct dependency of pyproject.toml, and the rooms that import it. With arguments: the named
packages of the running Python, so that a candidate can be measured in a separate virtual environment. Imports are
measured as whole processes in interleaved turns, in CPU seconds, which other load on the machine hardly changes; a
first turn compiles the modules and does not count.
"""

from __future__ import annotations

import ast
import os
import re
import resource
import statistics
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

TURNS = 7
FEW = 4  # files up to this number are named, more are only counted
HOUSE = Path(__file__).parents[3]
ROOMS = ("schemas", "inference", "learning", "components", "pipeline")
BARE = ""
COUNT = "; import sys; print(len(sys.modules))"


def plain(name: str) -> str:
    """Return a distribution's name in pip's normalised form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(name: str) -> list[str]:
    """Return the installed distributions that a distribution requires without extras."""
    names = [re.match(r"[\w.-]+", each) for each in distribution(name).requires or () if "extra ==" not in each]
    return [plain(each[0]) for each in names if each and _find(each[0])]


def reach(names: Iterable[str]) -> set[str]:
    """Return these distributions and everything they require, at any depth."""
    found, left = set[str](), list(names)
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            left += needs(name)
    return found


def size(names: Iterable[str]) -> float:
    """Return the size of distributions on disk, in MB, without bytecode."""
    files = (file for name in names for file in distribution(name).files or () if file.suffix != ".pyc")
    paths = (Path(str(file.locate())) for file in files)
    return sum(path.stat().st_size for path in paths if path.exists()) / 1e6


def direct() -> list[str]:
    """Return the direct dependencies of pyproject.toml."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [plain(name[0]) for each in project["dependencies"] if (name := re.match(r"[\w.-]+", each))]


def imported() -> dict[str, dict[str, set[str]]]:
    """Return, for each distribution, the modules that our rooms import and the files that import them."""
    homes, found = packages_distributions(), defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
    for file in (file for room in ROOMS for file in sorted((HOUSE / room).rglob("*.py"))):
        for module in _modules(ast.parse(file.read_text(encoding="utf-8"))):
            for home in homes.get(module.partition(".")[0], ()):
                found[plain(home)][module].add(file.relative_to(HOUSE).as_posix())
    return found


def measure(imports: dict[str, list[str]]) -> tuple[dict[str, float], dict[str, int]]:
    """Start Python TURNS times with these imports; return median CPU seconds and counts of loaded modules."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds, modules = defaultdict[str, list[float]](list), dict[str, int]()
    for turn in range(TURNS + 1):
        for name, wanted in imports.items():
            line = "; ".join(f"import {module}" for module in wanted) or "pass"
            begun = _spent()
            subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, env=variables, cwd="/")
            if turn:
                seconds[name].append(_spent() - begun)
            else:
                counted = subprocess.run([sys.executable, "-c", line + COUNT], check=True, capture_output=True)
                modules[name] = int(counted.stdout)
    return {name: statistics.median(values) for name, values in seconds.items()}, modules


def chosen() -> dict[str, list[str]]:
    """Return the packages of the command line, PACKAGE=MODULE,..., with their modules."""
    named = (each.partition("=") for each in sys.argv[1:])
    return {plain(name): modules.split(",") for name, _, modules in named}


def main() -> None:
    """Measure, and print a row of Markdown for each package."""
    ours = imported()
    named = chosen()
    imports = named or {name: list(ours[name]) for name in direct()}
    seconds, modules = measure({BARE: [], **imports})
    print(f"Bare Python: {seconds[BARE]:.3f} CPU-s, {modules[BARE]} modules. Medians of {TURNS} turns.\n")
    print("| package | MB | MB with all it alone brings | import, CPU-s | times bare | modules | imports | by |")
    print("|---|---|---|---|---|---|---|---|")
    for name, wanted in imports.items():
        alone = reach([name]) - reach([] if named else imports.keys() - {name})
        files = sorted({file for users in ours[name].values() for file in users})
        users = ", ".join(files) if len(files) <= FEW else f"{len(files)} files"
        cells = [name, f"{size([name]):.1f}", f"{size(alone):.1f}", f"{seconds[name]:.3f}"]
        cells += [f"{seconds[name] / seconds[BARE]:.1f}", str(modules[name] - modules[BARE]), ", ".join(wanted), users]
        print(f"| {' | '.join(cells)} |")
    if not named:
        print(f"\nThe whole: {size(reach(imports)):,.0f} MB in {len(reach(imports))} distributions.")


def _modules(tree: ast.AST) -> Iterable[str]:
    """Yield the modules that are imported at run time, not only for type checking."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from _modules(node)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
