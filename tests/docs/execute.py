"""Run the blocks of a section, as a reader would.

sh        runs to its end, and must exit with 0; of `make`, only the targets are looked up
console   lines after `$ ` run, whatever they exit with; the others must be among what is printed, in this order,
          where `...` stands for anything and a number for any number
python    is written to the file that its first line names, or runs
yaml      goes into pipeline.yaml: `# pipeline.yaml, at the end`, `above STAGE` or `in place of STAGE`; or is a gate
diff      is applied to the file it names
text, mermaid   are for people
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from components.evaluate import EvaluateConfig
from schemas.settings.document import read_document
from tests.docs.pages import Block
from tests.project import DIGITS, HOUSE, Project

__all__ = ["execute"]

FILE = re.compile(r"# ([\w./]+\.\w+)$")
PLACE = re.compile(r"# pipeline\.yaml, (at the end|above|in place of) ?(\w*)$")


def execute(block: Block, project: Project) -> None:
    """Run one block in a project; fail with what was printed."""
    if block.skipped or block.language in {"text", "mermaid"}:
        return
    {"sh": _shell, "console": _console, "python": _python, "yaml": _yaml, "diff": _diff}[block.language](block, project)


def _run(script: str, project: Project) -> subprocess.CompletedProcess[str]:
    script = re.sub(r"^make ", f"make -n -C {HOUSE} ", script, flags=re.MULTILINE)
    variables = project.variables()
    variables["PYTEST_DEBUG_TEMPROOT"] = str(project.path.parent)  # where it deletes no earlier test run
    variables["PATH"] = f"{DIGITS.parent}{os.pathsep}{variables['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=project.path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _shell(block: Block, project: Project) -> None:
    done = _run(f"set -e\n{block.text}", project)
    assert done.returncode == 0, f"{block.text}exit code {done.returncode}\n{done.stdout}"


def _console(block: Block, project: Project) -> None:
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *expected = part.splitlines()
        printed = _run(command, project).stdout
        left = iter(printed.splitlines())
        for line in expected:
            assert any(_matches(line, each) for each in left), (
                f"$ {command}\n{line}\nis not in its place in:\n{printed}"
            )


def _matches(line: str, printed: str) -> bool:
    """Tell whether a printed line is one that a page quotes: `...` stands for anything, a number for any number."""
    quoted = ".*".join(map(re.escape, _words(line).split("...")))
    return re.fullmatch(quoted, _words(printed)) is not None


def _words(line: str) -> str:
    """Return a line with one sign for each number, digest, name of a run or bar, and single spaces."""
    return " ".join(re.sub(r"(?<![a-z])[<>]?[-+]?\d[\w,:-]*(\.\w+)*|#+", "#", line).split())


def _python(block: Block, project: Project) -> None:
    if named := FILE.match(block.first):
        path = project.path / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=project.path,
        env=project.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _yaml(block: Block, project: Project) -> None:
    path = project.path / "pipeline.yaml"
    if block.first == "gate:":
        (path.parent / "gate.yaml").write_text(block.text, encoding="utf-8")
        EvaluateConfig.model_validate(read_document(path.parent / "gate.yaml").value)
        return
    placed = PLACE.match(block.first)
    assert placed, f"{block.first}: no place in pipeline.yaml"
    stages = re.split(r"^(?=  \w+:)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    where, name = placed.groups()
    at = len(stages) if where == "at the end" else [each.startswith(f"  {name}:") for each in stages].index(True)
    stages[at : at + (where == "in place of")] = [block.text.partition("\n")[2].rstrip() + "\n\n"]
    path.write_text("".join(stages), encoding="utf-8")


def _diff(block: Block, project: Project) -> None:
    for part in re.split(r"^--- ", block.text, flags=re.MULTILINE)[1:]:
        name, _, lines = part.partition("\n")
        lines = lines.partition("\n")[2].splitlines()
        old, new = ("\n".join(line[1:] for line in lines if line[:1] in {" ", sign}) for sign in "-+")
        path = project.path / name
        text = path.read_text(encoding="utf-8")
        assert text.count(f"{old}\n") == 1, f"{name} does not hold once:\n{old}"
        path.write_text(text.replace(f"{old}\n", f"{new}\n"), encoding="utf-8")
