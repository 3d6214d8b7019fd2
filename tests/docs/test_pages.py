"""The pages are short where they should be, lead where they say, and leave nothing out."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from schemas import errors
from tests.docs import rooms
from tests.docs.pages import PAGES, sections
from tests.docs.reference import commands, settings
from tests.project import HOUSE

README = (HOUSE / "README.md").read_text()
SCRIPTING = (HOUSE / "docs" / "scripting.md").read_text()
MEASUREMENTS = (HOUSE / "docs" / "measurements.md").read_text()
LANGUAGES = {"sh", "console", "python", "yaml", "diff", "text", "mermaid"}
READ = re.compile(r"\benviron(?:\.get\(|\[)\"(\w+)\"(?!\] = )")
GIVEN = {"PATH", "PYTHONPATH", "PYTEST_XDIST_WORKER"}
"""Variables that the shell or pytest sets."""
CAPTION = re.compile(r"\*n: .+ · 20\d\d-\d\d-\d\d · machine: .+ · script: (not kept|`.+`)\*")


def test_the_readme_is_short() -> None:
    """It has at most 180 lines."""
    assert len(README.splitlines()) <= 180


def test_no_paragraph_of_the_readme_is_long() -> None:
    """None has more than four lines; blocks and tables are not paragraphs."""
    text = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    paragraphs = [each.splitlines() for each in text.split("\n\n") if not each.lstrip().startswith("|")]
    assert max(map(len, paragraphs)) <= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_of_a_kind_that_is_known(page: Path) -> None:
    """Each fence names a language that the tests run, or that is for people alone."""
    fences = re.findall(r"^```(.*)$", page.read_text(), re.MULTILINE)
    assert set(fences[::2]) <= LANGUAGES
    assert set(fences[1::2]) <= {""}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Each relative link is to a file, and to a heading in it where it names one."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", page.read_text()) if "://" not in link]
    assert [link for link in links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_code_exists(page: Path) -> None:
    """Each Python file of a room that a page names is there, but those that CONTRIBUTING has its reader write."""
    rooms_ = r"\b((?:schemas|inference|learning|components|pipeline|tests)/[\w/]+\.py)"
    written = set(re.findall(r"^# (\S+\.py)$", page.read_text(), re.MULTILINE))
    named = set(re.findall(rooms_, page.read_text())) - written
    assert [name for name in named if not (HOUSE / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    """Each `make TARGET` of a page is in the Makefile."""
    targets = set(re.findall(r"(?:^|`)make (?:PYTHON=\S+ )?([\w-]+)", page.read_text(), re.MULTILINE))
    makefile = (HOUSE / "Makefile").read_text()
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes names those of the error tree, of a refusal, of unreadable pictures and of signals."""
    codes = {getattr(errors, name).exit_code for name in errors.__all__ if name.endswith("Error")} | {0, 3, 5}
    assert all(f"| {code} |" in SCRIPTING for code in codes)
    assert "| 130, 143, 129 |" in SCRIPTING


def test_every_variable_is_documented() -> None:
    """Each environment variable that a setting takes is in the table of variables."""
    fields = [field for model in settings().values() for field in model.get("properties", {}).values()]
    variables = {field["env"] for field in fields if "env" in field}
    assert len(variables) == 3
    assert all(f"| `{name}`" in SCRIPTING for name in variables)


def test_every_variable_of_the_tests_is_documented() -> None:
    """Each environment variable that a module of the tests reads is in CONTRIBUTING's table of variables."""
    read = {name for path in (HOUSE / "tests").rglob("*.py") for name in READ.findall(path.read_text())} - GIVEN
    table = re.findall(r"^\| `(\w+)` \|", (HOUSE / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert read == set(table)
    assert len(table) > 5


def test_every_command_is_shown() -> None:
    """Each command stands in a block of some page, where it runs."""
    blocks = [block.text for page in PAGES for section in sections(page) for block in section.blocks]
    assert [name for name in commands() if not any(f"digits {name}" in text for text in blocks)] == []


def test_every_table_of_measurements_says_how() -> None:
    """The line below each says n, the date, the machine and the script."""
    after = re.findall(r"^\|.*\|\n\n?(?!\|)(.*)$", MEASUREMENTS, re.MULTILINE)
    assert len(after) == MEASUREMENTS.count("\n|---") > 10
    assert [line for line in after if not CAPTION.fullmatch(line)] == []


def test_the_scripts_of_measurements_exist() -> None:
    """Each is a module of tests/benchmarks, a target of make, or a command; two tables have none."""
    scripts = CAPTION.findall(MEASUREMENTS)
    modules = [script.split()[2] for script in scripts if script.startswith("`python -m")]
    targets = [script.strip("`").split()[1] for script in scripts if script.startswith("`make")]
    makefile = (HOUSE / "Makefile").read_text()
    assert all(find_spec(module.strip("`")) for module in modules)
    assert all(f"\n{target}:" in makefile for target in targets)
    assert scripts.count("not kept") == 2


def test_the_rooms_are_drawn_as_they_are() -> None:
    """The drawing of the architecture is what `python -m tests.docs.rooms` makes of the imports of today."""
    assert rooms.drawn() == rooms.draw()


def test_the_citation_is_of_this_version() -> None:
    """CITATION.cff names the version that pyproject.toml has."""
    version = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (HOUSE / "CITATION.cff").read_text()


@pytest.mark.parametrize("room", rooms.ROOMS)
def test_every_room_is_typed(room: str) -> None:
    """Its py.typed tells type checkers to read its annotations."""
    assert (HOUSE / room / "py.typed").is_file()
